import { type Data, type DataType, Field, List, makeData, Map_, Struct } from 'apache-arrow';
import { arrowTypeOf } from './arrow-type.ts';
import type { SparkType } from './spark-type.ts';
import { parseDays, parseMicros, parseUnscaled, writeDecimal } from './values.ts';

/** A number of JSON as it was written: BIGINT and DECIMAL must not pass through a JS number. */
class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** Reads JSON and keeps the text of its numbers. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value,
  );
}

/** A bitmap of the values that are there, and how many are not. */
function validity(values: readonly unknown[]): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  values.forEach((value, row) => {
    if (value === null || value === undefined) nullCount += 1;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  });
  return { nullCount, nullBitmap };
}

/** Builds Arrow from values that Spark wrote as JSON (dates and instants as text, bytes as base64, numbers exact). */
export function nestedData(type: SparkType, values: readonly unknown[], timeZone: string): Data {
  const arrowType = arrowTypeOf(type, timeZone);
  const base = { type: arrowType, length: values.length, ...validity(values) };
  switch (type.kind) {
    case 'array':
      return arrayData(type.element, values, timeZone, base);
    case 'map':
      return mapData(type, values, timeZone, base);
    case 'struct':
      return structData(type, values, timeZone, base);
    case 'string':
    case 'text':
    case 'variant':
    case 'void':
      return bytesData(base, values, (value) =>
        Buffer.from(type.kind === 'variant' ? printJson(value) : textOf(value)),
      );
    case 'binary':
      return bytesData(base, values, (value) => Buffer.from(textOf(value), 'base64'));
    default:
      return makeData({ ...base, data: fixedValues(type, values) } as never);
  }
}

interface Base {
  readonly type: DataType;
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array;
}

function fixedValues(type: SparkType, values: readonly unknown[]): ArrayBufferView {
  const read = <T>(empty: T, parse: (text: string) => T) =>
    values.map((value) => (value === null || value === undefined ? empty : parse(textOf(value))));
  switch (type.kind) {
    case 'boolean':
      return validity(values.map((value) => (value === true || value === 'true' ? 1 : null))).nullBitmap;
    case 'tinyint':
      return Int8Array.from(read(0, Number));
    case 'smallint':
      return Int16Array.from(read(0, Number));
    case 'int':
      return Int32Array.from(read(0, Number));
    case 'bigint':
      return BigInt64Array.from(read(0n, BigInt));
    case 'float':
      return Float32Array.from(read(0, Number));
    case 'double':
      return Float64Array.from(read(0, Number));
    case 'date':
      // A date that is the key of a map is written as its number of days, an instant as its microseconds.
      return Int32Array.from(read(0, (text) => (/^-?\d+$/.test(text) ? Number(text) : parseDays(text))));
    case 'timestamp':
    case 'timestamp_ntz':
      return BigInt64Array.from(
        read(0n, (text) => (/^-?\d+$/.test(text) ? BigInt(text) : parseMicros(text))),
      );
    case 'decimal': {
      const words = new BigUint64Array(values.length * 2);
      read(0n, (text) => parseUnscaled(text, type.scale)).forEach((unscaled, row) => {
        writeDecimal(words, row, unscaled);
      });
      return new Uint32Array(words.buffer);
    }
    default:
      throw new TypeError(`${type.kind} has no fixed width.`);
  }
}

function arrayData(element: SparkType, values: readonly unknown[], timeZone: string, base: Base): Data {
  const lists = values.map((value) => (Array.isArray(value) ? (value as unknown[]) : []));
  const child = nestedData(element, lists.flat(1), timeZone);
  return makeData({
    ...base,
    type: new List(new Field('element', child.type, true)),
    valueOffsets: offsetsOf(lists.map((list) => list.length)),
    child,
  });
}

function mapData(
  type: SparkType & { kind: 'map' },
  values: readonly unknown[],
  timeZone: string,
  base: Base,
): Data {
  const maps = values.map((value) => Object.entries(isRecord(value) ? value : {}));
  const entries = maps.flat(1);
  const key = nestedData(
    type.key,
    entries.map(([name]) => name),
    timeZone,
  );
  const value = nestedData(
    type.value,
    entries.map(([, each]) => each),
    timeZone,
  );
  const entryType = new Struct<{ key: DataType; value: DataType }>([
    new Field('key', key.type, false),
    new Field('value', value.type, true),
  ]);
  const child = makeData({ type: entryType, length: entries.length, nullCount: 0, children: [key, value] });
  return makeData({
    ...base,
    type: new Map_(new Field('entries', entryType, false)),
    valueOffsets: offsetsOf(maps.map((map) => map.length)),
    child,
  });
}

function structData(
  type: SparkType & { kind: 'struct' },
  values: readonly unknown[],
  timeZone: string,
  base: Base,
): Data {
  const children = type.fields.map((field) =>
    nestedData(
      field.type,
      values.map((value) => (isRecord(value) ? value[field.name] : null)),
      timeZone,
    ),
  );
  const fields = type.fields.map((field, index) => new Field(field.name, children[index]!.type, true));
  return makeData({ ...base, type: new Struct(fields), children });
}

function bytesData(base: Base, values: readonly unknown[], encode: (value: unknown) => Buffer): Data {
  const parts = values.map((value) =>
    value === null || value === undefined ? Buffer.alloc(0) : encode(value),
  );
  const valueOffsets = offsetsOf(parts.map((part) => part.length));
  return makeData({ ...base, valueOffsets, data: Buffer.concat(parts) } as never);
}

function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => {
    offsets[row + 1] = (offsets[row] ?? 0) + length;
  });
  return offsets;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  );
}

function textOf(value: unknown): string {
  if (value instanceof JsonNumber) return value.source;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function printJson(value: unknown): string {
  if (value instanceof JsonNumber) return value.source;
  if (Array.isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}:${printJson(each)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}
