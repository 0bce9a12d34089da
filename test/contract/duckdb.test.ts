import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableMetadata } from '../../electron/domain/catalog.ts';
import { formatTablePath } from '../../electron/domain/table-path.ts';
import { duckdb } from '../../electron/warehouses/duckdb.ts';
import { mapDuckdbError } from '../../electron/warehouses/duckdb-error.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';
import type { TestStep } from '../../electron/domain/test-step.ts';
import { describeWarehouse, type WarehouseFixture } from './warehouse.contract.ts';

const root = await mkdtemp(join(tmpdir(), 'duckdb-'));
const home = join(root, 'home');
const database = join(root, "it's main.duckdb");
const files = join(root, 'files [1]');
const stateFile = join(root, "it's state", 'state.duckdb');

beforeAll(async () => {
  await makeDatabase();
  await makeFiles();
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function runSql(statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function makeDatabase(): Promise<void> {
  await mkdir(dirname(stateFile));
  await writeFile(join(root, 'outside.csv'), 'secret\ncanary-4711\n');
  await runSql([
    `ATTACH '${database.replaceAll("'", "''")}' AS d`,
    'CREATE SCHEMA d.shop',
    'CREATE TABLE d.shop.customers AS SELECT range AS id, (range % 7)::VARCHAR AS tier FROM range(1000)',
    `CREATE TABLE d.shop."odd ""name""" (n INTEGER NOT NULL, s STRUCT(a INTEGER, "b c" VARCHAR)[], e ENUM('x', 'y'), u UUID)`,
    `COMMENT ON TABLE d.shop.customers IS 'Those who buy'`,
    `CREATE VIEW d.shop.leak AS SELECT * FROM read_csv('${join(root, 'outside.csv')}')`,
  ]);
}

async function makeFiles(): Promise<void> {
  await mkdir(join(files, 'shop'), { recursive: true });
  await mkdir(join(files, 'parts'));
  await mkdir(join(files, 'by day', 'day=2026-01-01'), { recursive: true });
  await mkdir(join(files, 'delta', '_delta_log'), { recursive: true });
  await writeFile(join(files, 'people.csv'), 'id,name\n1,Zoë\n2,"O\'Brien, Jr."\n3,\n');
  await writeFile(join(files, 'odd [x] *.csv'), 'id\n1\n');
  await writeFile(join(files, 'events.jsonl'), '{"id":1,"tags":["a"]}\n{"id":2,"tags":[]}\n');
  await writeFile(join(files, 'notes.txt'), 'not a table');
  await writeFile(join(files, 'broken.parquet'), 'PAR1 but not really');
  await writeFile(join(files, 'empty.csv'), '');
  await runSql([
    `COPY (SELECT range AS id FROM range(500)) TO '${join(files, 'people.parquet')}'`,
    `COPY (SELECT range AS id FROM range(20)) TO '${join(files, 'shop', 'orders.parquet')}'`,
    `COPY (SELECT range AS id FROM range(30)) TO '${join(files, 'shop', 'old.csv.gz')}'`,
    `COPY (SELECT range AS id FROM range(10)) TO '${join(files, 'parts', 'part-00000.parquet')}'`,
    `COPY (SELECT range AS id, 'x' AS extra FROM range(5)) TO '${join(files, 'parts', 'part-00001.parquet')}'`,
    `COPY (SELECT 1 AS id) TO '${join(files, 'by day', 'day=2026-01-01', 'data_0.parquet')}'`,
    `COPY (SELECT 1 AS id) TO '${join(files, 'delta', 'part-00000.parquet')}'`,
  ]);
}

async function open(path: string): Promise<OpenWarehouse> {
  return duckdb.open({ settings: { path }, secrets: {}, home });
}

async function discover(warehouse: OpenWarehouse): Promise<Map<string, TableMetadata>> {
  const tables = new Map<string, TableMetadata>();
  for await (const table of warehouse.discover()) tables.set(formatTablePath(table.path), table);
  return tables;
}

const engine: Pick<WarehouseFixture, 'literals' | 'longQuery' | 'numbers' | 'formats'> = {
  literals: [
    ['CAST(9007199254740991 AS BIGINT)', 9007199254740991],
    ['CAST(9007199254740993 AS BIGINT)', '9007199254740993'],
    ['CAST(170141183460469231731687303715884105727 AS HUGEINT)', '170141183460469231731687303715884105727'],
    ['CAST(1.50 AS DECIMAL(10,2))', '1.50'],
    [`CAST('nan' AS DOUBLE)`, Number.NaN],
    [`CAST('-infinity' AS DOUBLE)`, -Infinity],
    ['NULL', null],
    [`''`, ''],
    [`DATE '1582-10-15'`, '1582-10-15'],
    [`TIMESTAMP '1969-12-31 23:59:59.999999'`, '1969-12-31T23:59:59.999999Z'],
    [`TIMESTAMPTZ '2026-11-01 01:00:00+01'`, '2026-11-01T00:00:00.000Z'],
    [`TIMESTAMP_NS '2026-11-01 00:00:00.123456789'`, '2026-11-01T00:00:00.123456789Z'],
    [`TIMESTAMP_S '2026-11-01 00:00:01'`, '2026-11-01T00:00:01.000Z'],
    [`CAST('infinity' AS TIMESTAMP)`, 'infinity'],
    [`[1, NULL, 3]`, [1, null, 3]],
    [`{'a': DATE '2026-01-01', 'b': [1.5]}`, { a: '2026-01-01', b: ['1.5'] }],
    [`MAP {'k': 9007199254740993}`, { k: '9007199254740993' }],
    [`CAST('\\xAA\\x00' AS BLOB)`, 'aa00'],
    [`CAST('00000000-0000-0000-0000-00000000000a' AS UUID)`, '00000000-0000-0000-0000-00000000000a'],
    [`TIME '12:34:56'`, '12:34:56'],
  ],
  longQuery:
    'SELECT count(*) AS n FROM range(10000000) AS a, range(10000000) AS b WHERE a.range * b.range = 7',
  numbers: (count) => `SELECT range AS n FROM range(${count})`,
  formats: ['csv', 'jsonl', 'parquet'],
};

describeWarehouse('the sample lakehouse', {
  ...engine,
  kind: sample,
  hasState: true,
  isStateHidden: true,
  open: () => sample.open({ settings: {}, secrets: {}, home }),
  table: {
    path: { catalog: 'main', schema: 'retail', table: 'households' },
    columns: ['household_key', 'email'],
    rows: 2_500,
  },
});

describeWarehouse('a DuckDB database', {
  ...engine,
  kind: duckdb,
  hasState: true,
  isStateHidden: true,
  open: () => duckdb.open({ settings: { path: database, stateFile }, secrets: {}, home }),
  table: {
    path: { catalog: "it's main", schema: 'shop', table: 'customers' },
    columns: ['id', 'tier'],
    rows: 1_000,
  },
});

describeWarehouse('a folder of data files', {
  ...engine,
  kind: duckdb,
  hasState: false,
  open: () => open(files),
  table: {
    path: { catalog: 'files', schema: 'default', table: 'people.parquet' },
    columns: ['id'],
    rows: 500,
  },
});

describe('a DuckDB database', () => {
  it('reports comments, nullability and nested types', async () => {
    const warehouse = await open(database);
    const tables = await discover(warehouse);
    expect(tables.get("`it's main`.shop.customers")).toMatchObject({
      kind: 'table',
      comment: 'Those who buy',
    });
    expect(tables.get('`it\'s main`.shop.`odd "name"`')?.columns).toMatchObject([
      { name: 'n', nullable: false, type: { kind: 'integer' } },
      { name: 's', nullable: true, type: { kind: 'array', element: { kind: 'struct' } } },
      { name: 'e', type: { kind: 'text' } },
      { name: 'u', type: { kind: 'text' } },
    ]);
    await warehouse.close();
  });

  it('cannot read another file through a view, write, attach, or change a setting', async () => {
    const warehouse = await open(database);
    for (const text of [
      `SELECT * FROM "it's main".shop.leak`,
      `SELECT * FROM read_text('/etc/hostname')`,
      `COPY (SELECT 1) TO '${join(root, 'stolen.csv')}'`,
      `CREATE TABLE "it's main".shop.more AS SELECT 1`,
      `ATTACH '${join(root, 'other.duckdb')}'`,
      'SET enable_external_access = true',
      'INSTALL httpfs',
    ]) {
      const act = warehouse.query({ text, values: {}, columns: [] });
      const error: unknown = await act.catch((each: unknown) => each);
      expect(error, text).toMatchObject({ code: 'QUERY_FAILED' });
      expect(String(error)).not.toContain('canary');
    }
    await warehouse.close();
    expect(await readdir(root)).not.toEqual(expect.arrayContaining(['stolen.csv']));
  });

  it('leaves the file and its folder as they were', async () => {
    const before = await readdir(root);
    const warehouse = await open(database);
    await discover(warehouse);
    await warehouse.close();
    expect(await readdir(root)).toEqual(before);
  });

  it('named main.duckdb is the catalog main for people', async () => {
    const path = join(root, 'main.duckdb');
    await runSql([`ATTACH '${path}' AS d`, 'CREATE TABLE d.t AS SELECT 1 AS a']);
    const warehouse = await open(path);
    expect([...(await discover(warehouse)).keys()]).toEqual(['main.main.t']);
    const path3 = { catalog: 'main', schema: 'main', table: 't' };
    expect((await warehouse.countRows(path3)).rows).toBe(1);
    await warehouse.close();
  });

  it.each([
    ['missing.duckdb', undefined, 'does not exist'],
    ['text.duckdb', 'hello', 'is not a DuckDB database'],
    ['sheet.xlsx', 'PK', 'is not a DuckDB database, Parquet, CSV or JSON Lines file'],
  ])('%s is refused with its reason', async (name, content, reason) => {
    if (content !== undefined) await writeFile(join(root, name), content);
    const error: unknown = await open(join(root, name)).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'FILE_INVALID' });
    expect(String(error)).toContain(reason);
    expect(String(error)).toContain(name);
  });

  it('asks for a path where none is set', async () => {
    await expect(open(' ')).rejects.toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.path' });
  });
});

describe('a folder of data files', () => {
  it('makes a table of each file and each folder of parts, and a schema of every other folder', async () => {
    const warehouse = await open(files);
    const tables = await discover(warehouse);
    const rows = Object.fromEntries([...tables].map(([name, table]) => [name, table.rowCount?.rows]));
    expect(rows).toEqual({
      'files.default.`by day`': 1,
      'files.default.events': undefined,
      'files.default.`odd [x] *`': undefined,
      'files.default.parts': 15,
      'files.default.people': undefined,
      'files.default.`people.parquet`': 500,
      'files.shop.old': undefined,
      'files.shop.orders': 20,
    });
    expect(tables.get('files.default.`by day`')?.columns.map((column) => column.name)).toEqual(['id', 'day']);
    expect(tables.get('files.default.parts')?.columns.map((column) => column.name)).toEqual(['id', 'extra']);
    await warehouse.close();
  });

  it('says which files it cannot read', async () => {
    const warehouse = await open(files);
    const steps: TestStep[] = [];
    await warehouse.test((step) => steps.push(step));
    expect(steps.find((step) => step.id === 'list' && step.status === 'passed')?.detail).toBe(
      '8 tables; not readable: delta, empty.csv, broken',
    );
    await warehouse.close();
  });

  it('sees files that came, changed and went, without being opened anew', async () => {
    const folder = join(root, 'changing');
    await mkdir(folder);
    await writeFile(join(folder, 'a.csv'), 'id\n1\n');
    const warehouse = await open(folder);
    await writeFile(join(folder, 'b.csv'), 'name\nx\n');
    await writeFile(join(folder, 'a.csv'), 'id,more\n1,true\n2,false\n');
    expect([...(await discover(warehouse)).keys()]).toEqual(['files.default.a', 'files.default.b']);
    const a = { catalog: 'files', schema: 'default', table: 'a' };
    expect((await warehouse.describeTable(a)).map((column) => column.name)).toEqual(['id', 'more']);
    await rm(join(folder, 'a.csv'));
    await expect(warehouse.countRows(a)).rejects.toMatchObject({ code: 'TABLE_MISSING' });
    expect([...(await discover(warehouse)).keys()]).toEqual(['files.default.b']);
    await warehouse.close();
  });

  it('names the line of a CSV file that breaks its column’s type, and nothing of its content', async () => {
    const folder = join(root, 'breaking');
    await mkdir(folder);
    await writeFile(join(folder, 'a.csv'), 'id\n1\n');
    const warehouse = await open(folder);
    await writeFile(join(folder, 'a.csv'), `id\n${'1\n'.repeat(50)}canary-4711\n`);
    const text = 'SELECT sum(CAST(id AS BIGINT)) FROM files."default".a';
    const error: unknown = await warehouse
      .query({ text, values: {}, columns: [] })
      .catch((each: unknown) => each);
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(error).toMatchObject({ name: 'AppError' });
    await warehouse.close();
  });

  it('with no data file in it fails its test', async () => {
    const folder = join(root, 'nothing');
    await mkdir(folder);
    const warehouse = await open(folder);
    await expect(warehouse.test(() => undefined)).rejects.toMatchObject({ code: 'FILE_INVALID' });
    await warehouse.close();
  });

  it('may be a single file', async () => {
    const warehouse = await open(join(files, 'events.jsonl'));
    const tables = await discover(warehouse);
    expect([...tables.keys()]).toEqual(['files.default.events']);
    expect(tables.get('files.default.events')?.columns[1]?.type.kind).toBe('array');
    await warehouse.close();
  });
});

describe('an export of DuckDB', () => {
  it('onto a full disk says so', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const act = connection.run(`COPY (SELECT range FROM range(1000000)) TO '/dev/full' (USE_TMP_FILE false)`);
    const error: unknown = await act.catch((each: unknown) => each);
    expect(mapDuckdbError(error, '/dev/full')).toMatchObject({
      code: 'TARGET_UNWRITABLE',
      message: '“/dev/full” cannot be written: the disk is full.',
    });
    connection.closeSync();
    instance.closeSync();
  });

  it('keeps working files of its own apart, and removes them', async () => {
    expect(await readdir(join(home, 'spill'))).toEqual([]);
  });
});
