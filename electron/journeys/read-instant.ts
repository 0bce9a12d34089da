import type { Instant } from '../domain/duration.ts';

/** An instant from the text that engines give a timestamp in UTC: `2026-11-01 06:00:00.5`. */
export function readInstant(text: string): Instant {
  return new Date(`${text.trim().replace(' ', 'T')}Z`).toISOString();
}
