/** Microseconds since 1970 of a zoneless `2024-10-27 01:30:00.123456` (or with a T), read as UTC. */
export function parseMicros(text: string): bigint {
  const match = /^([+-]?\d+)-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)?$/.exec(text);
  if (match === null) throw new RangeError(`Not a timestamp: a text of ${text.length} characters.`);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const seconds =
    epochDays(year ?? 0, month ?? 0, day ?? 0) * 86_400 +
    (hour ?? 0) * 3600 +
    (minute ?? 0) * 60 +
    (second ?? 0);
  return BigInt(seconds) * 1_000_000n + BigInt((match[7] ?? '').padEnd(6, '0'));
}

/** Days since 1970 of `2024-10-27`. */
export function parseDays(text: string): number {
  const match = /^([+-]?\d+)-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) throw new RangeError(`Not a date: a text of ${text.length} characters.`);
  return epochDays(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** Days since 1970 in the proleptic Gregorian calendar, which is Spark's. */
function epochDays(year: number, month: number, day: number): number {
  // The setter takes years below 100 as they are; Date.UTC would add 1900 to them.
  return new Date(0).setUTCFullYear(year, month - 1, day) / 86_400_000;
}

/** The whole number of 10^-scale in a decimal; exact for every number of digits. */
export function parseUnscaled(text: string, scale: number): bigint {
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`Not a decimal: a text of ${text.length} characters.`);
  const [, sign = '', whole = '', part = '', exponent = '0'] = match;
  const shift = scale - part.length + Number(exponent);
  const digits = BigInt(`${whole}${part}` || '0');
  const unscaled = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === '-' ? -unscaled : unscaled;
}

/** Writes a decimal's whole number as two's complement of 128 bits, the lowest word first. */
export function writeDecimal(words: BigUint64Array, row: number, unscaled: bigint): void {
  words[row * 2] = BigInt.asUintN(64, unscaled);
  words[row * 2 + 1] = BigInt.asUintN(64, unscaled >> 64n);
}
