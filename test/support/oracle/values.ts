import type { Test } from '../../../electron/domain/rule.ts';
import type { Scalar } from '../../../electron/domain/scalar.ts';

/**
 * The oracle's own idea of values and tests, written against the words of the design and nothing of `electron/sql`. Slow and plain.
 */
export type Cell =
  | null
  | { kind: 'text'; text: string }
  | { kind: 'boolean'; truth: boolean }
  /** Whole numbers and decimals: the number times 10^18, exact. */
  | { kind: 'exact'; scaled: bigint }
  | { kind: 'double'; number: number }
  | { kind: 'date'; day: string }
  | { kind: 'timestamp'; at: number }
  | { kind: 'list'; items: string[] }
  | { kind: 'struct'; fields: Record<string, Cell> };

export type Row = Record<string, Cell>;

const SCALE = 18;

/** `-12.5` → −12.5 × 10^18. */
export function toScaled(text: string): bigint {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal: ${text}`);
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = BigInt(`${whole || '0'}${fraction.padEnd(SCALE, '0').slice(0, SCALE)}`);
  return sign === '-' ? -digits : digits;
}

/** −12.5 × 10^18 → `-12.50`: the worlds hold no more than two digits after the point. */
export function toCents(scaled: bigint): string {
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(SCALE + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE, 2 - SCALE)}`;
}

/** Whether a cell passes a test; absent and NULL values fail everything but `is-empty`. */
export function passes(cell: Cell, test: Test, asOf: string): boolean {
  if (test.op === 'is-empty') return isEmpty(cell);
  if (test.op === 'is-not-empty') return !isEmpty(cell);
  if (cell === null) return false;
  switch (cell.kind) {
    case 'text':
      return textPasses(cell.text, test);
    case 'boolean':
      return test.op === 'is-true' ? cell.truth : test.op === 'is-false' ? !cell.truth : false;
    case 'exact':
      return orderPasses(test, (scalar) => compareBigints(cell.scaled, toScaled(plainNumber(scalar))));
    case 'double':
      return orderPasses(test, (scalar) => compareDoubles(cell.number, Number(scalar)));
    case 'date':
      return timePasses(Date.parse(`${cell.day}T00:00:00Z`), test, asOf);
    case 'timestamp':
      return timePasses(cell.at, test, asOf);
    case 'list':
      return test.op === 'has-element' && cell.items.includes(String(test.value));
    case 'struct':
      return false;
  }
}

function plainNumber(scalar: Scalar): string {
  const text = String(scalar);
  if (/e/i.test(text)) throw new Error(`the generator makes no exponents: ${text}`);
  return text;
}

function isEmpty(cell: Cell): boolean {
  if (cell === null) return true;
  if (cell.kind === 'text') return cell.text === '';
  if (cell.kind === 'list') return cell.items.length === 0;
  return false;
}

function textPasses(text: string, test: Test): boolean {
  const folded = text.toLowerCase();
  switch (test.op) {
    case 'equals':
      return text === String(test.value);
    case 'not-equals':
      return text !== String(test.value);
    case 'in':
      return test.values.some((value) => text === String(value));
    case 'not-in':
      return !test.values.some((value) => text === String(value));
    case 'contains':
      return folded.includes(String(test.value).toLowerCase());
    case 'not-contains':
      return !folded.includes(String(test.value).toLowerCase());
    case 'starts-with':
      return folded.startsWith(String(test.value).toLowerCase());
    case 'ends-with':
      return folded.endsWith(String(test.value).toLowerCase());
    default:
      return false;
  }
}

function orderPasses(test: Test, compareTo: (scalar: Scalar) => number): boolean {
  switch (test.op) {
    case 'equals':
      return compareTo(test.value) === 0;
    case 'not-equals':
      return compareTo(test.value) !== 0;
    case 'in':
      return test.values.some((value) => compareTo(value) === 0);
    case 'not-in':
      return !test.values.some((value) => compareTo(value) === 0);
    case 'less-than':
      return compareTo(test.value) < 0;
    case 'at-most':
      return compareTo(test.value) <= 0;
    case 'greater-than':
      return compareTo(test.value) > 0;
    case 'at-least':
      return compareTo(test.value) >= 0;
    case 'between':
      return compareTo(test.low) >= 0 && compareTo(test.high) <= 0;
    case 'from-below':
      return compareTo(test.low) >= 0 && compareTo(test.high) < 0;
    default:
      return false;
  }
}

export function compareBigints(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** NaN equals itself and is above every number, as engines order it. */
export function compareDoubles(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
  if (Number.isNaN(right)) return -1;
  return left < right ? -1 : left > right ? 1 : 0;
}

const DAY = 86_400_000;

/** A written day is the whole day, a written instant one point: [start, end), or [point, point]. */
function spanOf(scalar: Scalar): { start: number; end: number; point: boolean } {
  const text = String(scalar);
  if (text.length === 10) {
    const start = Date.parse(`${text}T00:00:00Z`);
    return { start, end: start + DAY, point: false };
  }
  const at = Date.parse(text);
  return { start: at, end: at, point: true };
}

function timePasses(at: number, test: Test, asOf: string): boolean {
  const notBefore = (scalar: Scalar): boolean => at >= spanOf(scalar).start;
  const through = (scalar: Scalar): boolean => {
    const span = spanOf(scalar);
    return span.point ? at <= span.end : at < span.end;
  };
  const now = Date.parse(asOf);
  switch (test.op) {
    case 'on':
      return notBefore(test.value) && through(test.value);
    case 'before':
      return at < spanOf(test.value).start;
    case 'after':
      return !through(test.value);
    case 'between':
      return notBefore(test.low) && through(test.high);
    case 'from-below':
      return notBefore(test.low) && at < spanOf(test.high).start;
    case 'in-last':
      return at >= move(now, test.duration, -1) && at <= now;
    case 'not-in-last':
      return at < move(now, test.duration, -1);
    case 'in-next':
      return at > now && at <= move(now, test.duration, 1);
    default:
      return false;
  }
}

/** An instant moved by a duration; months keep the day, or end on the month's last. */
export function move(at: number, duration: { amount: number; unit: string }, sign: 1 | -1): number {
  const lengths: Record<string, number> = { minutes: 60_000, hours: 3_600_000, days: DAY, weeks: 7 * DAY };
  const length = lengths[duration.unit];
  if (length !== undefined) return at + sign * duration.amount * length;
  const date = new Date(at);
  const count = sign * duration.amount * (duration.unit === 'years' ? 12 : 1);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + count;
  const year = Math.floor(months / 12);
  const month = months - year * 12;
  const longest = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const midnight = Date.UTC(year, month, Math.min(date.getUTCDate(), longest));
  return midnight + (at - Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
}
