import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as arrow from 'apache-arrow';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileFormat } from '../../electron/domain/run.ts';
import { readBatches, readEmptyColumns } from '../../electron/warehouses/arrow-batches.ts';
import { duckdb } from '../../electron/warehouses/duckdb.ts';
import { exportParts } from '../../electron/warehouses/databricks-export.ts';
import { readRows } from '../../electron/warehouses/databricks-value.ts';
import { writeParts } from '../../electron/warehouses/row-writer.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';

const { Field } = arrow;

interface Sample {
  readonly name: string;
  readonly type: arrow.DataType;
  /** The values as Arrow's builders take them, and as DuckDB writes them. */
  readonly values: readonly unknown[];
  readonly sql: readonly string[];
}

const micros = (text: string): bigint => {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0') || '0');
};
const instants = [
  '2026-10-31T20:27:42',
  '2026-10-31T20:27:42.5',
  '1969-12-31T23:59:59.999999',
  '0001-01-01T00:00:00',
  '9999-12-31T23:59:59.000001',
];
const numbers = [
  0, -0, 1, 0.1, -1.5, 1e15, 1e16, 1e20, 1e21, 1e-4, 1e-5, 1e-7, 5e-324, 1.7976931348623157e308,
];
const texts = [
  '',
  ' ',
  'plain',
  'a,b',
  'say "hi"',
  'two\nlines',
  'tab\there',
  '#x',
  'é 😀 \u2028',
  '\u0001\u001f\u007f\\',
  "it's",
];
const sqlText = (text: string): string =>
  `concat('', ${Array.from(text, (sign) => `chr(${sign.codePointAt(0)})`).join(', ') || "''"})`;
const bytes = [
  new Uint8Array([0xaa, 0, 0x61]),
  new Uint8Array(),
  new Uint8Array([0x22, 0x27, 0x5c, 0x2c, 0x23]),
];

const samples: readonly Sample[] = [
  { name: 'flag', type: new arrow.Bool(), values: [true, false], sql: ['true', 'false'] },
  { name: 'small', type: new arrow.Int32(), values: [0, -7, 2147483647], sql: ['0', '-7', '2147483647'] },
  { name: 'tiny', type: new arrow.Int8(), values: [-128, 127], sql: ['(-128)::TINYINT', '127::TINYINT'] },
  {
    name: 'whole',
    type: new arrow.Int64(),
    values: [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 42n, -1n],
    sql: ['9223372036854775807', '-9223372036854775808', '9007199254740993', '42', '-1'].map(
      (n) => `(${n})::BIGINT`,
    ),
  },
  {
    name: 'number',
    type: new arrow.Float64(),
    values: [...numbers, Number.NaN, Infinity, -Infinity],
    sql: [
      ...numbers.map((n) => `'${Object.is(n, -0) ? '-0.0' : n}'::DOUBLE`),
      `'nan'::DOUBLE`,
      `'inf'::DOUBLE`,
      `'-inf'::DOUBLE`,
    ],
  },
  {
    name: 'single',
    type: new arrow.Float32(),
    values: [0.1, 16777216, 3.4e38, 1e10],
    sql: ['0.1::FLOAT', '16777216::FLOAT', `'3.4e38'::FLOAT`, '1e10::FLOAT'],
  },
  {
    name: 'day',
    type: new arrow.Date_(arrow.DateUnit.DAY),
    values: ['1969-12-31', '0001-01-01', '2024-02-29', '9999-12-31'].map(
      (day) => new Date(`${day}T00:00:00Z`),
    ),
    sql: ['1969-12-31', '0001-01-01', '2024-02-29', '9999-12-31'].map((day) => `DATE '${day}'`),
  },
  { name: 'words', type: new arrow.Utf8(), values: texts, sql: texts.map(sqlText) },
  {
    name: 'bytes',
    type: new arrow.Binary(),
    values: bytes,
    sql: bytes.map(
      (each) => `'${[...each].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'::BLOB`,
    ),
  },
  {
    name: 'list',
    type: new arrow.List(new Field('element', new arrow.Utf8())),
    values: [['a', null, 'b"c'], []],
    sql: [`['a', NULL, 'b"c']`, `[]::VARCHAR[]`],
  },
  {
    name: 'record',
    type: new arrow.Struct([
      new Field('a', new arrow.Int32()),
      new Field('odd "name"', new arrow.List(new Field('element', new arrow.Float64()))),
    ]),
    values: [
      { a: 1, 'odd "name"': [1, Number.NaN] },
      { a: null, 'odd "name"': null },
    ],
    sql: [
      `{'a': 1, 'odd "name"': [1.0::DOUBLE, 'nan'::DOUBLE]}`,
      `{'a': NULL::INTEGER, 'odd "name"': NULL::DOUBLE[]}`,
    ],
  },
];

