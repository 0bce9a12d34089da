import type { ByteWriter } from './byte-writer.ts';

/** The text forms of values in files. Both engines write them alike, so that a file does not tell which of them wrote it. */

const DAY_MILLIS = 86_400_000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DASH = 0x2d;
const COLON = 0x3a;
const DOT = 0x2e;
const T = 0x54;
const Z = 0x5a;
const HEX = '0123456789ABCDEF';

/** A number for CSV as DuckDB prints it: `0.1`, `100000.0`, `1e+16`, `1e-05`, `nan`, `-inf`. `single`: its digits are those of 32 bits. */
export function formatCsvNumber(value: number, single = false): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = single ? shortestSingle(value) : String(value);
  const size = Math.abs(value);
  if (size < 1e16 && (size >= 1e-4 || size === 0)) return withPoint(Object.is(value, -0) ? '-0' : text);
  const [digits = '', exponent = '0'] = Number(text).toExponential().split('e');
  const power = Math.abs(Number(exponent)).toString().padStart(2, '0');
  return `${digits}e${Number(exponent) < 0 ? '-' : '+'}${power}`;
}

/** A number for JSON as DuckDB prints it: as CSV has it, but `1e-7` and `1e21`, and fixed in between. What JSON has no number for is text. */
export function formatJsonNumber(value: number): string {
  if (Number.isNaN(value)) return '"NaN"';
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"';
  return withPoint(Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e'));
}

function withPoint(text: string): string {
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
}

/** The shortest text that gives this 32-bit number again. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/** Writes a day, given in days since 1970: `1969-12-31`. */
export function writeDay(out: ByteWriter, days: number): void {
  // The civil calendar from a count of days, in eras of 400 years that begin in March.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 0) out.ascii('-');
  out.digits(Math.abs(year), 4);
  out.byte(DASH);
  out.pair(month, DASH);
  // The sign after the day is the next one's to write.
  out.pair(day, DASH);
  out.length -= 1;
}

/** Writes an instant, given in whole days and microseconds of the day: `2026-10-31T20:27:42Z`, with a fraction only where there is one. */
export function writeInstant(out: ByteWriter, days: number, microsOfDay: number): void {
  writeDay(out, days);
  const seconds = Math.floor(microsOfDay / 1_000_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  out.byte(T);
  out.pair(hours, COLON);
  out.pair(minutes - hours * 60, COLON);
  out.pair(seconds - minutes * 60, DOT);
  out.length -= 1;
  let fraction = microsOfDay - seconds * 1_000_000;
  if (fraction > 0) {
    let width = 6;
    for (; fraction % 10 === 0; fraction /= 10) width -= 1;
    out.byte(DOT);
    out.digits(fraction, width);
  }
  out.byte(Z);
}

/** A day as ISO text, given in days since 1970. */
export function formatDay(days: number): string {
  const date = new Date(days * DAY_MILLIS);
  return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().replace(/T.*/, '');
}

/** An instant as ISO text with milliseconds, and microseconds only where there are any; given in whole days and microseconds of the day. */
export function formatInstant(days: number, microsOfDay: number): string {
  const millis = Math.floor(microsOfDay / 1000);
  const rest = microsOfDay - millis * 1000;
  const date = new Date(days * DAY_MILLIS + millis);
  if (Number.isNaN(date.getTime())) return `${days}d`;
  const text = date.toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${rest.toString().padStart(3, '0')}Z`;
}

/** A decimal of an unscaled whole number: 150 of scale 2 is `1.50`. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale <= 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Writes UTF-8 text as a CSV cell: between quotes where it is empty or holds a quote, a comma, a line end or `#`. */
export function writeCsvText(out: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  let isPlain = end > start;
  for (let at = start; at < end && isPlain; at += 1) {
    const byte = bytes[at] ?? 0;
    isPlain = byte > 0x2c || (byte !== QUOTE && byte !== 0x2c && byte !== 10 && byte !== 13 && byte !== 0x23);
  }
  if (isPlain) {
    out.copy(bytes, start, end);
    return;
  }
  out.reserve((end - start) * 2 + 2);
  const target = out.bytes;
  let to = out.length;
  target[to++] = QUOTE;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) target[to++] = QUOTE;
    target[to++] = byte;
  }
  target[to++] = QUOTE;
  out.length = to;
}

/** Writes UTF-8 text as a JSON string. */
export function writeJsonText(out: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  out.reserve((end - start) * 6 + 2);
  const target = out.bytes;
  let to = out.length;
  target[to++] = QUOTE;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
      target[to++] = byte;
      continue;
    }
    target[to++] = BACKSLASH;
    const short = SHORT_ESCAPES[byte];
    if (short !== undefined) {
      target[to++] = short;
      continue;
    }
    to += target.write(`u00${byte < 16 ? '0' : '1'}${HEX[byte & 15]}`, to, 'latin1');
  }
  target[to++] = QUOTE;
  out.length = to;
}

const SHORT_ESCAPES: Readonly<Record<number, number>> = {
  8: 0x62,
  9: 0x74,
  10: 0x6e,
  12: 0x66,
  13: 0x72,
  [QUOTE]: QUOTE,
  [BACKSLASH]: BACKSLASH,
};

/** Bytes as DuckDB prints them: letters and signs as they are, everything else, quotes and backslashes as `\xAA`. */
export function formatBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const isLetter = byte >= 32 && byte <= 126 && byte !== QUOTE && byte !== 0x27 && byte !== BACKSLASH;
    text += isLetter ? String.fromCharCode(byte) : `\\x${HEX[byte >> 4]}${HEX[byte & 15]}`;
  }
  return text;
}
