import type { Data, DataType, Field } from 'apache-arrow';
import type * as arrow from 'apache-arrow';
import { AppError } from '../domain/app-error.ts';

/** The module that reads Arrow, loaded when the first result arrives. */
export type ArrowApi = typeof arrow;

/** The rows of one column of a result as they came, without a value of their own: readers and writers take them from these arrays. */
export type ArrowColumn = {
  readonly rows: number;
  /** One bit a row, set where there is a value; absent where all rows have one. */
  readonly present: Uint8Array | undefined;
} & ArrowContent;

type ArrowContent =
  | { readonly kind: 'void' }
  | { readonly kind: 'boolean'; readonly bits: Uint8Array }
  /** Whole numbers of at most 32 bits. */
  | { readonly kind: 'integer'; readonly values: ArrayLike<number> }
  /** Whole numbers of 64 bits as pairs of words, the lower one first. */
  | { readonly kind: 'long'; readonly words: Int32Array }
  | { readonly kind: 'float'; readonly values: ArrayLike<number>; readonly single: boolean }
  /** Unscaled whole numbers of 128 bits as four words, the lowest first. */
  | {
      readonly kind: 'decimal';
      readonly words: Int32Array;
      readonly precision: number;
      readonly scale: number;
    }
  /** Days since 1970. */
  | { readonly kind: 'day'; readonly days: Int32Array }
  /** Whole numbers of 64 bits since 1970 in this part of a second. */
  | {
      readonly kind: 'instant';
      readonly words: Int32Array;
      readonly perSecond: number;
      readonly zoned: boolean;
    }
  | { readonly kind: 'text' | 'bytes'; readonly offsets: Int32Array; readonly bytes: Uint8Array }
  | { readonly kind: 'list'; readonly offsets: Int32Array; readonly element: ArrowColumn }
  | {
      readonly kind: 'map';
      readonly offsets: Int32Array;
      readonly keys: ArrowColumn;
      readonly values: ArrowColumn;
    }
  | {
      readonly kind: 'struct';
      readonly fields: readonly { readonly name: string; readonly column: ArrowColumn }[];
    };

