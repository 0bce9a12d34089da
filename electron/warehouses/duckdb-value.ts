import type * as duckdb from '@duckdb/node-api';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { unreachable } from '../domain/app-error.ts';
import { decimalShape } from '../domain/scalar.ts';
import type { BoundValue } from '../sql/compiled-query.ts';
import { invalidValue } from './session-acts.ts';
import type { ResultValue } from './warehouse.ts';

/** The driver's module, loaded when the first connection opens. */
export type DuckdbApi = typeof duckdb;

const MICROS_PER_SECOND = 1_000_000n;
const MILLIS_PER_DAY = 86_400_000;

/** Values and types of a statement, by the name of its parameter. */
export interface DuckdbParameters {
  readonly values: Record<string, DuckDBValue>;
  readonly types: Record<string, DuckDBType>;
}

/** Turns bound values into the driver's, exactly: whole numbers through BigInt, decimals with their own width. @throws AppError VALUE_INVALID */
export function toDuckdbParameters(
  api: DuckdbApi,
  bound: Readonly<Record<string, BoundValue>>,
): DuckdbParameters {
  const values: Record<string, DuckDBValue> = {};
  const types: Record<string, DuckDBType> = {};
  for (const [name, each] of Object.entries(bound)) {
    const { value, type } = toDuckdbValue(api, each);
    values[name] = value;
    types[name] = type;
  }
  return { values, types };
}

function toDuckdbValue(api: DuckdbApi, bound: BoundValue): { value: DuckDBValue; type: DuckDBType } {
  const text = String(bound.value);
  switch (bound.type) {
    case 'text':
      // A lone surrogate has no UTF-8 form: the driver would send another text.
      if (!text.isWellFormed()) throw invalidValue('text that can be stored');
      return { value: text, type: api.VARCHAR };
    case 'boolean':
      return { value: bound.value === true || bound.value === 'true', type: api.BOOLEAN };
    case 'double':
      return { value: Number(bound.value), type: api.DOUBLE };
    case 'bigint': {
      if (!/^[+-]?\d+$/.test(text)) throw invalidValue('a whole number');
      const whole = BigInt(text.replace(/^\+/, ''));
      if (whole !== BigInt.asIntN(64, whole)) throw invalidValue('a whole number of 64 bits');
      return { value: whole, type: api.BIGINT };
    }
    case 'decimal': {
      if (!/^[+-]?\d+(\.\d+)?$/.test(text)) throw invalidValue('a decimal number');
      const { precision, scale } = decimalShape(text);
      const width = Math.max(precision, scale, 1);
      if (width > 38) throw invalidValue('a decimal number of 38 digits at most');
      const unscaled = BigInt(text.replace('.', '').replace(/^\+/, ''));
      return { value: new api.DuckDBDecimalValue(unscaled, width, scale), type: api.DECIMAL(width, scale) };
    }
    case 'date': {
      const millis = Date.parse(`${text}T00:00:00.000Z`);
      if (Number.isNaN(millis)) throw invalidValue('a date such as 2026-11-01');
      return { value: new api.DuckDBDateValue(Math.round(millis / MILLIS_PER_DAY)), type: api.DATE };
    }
    case 'timestamp':
      return { value: new api.DuckDBTimestampValue(parseMicros(text)), type: api.TIMESTAMP };
    default:
      return unreachable(bound.type);
  }
}

/** Microseconds since 1970 of an ISO instant in UTC with up to six digits of a second. */
function parseMicros(text: string): bigint {
  const match = /^(.+T\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(?:Z|\+00:?00)?$/.exec(text);
  const millis = Date.parse(`${match?.[1] ?? ''}Z`);
  if (match === null || Number.isNaN(millis))
    throw invalidValue('an instant such as 2026-11-01T00:00:00.000Z');
  return BigInt(millis) * 1000n + BigInt((match[2] ?? '').padEnd(6, '0'));
}

/**
 * Reads a result value: whole numbers within ±2^53 as numbers and beyond as text, decimals as text, dates and instants as ISO text in UTC,
 * lists, structs and maps as JSON values, bytes as lower-case hex, everything else as the text DuckDB gives it.
 */
export function readDuckdbValue(api: DuckdbApi, value: DuckDBValue): ResultValue {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value;
  }
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof api.DuckDBListValue || value instanceof api.DuckDBArrayValue) {
    return value.items.map((item) => readDuckdbValue(api, item));
  }
  if (value instanceof api.DuckDBStructValue) {
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, each]) => [name, readDuckdbValue(api, each)]),
    );
  }
  if (value instanceof api.DuckDBMapValue) {
    return Object.fromEntries(
      value.entries.map((entry) => [
        entry.key === null ? '' : keyText(readDuckdbValue(api, entry.key)),
        readDuckdbValue(api, entry.value),
      ]),
    );
  }
  if (value instanceof api.DuckDBUnionValue || value instanceof api.DuckDBVariantValue) {
    return readDuckdbValue(api, value.value);
  }
  if (value instanceof api.DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  return readTime(api, value) ?? value.toString();
}

function keyText(key: ResultValue): string {
  return typeof key === 'object' ? JSON.stringify(key) : String(key);
}

/** Dates and instants as ISO text; undefined for every other value, and for the infinite ones, which ISO has not. */
function readTime(api: DuckdbApi, value: DuckDBValue): string | undefined {
  if (value instanceof api.DuckDBDateValue) {
    const date = new Date(value.days * MILLIS_PER_DAY);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(/T.*/, '');
  }
  if (value instanceof api.DuckDBTimestampValue || value instanceof api.DuckDBTimestampTZValue) {
    return formatMicros(value.micros);
  }
  if (value instanceof api.DuckDBTimestampMillisecondsValue) return formatMicros(value.millis * 1000n);
  if (value instanceof api.DuckDBTimestampSecondsValue)
    return formatMicros(value.seconds * MICROS_PER_SECOND);
  if (value instanceof api.DuckDBTimestampNanosecondsValue) {
    const micros = value.nanos / 1000n - (value.nanos % 1000n < 0n ? 1n : 0n);
    const rest = value.nanos - micros * 1000n;
    const text = formatMicros(micros);
    return rest === 0n ? text : text?.replace(/(\.\d+)Z$/, (_, part: string) => nanosTail(part, rest));
  }
  return undefined;
}

function nanosTail(fraction: string, nanos: bigint): string {
  return `${fraction.padEnd(7, '0')}${nanos.toString().padStart(3, '0')}Z`;
}

/** Milliseconds as {@link Instant} has them, and microseconds only where there are any. */
function formatMicros(micros: bigint): string | undefined {
  let millis = micros / 1000n;
  let rest = micros % 1000n;
  if (rest < 0n) {
    rest += 1000n;
    millis -= 1n;
  }
  const date = new Date(Number(millis));
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  return rest === 0n ? text : `${text.slice(0, -1)}${rest.toString().padStart(3, '0')}Z`;
}
