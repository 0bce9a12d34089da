import * as api from '@databricks/sql';
import { describe, expect, it } from 'vitest';
import { readRows, toParameters } from '../../../electron/warehouses/databricks-value.ts';
import { readPlainColumns } from '../../../electron/warehouses/plain-column.ts';

describe('a bound value of Databricks', () => {
  it('travels as text beside its exact type', () => {
    const sent = toParameters(api, {
      id: { type: 'bigint', value: '9223372036854775807' },
      price: { type: 'decimal', value: '-0.66' },
      tiny: { type: 'decimal', value: '0.000000000000000001' },
      at: { type: 'timestamp', value: '2026-11-01T00:00:00.123456Z' },
      on: { type: 'boolean', value: true },
      text: { type: 'text', value: `'; DROP TABLE x; --` },
    });
    expect(sent.map(({ name, type, value }) => [name, type, value?.stringValue])).toEqual([
      ['id', 'BIGINT', '9223372036854775807'],
      ['price', 'DECIMAL(2,2)', '-0.66'],
      ['tiny', 'DECIMAL(18,18)', '0.000000000000000001'],
      ['at', 'TIMESTAMP', '2026-11-01T00:00:00.123456Z'],
      ['on', 'BOOLEAN', 'true'],
      ['text', 'STRING', `'; DROP TABLE x; --`],
    ]);
  });
});

describe('a plain column of a metadata call', () => {
  it('is read with its NULLs and exact whole numbers', () => {
    const long = (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64BE(value);
      return { buffer, offset: 0 };
    };
    const { rows, columns } = readPlainColumns([
      { stringVal: { values: ['a', '', 'c'], nulls: Buffer.from([0b010]) } },
      { i64Val: { values: [long(42n), long(-1n), long(9223372036854775807n)], nulls: Buffer.from([]) } },
      { boolVal: { values: [true, false, true], nulls: Buffer.from([0b100]) } },
    ]);
    expect(readRows({ kind: 'plain', rows, columns }, [])).toEqual([
      ['a', 42, true],
      [null, -1, false],
      ['c', '9223372036854775807', null],
    ]);
  });

  it.each([
    [[{}]],
    [[{ stringVal: { values: 'abc' } }]],
    [['text']],
    [[{ i64Val: { values: [{ buffer: Buffer.alloc(3) }] } }]],
  ])('that is none is refused: %#', (columns) => {
    expect(() => readPlainColumns(columns)).toThrow(expect.objectContaining({ code: 'QUERY_FAILED' }));
  });
});
