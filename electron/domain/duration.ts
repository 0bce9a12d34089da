import { z } from 'zod';

export const DURATION_UNITS = ['minutes', 'hours', 'days', 'weeks', 'months', 'years'] as const;
export const DurationUnit = z.enum(DURATION_UNITS);
export type DurationUnit = z.infer<typeof DurationUnit>;

/** A length of time. Months and years are calendar steps in UTC, the others fixed lengths. */
export const Duration = z.strictObject({ amount: z.int().min(1).max(100_000), unit: DurationUnit });
export type Duration = z.infer<typeof Duration>;

/** An ISO 8601 instant in UTC with milliseconds, such as `2026-11-01T00:00:00.000Z`. */
export const Instant = z.iso.datetime({ offset: false });
export type Instant = z.infer<typeof Instant>;

const MILLISECONDS: Record<'minutes' | 'hours' | 'days' | 'weeks', number> = {
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/**
 * The instant that lies `duration` before `instant`. A month step to a day that the month has not ends on its last day
 * (31 March − 1 month = 28 or 29 February), as ISO calendars and Spark's add_months do.
 */
export function subtractDuration(instant: Instant, duration: Duration): Instant {
  return shift(instant, duration, -1);
}

/** The instant that lies `duration` after `instant`; see {@link subtractDuration} for months. */
export function addDuration(instant: Instant, duration: Duration): Instant {
  return shift(instant, duration, 1);
}

function shift(instant: Instant, duration: Duration, sign: 1 | -1): Instant {
  const date = new Date(instant);
  const { amount, unit } = duration;
  if (unit !== 'months' && unit !== 'years') {
    return new Date(date.getTime() + sign * amount * MILLISECONDS[unit]).toISOString();
  }
  const months = sign * amount * (unit === 'years' ? 12 : 1);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.toISOString();
}

/** `30 days`, `1 month`. */
export function describeDuration(duration: Duration): string {
  const unit = duration.amount === 1 ? duration.unit.slice(0, -1) : duration.unit;
  return `${duration.amount} ${unit}`;
}
