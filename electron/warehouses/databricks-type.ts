import type { ColumnType } from '../domain/column-type.ts';
import { TypeReader, UnreadableType } from './type-reader.ts';

/** Types that are one word, in lower case; Databricks takes several names for some of them. */
const PLAIN: Readonly<Record<string, (native: string) => ColumnType>> = {
  string: (native) => ({ kind: 'text', native }),
  varchar: (native) => ({ kind: 'text', native }),
  char: (native) => ({ kind: 'text', native }),
  boolean: (native) => ({ kind: 'boolean', native }),
  tinyint: (native) => ({ kind: 'integer', native, bits: 8 }),
  byte: (native) => ({ kind: 'integer', native, bits: 8 }),
  smallint: (native) => ({ kind: 'integer', native, bits: 16 }),
  short: (native) => ({ kind: 'integer', native, bits: 16 }),
  int: (native) => ({ kind: 'integer', native, bits: 32 }),
  integer: (native) => ({ kind: 'integer', native, bits: 32 }),
  bigint: (native) => ({ kind: 'integer', native, bits: 64 }),
  long: (native) => ({ kind: 'integer', native, bits: 64 }),
  float: (native) => ({ kind: 'float', native, bits: 32 }),
  real: (native) => ({ kind: 'float', native, bits: 32 }),
  double: (native) => ({ kind: 'float', native, bits: 64 }),
  date: (native) => ({ kind: 'date', native }),
  timestamp: (native) => ({ kind: 'timestamp', native, zoned: true }),
  timestamp_ltz: (native) => ({ kind: 'timestamp', native, zoned: true }),
  timestamp_ntz: (native) => ({ kind: 'timestamp', native, zoned: false }),
  binary: (native) => ({ kind: 'binary', native }),
  variant: (native) => ({ kind: 'variant', native }),
};

/** Reads a type as Databricks and Spark spell it, in any case; what it does not know is `other`. */
export function parseDatabricksType(native: string): ColumnType {
  const reader = new TypeReader(native.trim());
  try {
    const type = readType(reader);
    if (reader.isAtEnd()) return type;
  } catch (error) {
    if (!(error instanceof UnreadableType)) throw error;
  }
  return { kind: 'other', native: native.trim() };
}

function readType(reader: TypeReader): ColumnType {
  const start = reader.position;
  const name = reader.match(/[A-Za-z_][A-Za-z0-9_]*/y)?.toLowerCase();
  if (name === undefined) throw new UnreadableType();
  switch (name) {
    case 'array': {
      reader.expect('<');
      const element = readType(reader);
      reader.expect('>');
      return { kind: 'array', native: reader.since(start), element };
    }
    case 'map': {
      reader.expect('<');
      const key = readType(reader);
      reader.expect(',');
      const value = readType(reader);
      reader.expect('>');
      return { kind: 'map', native: reader.since(start), key, value };
    }
    case 'struct': {
      const fields = readFields(reader);
      return { kind: 'struct', native: reader.since(start), fields };
    }
    case 'decimal':
    case 'dec':
    case 'numeric': {
      const [precision = 10, scale = 0] = readArguments(reader);
      return { kind: 'decimal', native: reader.since(start), precision, scale };
    }
    case 'interval':
      reader.match(/[a-z]+( to [a-z]+)?/iy);
      return { kind: 'other', native: reader.since(start) };
    default: {
      readArguments(reader);
      reader.match(/collate\s+[A-Za-z0-9_.]+/iy);
      const text = reader.since(start);
      return PLAIN[name]?.(text) ?? { kind: 'other', native: text };
    }
  }
}

/** Reads `(10,2)`, or nothing. */
function readArguments(reader: TypeReader): number[] {
  const numbers: number[] = [];
  if (!reader.take('(')) return numbers;
  do numbers.push(reader.number());
  while (reader.take(','));
  reader.expect(')');
  return numbers;
}

/** Reads `<a:int, b c:string NOT NULL COMMENT 'text'>`. Spark writes names with blanks with or without backticks, by version. */
function readFields(reader: TypeReader): { name: string; type: ColumnType }[] {
  const fields: { name: string; type: ColumnType }[] = [];
  reader.expect('<');
  if (reader.take('>')) return fields;
  do {
    const name = reader.quoted('`') ?? reader.match(/[^:<>`]+/y)?.trim();
    if (name === undefined) throw new UnreadableType();
    reader.expect(':');
    const type = readType(reader);
    reader.match(/not\s+null/iy);
    if (reader.match(/comment(?=\s*')/iy) !== undefined) reader.quoted("'");
    fields.push({ name, type });
  } while (reader.take(','));
  reader.expect('>');
  return fields;
}
