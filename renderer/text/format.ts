const COUNT = new Intl.NumberFormat('en-US');
const INSTANT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const SECOND = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A whole number with thousands separators: `12,345`. Text of digits keeps every digit. */
export function formatCount(value: number | bigint | string): string {
  return COUNT.format(typeof value === 'string' ? BigInt(value) : value);
}

/** A count with its noun: `1 row`, `2,500 rows`. */
export function formatCounted(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** A size for people, in powers of 1,000: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return formatCounted(bytes, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = bytes / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit] ?? 'TB'}`;
}

/** A length of time for people: `340 ms`, `2.4 s`, `3 min 05 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}

/** A moment in the reader's time zone: `3 Mar 2026, 14:05`. */
export function formatInstant(instant: Date | string | number): string {
  return INSTANT.format(new Date(instant));
}

/** A moment to the second, in the reader's time zone: `3 Mar 2026, 14:05:09`. */
export function formatSecond(instant: string): string {
  return SECOND.format(new Date(instant));
}

/** A share from 0 to 1 as percent with one decimal: `12.3%`. A small share is never shown as none, nor a large one as all. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1%';
  if (share < 1 && share >= 0.9995) return '>99.9%';
  return `${(share * 100).toFixed(1)}%`;
}

/** Names in quotes, joined by commas: `“High bread”, “Emailable”`. */
export function quoteAll(names: readonly string[]): string {
  return names.map((name) => `“${name}”`).join(', ');
}
