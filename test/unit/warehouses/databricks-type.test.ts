import { describe, expect, it } from 'vitest';
import { parseDatabricksType } from '../../../electron/warehouses/databricks-type.ts';

describe('a Databricks type', () => {
  it.each([
    ['string', { kind: 'text' }],
    ['STRING', { kind: 'text' }],
    ['string collate UTF8_LCASE', { kind: 'text' }],
    ['varchar(20)', { kind: 'text' }],
    ['char(2)', { kind: 'text' }],
    ['boolean', { kind: 'boolean' }],
    ['tinyint', { kind: 'integer', bits: 8 }],
    ['SMALLINT', { kind: 'integer', bits: 16 }],
    ['int', { kind: 'integer', bits: 32 }],
    ['bigint', { kind: 'integer', bits: 64 }],
    ['float', { kind: 'float', bits: 32 }],
    ['double', { kind: 'float', bits: 64 }],
    ['decimal(10,2)', { kind: 'decimal', precision: 10, scale: 2 }],
    ['decimal(38, 18)', { kind: 'decimal', precision: 38, scale: 18 }],
    ['decimal', { kind: 'decimal', precision: 10, scale: 0 }],
    ['date', { kind: 'date' }],
    ['timestamp', { kind: 'timestamp', zoned: true }],
    ['timestamp_ntz', { kind: 'timestamp', zoned: false }],
    ['binary', { kind: 'binary' }],
    ['variant', { kind: 'variant' }],
    ['interval day to second', { kind: 'other' }],
    ['interval month', { kind: 'other' }],
    ['void', { kind: 'other' }],
    ['object', { kind: 'other' }],
    ['geography(4326)', { kind: 'other' }],
  ])('%s is read with its native spelling', (native, rest) => {
    expect(parseDatabricksType(native)).toEqual({ native, ...rest });
  });

  it('reads nested structs, arrays and maps', () => {
    expect(parseDatabricksType('struct<a:int,b:array<string>,c:map<string,decimal(10,2)>>')).toEqual({
      kind: 'struct',
      native: 'struct<a:int,b:array<string>,c:map<string,decimal(10,2)>>',
      fields: [
        { name: 'a', type: { kind: 'integer', native: 'int', bits: 32 } },
        {
          name: 'b',
          type: { kind: 'array', native: 'array<string>', element: { kind: 'text', native: 'string' } },
        },
        {
          name: 'c',
          type: {
            kind: 'map',
            native: 'map<string,decimal(10,2)>',
            key: { kind: 'text', native: 'string' },
            value: { kind: 'decimal', native: 'decimal(10,2)', precision: 10, scale: 2 },
          },
        },
      ],
    });
  });

  it('reads field names with blanks, backticks, comments and NOT NULL', () => {
    const native = "struct<b c:int,`d``:e`:string NOT NULL COMMENT 'it''s > fine', f: struct<>>";
    expect(parseDatabricksType(native)).toMatchObject({
      kind: 'struct',
      fields: [
        { name: 'b c', type: { kind: 'integer' } },
        { name: 'd`:e', type: { kind: 'text' } },
        { name: 'f', type: { kind: 'struct', fields: [] } },
      ],
    });
  });

  it.each(['', 'struct<a', 'array<>', 'decimal(10', 'struct<a:int,... 20 more fields>', 'int>'])(
    'shows “%s” as it is, since it cannot be read',
    (native) => {
      expect(parseDatabricksType(native)).toEqual({ kind: 'other', native });
    },
  );
});