/** Timestamps and decimals go in as their raw words: Arrow's builders take milliseconds and no text. */
function rawColumn(type: arrow.DataType, words: readonly bigint[], wordsPerValue: number): arrow.Data {
  const data = new BigInt64Array(words.length + wordsPerValue);
  words.forEach((word, at) => (data[at] = word));
  const length = words.length / wordsPerValue + 1;
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  for (let row = 0; row < length - 1; row += 1) nullBitmap[row >> 3]! |= 1 << (row & 7);
  const values = new Int32Array(data.buffer);
  return new arrow.Data(type, 0, length, 1, [undefined, values, nullBitmap] as never);
}

function decimalWords(texts: readonly string[], scale: number): bigint[] {
  return texts.flatMap((text) => {
    const [whole = '', fraction = ''] = text.split('.');
    const unscaled = BigInt(whole + fraction.padEnd(scale, '0'));
    return [BigInt.asIntN(64, unscaled), unscaled >> 64n];
  });
}

const zoned = new arrow.Timestamp(arrow.TimeUnit.MICROSECOND, 'Etc/UTC');
const plain = new arrow.Timestamp(arrow.TimeUnit.MICROSECOND, null);
const wide = ['12345678901234567890.123456789012345678', '-0.000000000000000001', '1.500000000000000000'];
const money = ['1.50', '-0.50', '0.00', '1234567.89', '100.00'];
const rawSamples = [
  {
    name: 'at',
    data: rawColumn(zoned, instants.map(micros), 1),
    sql: instants.map((each) => `TIMESTAMPTZ '${each.replace('T', ' ')}+00'`),
  },
  {
    name: 'wall',
    data: rawColumn(plain, instants.map(micros), 1),
    sql: instants.map((each) => `TIMESTAMP '${each.replace('T', ' ')}'`),
  },
  {
    name: 'wide',
    data: rawColumn(new arrow.Decimal(18, 38), decimalWords(wide, 18), 2),
    sql: wide.map((each) => `${each}::DECIMAL(38,18)`),
  },
  {
    name: 'money',
    data: rawColumn(new arrow.Decimal(2, 10), decimalWords(money, 2), 2),
    sql: money.map((each) => `(${each})::DECIMAL(10,2)`),
  },
];

const cases = [
  ...samples.map(({ name, type, values, sql }) => ({
    name,
    sql,
    data: arrow.vectorFromArray([...values, null], type).data[0]!,
  })),
  ...rawSamples,
];

let folder = '';
let warehouse: OpenWarehouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forms-'));
  await writeFile(join(folder, 'any.csv'), 'a\n1\n');
  warehouse = await duckdb.open({ settings: { path: folder }, secrets: {}, home: join(folder, 'home') });
});

afterAll(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true, force: true });
});

/** The batch as a server sends it: its schema apart, then one message. */
function toMessages(name: string, data: arrow.Data): { schema: Uint8Array; batch: Uint8Array; rows: number } {
  const field = new Field(name, data.type, true);
  const schema = new arrow.Schema([field]);
  const struct = arrow.makeData({
    type: new arrow.Struct([field]),
    length: data.length,
    nullCount: 0,
    children: [data],
  });
  const whole = arrow.RecordBatchStreamWriter.writeAll([new arrow.RecordBatch(schema, struct)]).toUint8Array(
    true,
  );
  const head = arrow.RecordBatchStreamWriter.writeAll(new arrow.Table(schema)).toUint8Array(true);
  // A stream ends with a mark of eight bytes.
  const schemaLength = head.length - 8;
  return {
    schema: whole.slice(0, schemaLength),
    batch: whole.slice(schemaLength, whole.length - 8),
    rows: data.length,
  };
}

async function exportArrow(name: string, data: arrow.Data, format: FileFormat): Promise<string> {
  const { schema, batch, rows } = toMessages(name, data);
  const parts = readBatches(arrow, schema, [{ batch, rowCount: rows }]).map((each) => ({
    kind: 'arrow' as const,
    ...each,
  }));
  const path = join(folder, `arrow-${name}.${format}`);
  const result = {
    names: [name],
    empty: () => Promise.resolve(readEmptyColumns(arrow, schema)),
    parts: (async function* () {
      yield* parts;
    })(),
  };
  expect(await writeParts(path, exportParts(result, format))).toMatchObject({ rows });
  return path;
}

