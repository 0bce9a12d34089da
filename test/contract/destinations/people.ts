import { createHash } from 'node:crypto';
import type { LoggedRequest } from '../../support/vendors/vendor-server.ts';

/** SHA-256 as lower-case hex, as the vendors ask for it. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The address of the person of this number. */
export function emailOf(number: number): string {
  return `person-${number}@example.com`;
}

/** The phone number of a person: digits with the country code. */
export function phoneOf(number: number): string {
  return `1555${String(1_000_000 + number)}`;
}

/** A name, each third one in another script. */
export function nameOf(number: number): string {
  return ['Zoë Łódź', '東京 太郎 👩‍👩‍👧', "O'Brien “Q”, \\ {{x}}"][number % 3] ?? '';
}

/** How often each key occurs. */
export function countKeys(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The values of a row that are there, joined. */
export function joinRow(row: readonly (string | null)[]): string {
  return row.filter((value) => value !== null).join('|');
}

/** The changes that a vendor refused by its contract. A look at what may not be there is no stray. */
export function listRefused(requests: readonly LoggedRequest[]): string[] {
  return requests
    .filter(({ isRefused, method }) => isRefused && method !== 'GET')
    .map(({ method, path, status }) => `${method} ${path}: ${status}`);
}
