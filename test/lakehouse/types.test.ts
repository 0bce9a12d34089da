import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openDriver, type DriverSession } from './support/driver.ts';

const address = inject('lakehouse');
let driver: DriverSession;

beforeAll(async () => {
  driver = await openDriver(address, address.tokens.owner);
});
afterAll(async () => {
  await driver[Symbol.asyncDispose]();
});

/** The one value of a query. */
async function value(expression: string): Promise<unknown> {
  const [row] = await driver.rows(`SELECT ${expression} AS v`);
  return row?.['v'];
}

describe('values that the unmodified driver gets', () => {
  it.each([
    ['true', true],
    ['CAST(-128 AS TINYINT)', -128],
    ['CAST(-32768 AS SMALLINT)', -32768],
    ['-2147483648', -2147483648],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775807 - 1', -9223372036854775808n],
    ['CAST(0.1 AS FLOAT)', Math.fround(0.1)],
    ["CAST('NaN' AS DOUBLE)", NaN],
    ["CAST('-Infinity' AS DOUBLE)", -Infinity],
    [
      'CAST(12345678901234567890.123456789012345678 AS DECIMAL(38,18))',
      '12345678901234567890.123456789012345678',
    ],
    ['CAST(-0.05 AS DECIMAL(10,2))', '-0.05'],
    ['CAST(-99999999999999999999999999999999999999 AS DECIMAL(38,0))', `-${'9'.repeat(38)}`],
    ["''", ''],
    ["'naïve 🥐 \\'quoted\\''", "naïve 🥐 'quoted'"],
    ["X'00FF10'", Buffer.from([0, 255, 16])],
    ['CAST(NULL AS BIGINT)', null],
    ["DATE '1900-02-28'", new Date('1900-02-28T00:00:00Z')],
    ["TIMESTAMP '1969-12-31 23:59:59.999'", new Date('1969-12-31T23:59:59.999Z')],
    ["TIMESTAMP_NTZ '2024-10-27 01:30:00.123'", new Date('2024-10-27T01:30:00.123Z')],
    ['parse_json(\'{"a":[1,2.50]}\')', '{"a":[1,2.5]}'],
    ["INTERVAL '3' DAY", '3 00:00:00.000000000'],
  ])('%s', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected);
  });

  it('reads nested values exactly', async () => {
    const nested = await value(`named_struct(
      'big', 9223372036854775807, 'money', array(CAST(1.50 AS DECIMAL(10,2)), NULL),
      'when', map('a', TIMESTAMP '2024-01-02 03:04:05', 'b', NULL), 'none', CAST(NULL AS STRUCT<x: INT>),
      'bytes', X'01', 'days', array(DATE '2024-02-29'), 'text', 'a"b\\\\c')`);
    expect(nested).toEqual({
      big: 9223372036854775807n,
      money: ['1.50', null],
      when: { a: new Date('2024-01-02T03:04:05Z'), b: null },
      none: null,
      bytes: Buffer.from([1]),
      days: [new Date('2024-02-29T00:00:00Z')],
      text: 'a"b\\c',
    });
  });

  it('keeps two columns of the same name apart in the description', async () => {
    const operation = await driver.session.executeStatement("SELECT 1 AS a, array('x') AS a");
    const schema = await operation.getSchema();
    expect(schema?.columns.map((column) => column.columnName)).toEqual(['a', 'a']);
    await operation.close();
  });

  it('gives an instant whatever the time zone of the session, in the hour that happens twice too', async () => {
    await using abroad = await openDriver(address, address.tokens.owner, {
      configuration: { TIMEZONE: 'Europe/Berlin' },
    });
    const [row] = await abroad.rows(
      "SELECT timestamp_seconds(1729987200) AS first, timestamp_seconds(1729990800) AS second, DATE '2024-10-27' AS day, current_timezone() AS zone",
    );
    expect(row).toEqual({
      first: new Date(1729987200_000),
      second: new Date(1729990800_000),
      day: new Date('2024-10-27T00:00:00Z'),
      zone: 'Europe/Berlin',
    });
  });

  it('follows SET TIME ZONE', async () => {
    await using other = await openDriver(address, address.tokens.owner);
    await other.rows("SET TIME ZONE 'America/New_York'");
    const [row] = await other.rows("SELECT TIMESTAMP '2024-07-01 00:00:00' AS t");
    expect(row).toEqual({ t: new Date('2024-07-01T04:00:00Z') });
  });
});

describe('parameters', () => {
  it('binds every type by name', async () => {
    const [row] = await driver.rows(
      'SELECT :text AS text, :big AS big, :whole AS whole, :half AS half, :yes AS yes, :none AS none, :at AS at',
      {
        namedParameters: {
          text: 'it\'s \\ "x" `y` -- :big\n',
          big: 9223372036854775807n,
          whole: 7,
          half: 0.5,
          yes: true,
          none: null,
          at: new Date('2024-01-02T03:04:05.678Z'),
        },
      },
    );
    expect(row).toEqual({
      text: 'it\'s \\ "x" `y` -- :big\n',
      big: 9223372036854775807n,
      whole: 7,
      half: 0.5,
      yes: true,
      none: null,
      at: new Date('2024-01-02T03:04:05.678Z'),
    });
  });

  it('binds by position', async () => {
    expect(await driver.rows('SELECT ? AS a, ? AS b', { ordinalParameters: ['x', 2] })).toEqual([
      { a: 'x', b: 2 },
    ]);
  });

  it('reads nested values of a statement with parameters', async () => {
    expect(await driver.rows('SELECT array(:a) AS list', { namedParameters: { a: 'x' } })).toEqual([
      { list: ['x'] },
    ]);
  });

  it('says which parameter has no value', async () => {
    await expect(driver.rows('SELECT :missing')).rejects.toThrow('UNBOUND_SQL_PARAMETER');
  });
});

describe('metadata', () => {
  it('lists catalogs, schemas, tables with comments, and columns with exact types', async () => {
    const read = async (operation: Promise<{ fetchAll(): Promise<object[]> }>) =>
      await (await operation).fetchAll();
    const name = { catalogName: 'spark_catalog', schemaName: 'retail' };
    expect(await read(driver.session.getCatalogs())).toEqual([{ TABLE_CAT: 'spark_catalog' }]);
    expect(await read(driver.session.getSchemas({ catalogName: 'spark_catalog' }))).toContainEqual({
      TABLE_SCHEM: 'retail',
      TABLE_CATALOG: 'spark_catalog',
    });
    const tables = await read(driver.session.getTables(name));
    expect(tables).toHaveLength(10);
    expect(tables).toContainEqual(
      expect.objectContaining({
        TABLE_NAME: 'products',
        TABLE_TYPE: 'TABLE',
        REMARKS: 'Products on the shelf',
      }),
    );
    expect(tables).toContainEqual(expect.objectContaining({ TABLE_NAME: 'customers', TABLE_TYPE: 'VIEW' }));
    const columns = await read(driver.session.getColumns({ ...name, tableName: 'web\\_profiles' }));
    expect(columns).toMatchObject([
      { COLUMN_NAME: 'household_key', TYPE_NAME: 'BIGINT', REMARKS: 'Household that the row belongs to' },
      { COLUMN_NAME: 'interests', TYPE_NAME: 'ARRAY<STRING>' },
      { COLUMN_NAME: 'device', TYPE_NAME: 'STRUCT<os: STRING, app_version: STRING>' },
      { COLUMN_NAME: 'visits_30_days', TYPE_NAME: 'INT' },
      { COLUMN_NAME: 'last_seen_at', TYPE_NAME: 'TIMESTAMP' },
    ]);
  });
});