function sqlOf(name: string, sql: readonly string[]): string {
  const rows = [...sql, 'NULL'].map((value, at) => `SELECT ${at} AS place, ${value} AS "${name}"`);
  return `SELECT "${name}" FROM (${rows.join(' UNION ALL ')}) ORDER BY place`;
}

describe('a file', () => {
  describe.each(['csv', 'jsonl'] as const)('in %s', (format) => {
    it.each(cases)('has the same bytes for $name from both engines', async ({ name, data, sql }) => {
      const ours = await readFile(await exportArrow(name, data, format), 'utf8');
      const path = join(folder, `duckdb-${name}.${format}`);
      await warehouse.exportFile({ text: sqlOf(name, sql), values: {}, columns: [] }, path, format);
      expect(ours).toBe(await readFile(path, 'utf8'));
      if (format === 'jsonl') for (const line of ours.trimEnd().split('\n')) JSON.parse(line);
    });
  });

  it.each(cases)('in Parquet has the very values of $name', async ({ name, data, sql }) => {
    const path = await exportArrow(name, data, 'parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    const rows = async (text: string): Promise<string> =>
      JSON.stringify((await connection.runAndReadAll(text)).getRowsJson());
    const quoted = `"${name}"`;
    expect(await rows(`SELECT ${quoted} FROM read_parquet('${path}')`)).toBe(await rows(sqlOf(name, sql)));
    connection.closeSync();
    instance.closeSync();
  });

  it.each(['csv', 'jsonl', 'parquet'] as const)('without rows is a whole %s', async (format) => {
    const type = new arrow.List(new Field('element', new arrow.Decimal(2, 10)));
    const { schema } = toMessages('tags', arrow.vectorFromArray([null], type).data[0]!);
    const result = {
      names: ['tags'],
      empty: () => Promise.resolve(readEmptyColumns(arrow, schema)),
      parts: (async function* (): AsyncGenerator<never> {})(),
    };
    const path = join(folder, `none.${format}`);
    await writeParts(path, exportParts(result, format));
    const text = await readFile(path, 'utf8');
    if (format === 'parquet') expect(text.slice(0, 4)).toBe('PAR1');
    else expect(text).toBe(format === 'csv' ? 'tags\n' : '');
  });
});

describe('a value read from Arrow', () => {
  it('is exact: whole numbers, decimals, microseconds, bytes and nested values', () => {
    const read = (name: string): unknown[] => {
      const { schema, batch, rows } = toMessages(name, cases.find((each) => each.name === name)!.data);
      const parts = readBatches(arrow, schema, [{ batch, rowCount: rows }]);
      return parts.flatMap((part) => readRows({ kind: 'arrow', ...part }, [])).map(([value]) => value);
    };
    expect(read('whole')).toEqual([
      '9223372036854775807',
      '-9223372036854775808',
      '9007199254740993',
      42,
      -1,
      null,
    ]);
    expect(read('wide')).toEqual([...wide, null]);
    expect(read('money')).toEqual([...money, null]);
    expect(read('day')).toEqual(['1969-12-31', '0001-01-01', '2024-02-29', '9999-12-31', null]);
    expect(read('at')).toEqual([
      '2026-10-31T20:27:42.000Z',
      '2026-10-31T20:27:42.500Z',
      '1969-12-31T23:59:59.999999Z',
      '0001-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.000001Z',
      null,
    ]);
    expect(read('bytes')).toEqual(['aa0061', '', '22275c2c23', null]);
    expect(read('number')).toEqual([...numbers, Number.NaN, Infinity, -Infinity, null]);
    expect(read('record')).toEqual([
      { a: 1, 'odd "name"': [1, Number.NaN] },
      { a: null, 'odd "name"': null },
      null,
    ]);
  });
});

describe('an answer that is cut off or does not fit together', () => {
  it('is refused or read, but never beyond its end', () => {
    let refused = 0;
    for (const { name, data } of cases) {
      const { schema, batch, rows } = toMessages(name, data);
      for (let seed = 1; seed <= 60; seed += 1) {
        const broken = batch.slice(0, seed % 3 === 0 ? Math.floor((batch.length * seed) / 60) : batch.length);
        for (let hit = 0; hit < 4; hit += 1) {
          const at = (seed * 7919 + hit * 104729) % Math.max(broken.length, 1);
          if (seed % 3 !== 0 && broken.length > 0) broken[at] = (seed * 31 + hit * 17) & 255;
        }
        try {
          for (const part of readBatches(arrow, schema, [{ batch: broken, rowCount: rows }]))
            readRows({ kind: 'arrow', ...part }, []);
        } catch (error) {
          expect(error).toMatchObject({ code: 'QUERY_FAILED' });
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});
