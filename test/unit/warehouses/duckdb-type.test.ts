import { describe, expect, it } from 'vitest';
import { parseDuckdbType } from '../../../electron/warehouses/duckdb-type.ts';

describe('a DuckDB type', () => {
  it.each([
    ['VARCHAR', { kind: 'text' }],
    ['JSON', { kind: 'text' }],
    ['UUID', { kind: 'text', cast: true }],
    ['BOOLEAN', { kind: 'boolean' }],
    ['TINYINT', { kind: 'integer', bits: 8 }],
    ['BIGINT', { kind: 'integer', bits: 64 }],
    ['HUGEINT', { kind: 'integer', bits: 128 }],
    ['UINTEGER', { kind: 'integer', bits: 64 }],
    ['UBIGINT', { kind: 'integer', bits: 128 }],
    ['FLOAT', { kind: 'float', bits: 32 }],
    ['DOUBLE', { kind: 'float', bits: 64 }],
    ['DECIMAL(10,2)', { kind: 'decimal', precision: 10, scale: 2 }],
    ['DATE', { kind: 'date' }],
    ['TIMESTAMP', { kind: 'timestamp', zoned: false }],
    ['TIMESTAMP_S', { kind: 'timestamp', zoned: false }],
    ['TIMESTAMP_MS', { kind: 'timestamp', zoned: false }],
    ['TIMESTAMP_NS', { kind: 'timestamp', zoned: false }],
    ['TIMESTAMP WITH TIME ZONE', { kind: 'timestamp', zoned: true }],
    ['TIME', { kind: 'other' }],
    ['TIME WITH TIME ZONE', { kind: 'other' }],
    ['INTERVAL', { kind: 'other' }],
    ['BIT', { kind: 'other' }],
    ['BIGNUM', { kind: 'other' }],
    ['BLOB', { kind: 'binary' }],
    ['VARIANT', { kind: 'variant' }],
    ["ENUM('a', 'b''),c')", { kind: 'text' }],
    ['UNION(num INTEGER, "a b" VARCHAR)', { kind: 'other' }],
    ['"NULL"', { kind: 'other' }],
  ])('%s is read with its native spelling', (native, rest) => {
    expect(parseDuckdbType(native)).toEqual({ native, ...rest });
  });

  it('reads a list of structs whose field names are quoted', () => {
    expect(parseDuckdbType('STRUCT(a INTEGER, "b c" VARCHAR)[]')).toEqual({
      kind: 'array',
      native: 'STRUCT(a INTEGER, "b c" VARCHAR)[]',
      element: {
        kind: 'struct',
        native: 'STRUCT(a INTEGER, "b c" VARCHAR)',
        fields: [
          { name: 'a', type: { kind: 'integer', native: 'INTEGER', bits: 32 } },
          { name: 'b c', type: { kind: 'text', native: 'VARCHAR' } },
        ],
      },
    });
  });

  it('reads structs in structs and doubled quotes in names', () => {
    const type = parseDuckdbType('STRUCT("we""ird" DECIMAL(5,1), q STRUCT(z DATE[]))');
    expect(type).toMatchObject({
      kind: 'struct',
      fields: [
        { name: 'we"ird', type: { kind: 'decimal', precision: 5, scale: 1 } },
        { name: 'q', type: { kind: 'struct', fields: [{ name: 'z', type: { kind: 'array' } }] } },
      ],
    });
  });

  it('reads maps, fixed arrays and lists of lists', () => {
    expect(parseDuckdbType('MAP(VARCHAR, DECIMAL(4,0)[])')).toMatchObject({
      kind: 'map',
      key: { kind: 'text' },
      value: { kind: 'array', element: { kind: 'decimal', precision: 4 } },
    });
    expect(parseDuckdbType('INTEGER[3]')).toMatchObject({ kind: 'array', element: { native: 'INTEGER' } });
    expect(parseDuckdbType('INTEGER[][]')).toMatchObject({ kind: 'array', element: { native: 'INTEGER[]' } });
  });

  it.each(['', 'STRUCT(a', 'DECIMAL(10', "ENUM('a", 'INTEGER]', 'STRUCT("a INTEGER)', '???'])(
    'shows “%s” as it is, since it cannot be read',
    (native) => {
      expect(parseDuckdbType(native)).toEqual({ kind: 'other', native });
    },
  );
});