/** The bit of a row, eight rows a byte, the first one lowest; false beyond the end. */
export function bitAt(bits: Uint8Array, row: number): boolean {
  return ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

/** True where the column has no value in this row. */
export function isMissing(column: ArrowColumn, row: number): boolean {
  return column.kind === 'void' || (column.present !== undefined && !bitAt(column.present, row));
}

/** What `read` makes of each item of a row's list, given the item's place. */
export function mapItems<T>(offsets: Int32Array, row: number, read: (at: number) => T): T[] {
  const values: T[] = [];
  const end = offsets[row + 1] ?? 0;
  for (let at = offsets[row] ?? 0; at < end; at += 1) values.push(read(at));
  return values;
}

/** The whole number of 64 bits at this place, exact: a number within ±2^53, a bigint beyond. */
export function longAt(words: Int32Array, row: number): number | bigint {
  const low = (words[row * 2] ?? 0) >>> 0;
  const high = words[row * 2 + 1] ?? 0;
  if (high < 0x20_0000 && high >= -0x20_0000) return high * 0x1_0000_0000 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The unscaled decimal at this place. */
export function decimalAt(words: Int32Array, row: number): bigint {
  const word = (at: number): bigint => BigInt((words[row * 4 + at] ?? 0) >>> 0);
  return (BigInt(words[row * 4 + 3] ?? 0) << 96n) | (word(2) << 64n) | (word(1) << 32n) | word(0);
}

/** Days since 1970 and microseconds of the day of an instant; parts of a microsecond are dropped. */
export function instantAt(
  column: ArrowColumn & { readonly kind: 'instant' },
  row: number,
): readonly [days: number, microsOfDay: number] {
  const since = longAt(column.words, row);
  const perDay = 86_400 * column.perSecond;
  if (typeof since === 'number') {
    const days = Math.floor(since / perDay);
    return [days, toMicros(since - days * perDay, column.perSecond)];
  }
  const rest = ((since % BigInt(perDay)) + BigInt(perDay)) % BigInt(perDay);
  return [Number((since - rest) / BigInt(perDay)), toMicros(Number(rest), column.perSecond)];
}

function toMicros(partOfDay: number, perSecond: number): number {
  return perSecond <= 1_000_000
    ? partOfDay * (1_000_000 / perSecond)
    : Math.floor(partOfDay / (perSecond / 1_000_000));
}

/**
 * Reads a column of a record batch. Everything that is read later is measured here: a reply that is cut off or does not fit together is
 * refused instead of read beyond its end.
 * @throws AppError QUERY_FAILED
 */
export function readArrowColumn(api: ArrowApi, data: Data): ArrowColumn {
  const rows = data.length;
  if (!Number.isSafeInteger(rows) || rows < 0 || data.offset !== 0) throw unreadableResult();
  const present =
    data.nullCount === 0 ? undefined : wordsOf(data.nullBitmap, Uint8Array, Math.ceil(rows / 8));
  return { rows, present: present?.length === 0 ? undefined : present, ...readContent(api, data, rows) };
}

function readContent(api: ArrowApi, data: Data, rows: number): ArrowContent {
  const type: DataType = data.type;
  const { DataType: is } = api;
  if (is.isNull(type)) return { kind: 'void' };
  if (is.isBool(type))
    return { kind: 'boolean', bits: wordsOf(data.values, Uint8Array, Math.ceil(rows / 8)) };
  if (is.isInt(type)) {
    if (type.bitWidth === 64) return { kind: 'long', words: wordsOf(data.values, Int32Array, rows * 2) };
    return { kind: 'integer', values: numbersOf(data.values, rows) };
  }
  if (is.isFloat(type)) {
    const single = type.precision === api.Precision.SINGLE;
    if (type.precision === api.Precision.HALF) throw unreadableResult();
    return { kind: 'float', single, values: numbersOf(data.values, rows) };
  }
  if (is.isDecimal(type)) {
    const { precision, scale } = type;
    return { kind: 'decimal', precision, scale, words: wordsOf(data.values, Int32Array, rows * 4) };
  }
  if (is.isDate(type)) {
    if (type.unit === api.DateUnit.DAY) return { kind: 'day', days: wordsOf(data.values, Int32Array, rows) };
    return {
      kind: 'instant',
      perSecond: 1000,
      zoned: false,
      words: wordsOf(data.values, Int32Array, rows * 2),
    };
  }
  if (is.isTimestamp(type)) {
    const perSecond = 1000 ** type.unit;
    const zoned = typeof type.timezone === 'string' && type.timezone !== '';
    return { kind: 'instant', perSecond, zoned, words: wordsOf(data.values, Int32Array, rows * 2) };
  }
  if (is.isUtf8(type) || is.isBinary(type)) {
    const bytes = wordsOf(data.values, Uint8Array, 0);
    const kind = is.isUtf8(type) ? 'text' : 'bytes';
    return { kind, bytes, offsets: offsetsOf(data, rows, bytes.length) };
  }
  if (is.isList(type)) {
    const element = childOf(api, data, 0);
    return { kind: 'list', element, offsets: offsetsOf(data, rows, element.rows) };
  }
  if (is.isMap(type)) {
    const entries = childData(api, data, 0);
    const keys = childOf(api, entries, 0);
    const values = childOf(api, entries, 1);
    return { kind: 'map', keys, values, offsets: offsetsOf(data, rows, Math.min(keys.rows, values.rows)) };
  }
  if (is.isStruct(type)) {
    const fields = type.children.map(({ name }, at) => ({ name, column: childOf(api, data, at) }));
    if (fields.some(({ column }) => column.rows < rows)) throw unreadableResult();
    return { kind: 'struct', fields };
  }
  throw unreadableResult();
}

function childOf(api: ArrowApi, data: Data, at: number): ArrowColumn {
  return readArrowColumn(api, childData(api, data, at));
}

/** A part of a nested column; without rows only its type is known. */
function childData(api: ArrowApi, data: Data, at: number): Data {
  const child = data.children[at];
  if (child !== undefined) return child;
  const fields: readonly Field<DataType>[] = data.type.children;
  const field = fields[at];
  if (data.length > 0 || field === undefined) throw unreadableResult();
  return emptyData(api, field);
}

/** A column of which only the type is known. */
export function emptyData(api: ArrowApi, field: Field<DataType>): Data {
  return new api.Data<DataType>(field.type, 0, 0, 0);
}

/** Offsets that rise and stay within what they point into. */
function offsetsOf(data: Data, rows: number, limit: number): Int32Array {
  if (rows === 0) return new Int32Array(1);
  const offsets = wordsOf(data.valueOffsets, Int32Array, rows + 1);
  let last = offsets[0] ?? 0;
  if (last < 0) throw unreadableResult();
  for (let row = 1; row <= rows; row += 1) {
    const next = offsets[row] ?? 0;
    if (next < last) throw unreadableResult();
    last = next;
  }
  if (last > limit) throw unreadableResult();
  return offsets;
}

interface WordsConstructor<T> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** The bytes of an array as words of another size, in place where they lie right for it. */
function wordsOf<T extends Int32Array | Uint8Array>(
  values: unknown,
  words: WordsConstructor<T>,
  least: number,
): T {
  // Without rows there need not be an array at all.
  if (values == null && least === 0) return new words(new ArrayBuffer(0), 0, 0);
  if (!ArrayBuffer.isView(values)) throw unreadableResult();
  const size = words.BYTES_PER_ELEMENT;
  const length = Math.floor(values.byteLength / size);
  if (length < least) throw unreadableResult();
  if (values.byteOffset % size === 0) return new words(values.buffer, values.byteOffset, length);
  const moved = new Uint8Array(values.buffer, values.byteOffset, length * size).slice();
  return new words(moved.buffer, 0, length);
}

function numbersOf(values: unknown, rows: number): ArrayLike<number> {
  if (values == null && rows === 0) return [];
  const isNumbers =
    values instanceof Int8Array ||
    values instanceof Uint8Array ||
    values instanceof Int16Array ||
    values instanceof Uint16Array ||
    values instanceof Int32Array ||
    values instanceof Uint32Array ||
    values instanceof Float32Array ||
    values instanceof Float64Array;
  if (!isNumbers || values.length < rows) throw unreadableResult();
  return values;
}

/** The refusal of a reply that is no result. */
export function unreadableResult(): AppError {
  return new AppError({
    code: 'QUERY_FAILED',
    message: 'The warehouse answered with something that is no result.',
    help: 'Try again. If it happens again, check for a proxy between this computer and the workspace.',
    retry: 'later',
  });
}
