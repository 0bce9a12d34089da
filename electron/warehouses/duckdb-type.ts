import type { ColumnType } from '../domain/column-type.ts';
import { TypeReader, UnreadableType } from './type-reader.ts';

/** Types that are one word. An unsigned integer takes the smallest signed width that holds all its values. */
const PLAIN: Readonly<Record<string, (native: string) => ColumnType>> = {
  VARCHAR: (native) => ({ kind: 'text', native }),
  JSON: (native) => ({ kind: 'text', native }),
  UUID: (native) => ({ kind: 'text', native, cast: true }),
  BOOLEAN: (native) => ({ kind: 'boolean', native }),
  TINYINT: (native) => ({ kind: 'integer', native, bits: 8 }),
  SMALLINT: (native) => ({ kind: 'integer', native, bits: 16 }),
  INTEGER: (native) => ({ kind: 'integer', native, bits: 32 }),
  BIGINT: (native) => ({ kind: 'integer', native, bits: 64 }),
  HUGEINT: (native) => ({ kind: 'integer', native, bits: 128 }),
  UTINYINT: (native) => ({ kind: 'integer', native, bits: 16 }),
  USMALLINT: (native) => ({ kind: 'integer', native, bits: 32 }),
  UINTEGER: (native) => ({ kind: 'integer', native, bits: 64 }),
  UBIGINT: (native) => ({ kind: 'integer', native, bits: 128 }),
  FLOAT: (native) => ({ kind: 'float', native, bits: 32 }),
  DOUBLE: (native) => ({ kind: 'float', native, bits: 64 }),
  DATE: (native) => ({ kind: 'date', native }),
  TIMESTAMP: (native) => ({ kind: 'timestamp', native, zoned: false }),
  TIMESTAMP_S: (native) => ({ kind: 'timestamp', native, zoned: false }),
  TIMESTAMP_MS: (native) => ({ kind: 'timestamp', native, zoned: false }),
  TIMESTAMP_NS: (native) => ({ kind: 'timestamp', native, zoned: false }),
  'TIMESTAMP WITH TIME ZONE': (native) => ({ kind: 'timestamp', native, zoned: true }),
  BLOB: (native) => ({ kind: 'binary', native }),
  VARIANT: (native) => ({ kind: 'variant', native }),
};

/** Reads a type as `duckdb_columns().data_type` spells it; what it does not know is `other`. */
export function parseDuckdbType(native: string): ColumnType {
  const reader = new TypeReader(native);
  try {
    const type = readType(reader);
    if (reader.isAtEnd()) return type;
  } catch (error) {
    if (!(error instanceof UnreadableType)) throw error;
  }
  return { kind: 'other', native };
}

function readType(reader: TypeReader): ColumnType {
  const start = reader.position;
  let type = readElement(reader, start);
  // `INTEGER[]` is a list, `INTEGER[3]` an array of fixed length, `INTEGER[][]` a list of lists.
  while (reader.take('[')) {
    reader.match(/\d+/y);
    reader.expect(']');
    type = { kind: 'array', native: reader.since(start), element: type };
  }
  return type;
}

function readElement(reader: TypeReader, start: number): ColumnType {
  const name = reader.match(/TIMESTAMP WITH TIME ZONE|TIME WITH TIME ZONE|[A-Za-z_][A-Za-z0-9_]*|"NULL"/y);
  if (name === undefined) throw new UnreadableType();
  switch (name) {
    case 'DECIMAL': {
      reader.expect('(');
      const precision = reader.number();
      reader.expect(',');
      const scale = reader.number();
      reader.expect(')');
      return { kind: 'decimal', native: reader.since(start), precision, scale };
    }
    case 'STRUCT': {
      const fields = readFields(reader);
      return { kind: 'struct', native: reader.since(start), fields };
    }
    case 'MAP': {
      reader.expect('(');
      const key = readType(reader);
      reader.expect(',');
      const value = readType(reader);
      reader.expect(')');
      return { kind: 'map', native: reader.since(start), key, value };
    }
    case 'ENUM':
      readLabels(reader);
      return { kind: 'text', native: reader.since(start) };
    case 'UNION':
      readFields(reader);
      return { kind: 'other', native: reader.since(start) };
    default:
      return PLAIN[name]?.(name) ?? { kind: 'other', native: name };
  }
}

function readFields(reader: TypeReader): { name: string; type: ColumnType }[] {
  const fields: { name: string; type: ColumnType }[] = [];
  reader.expect('(');
  do {
    const name = reader.quoted('"') ?? reader.match(/[^\s(),"]+/y);
    if (name === undefined) throw new UnreadableType();
    fields.push({ name, type: readType(reader) });
  } while (reader.take(','));
  reader.expect(')');
  return fields;
}

function readLabels(reader: TypeReader): void {
  reader.expect('(');
  do {
    if (reader.quoted("'") === undefined) throw new UnreadableType();
  } while (reader.take(','));
  reader.expect(')');
}
