import type { Instant } from './duration.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z$/;
const DAY = 86_400_000;

/** A point in time as a person writes it: a whole day, or an instant in UTC. */
export type TimeValue =
  { readonly kind: 'day'; readonly date: string } | { readonly kind: 'instant'; readonly instant: Instant };

/** Reads `2026-10-31` or `2026-10-31T09:30:00Z`; undefined for anything else, a day that does not exist among it. */
export function parseTimeValue(text: string): TimeValue | undefined {
  if (!DATE.test(text) && !INSTANT.test(text)) return undefined;
  const date = new Date(text.length === 10 ? `${text}T00:00:00.000Z` : text);
  // Date rolls 30 February over to March instead of refusing it.
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text.slice(0, 10)) return undefined;
  return text.length === 10 ? { kind: 'day', date: text } : { kind: 'instant', instant: date.toISOString() };
}

/** The midnight in UTC at which a day begins. */
export function startOfDay(date: string): Instant {
  return `${date}T00:00:00.000Z`;
}

/** The day after. */
export function nextDay(date: string): string {
  return new Date(Date.parse(startOfDay(date)) + DAY).toISOString().slice(0, 10);
}

/** The latest day whose midnight is not after the instant. */
export function floorToDay(instant: Instant): string {
  return instant.slice(0, 10);
}

/** The earliest day whose midnight is not before the instant. */
export function ceilToDay(instant: Instant): string {
  const day = floorToDay(instant);
  return startOfDay(day) === instant ? day : nextDay(day);
}
