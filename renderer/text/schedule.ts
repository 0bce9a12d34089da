import type { Schedule } from '../../electron/domain/activation.ts';
import { formatInstant } from './format.ts';

/** How a schedule repeats, as the form offers it. Times are `HH:MM`; day 0 is Sunday. */
export type Rhythm =
  | { readonly every: 'hour'; readonly minute: number }
  | { readonly every: 'day'; readonly time: string }
  | { readonly every: 'week'; readonly day: number; readonly time: string }
  | { readonly every: 'line'; readonly cron: string };

/** The days of a week as cron counts them. */
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** When a new schedule runs. */
const START = { minute: 0, time: '06:00', day: 1 };

function readNumber(text: string, most: number): number | undefined {
  return /^\d{1,2}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** Five cron fields as the form shows them: what it cannot show is a line. */
export function readCron(cron: string): Rhythm {
  const [minuteText = '', hourText = '', day, month, weekText = '', ...rest] = cron.trim().split(/\s+/);
  const line: Rhythm = { every: 'line', cron };
  const minute = readNumber(minuteText, 59);
  if (minute === undefined || day !== '*' || month !== '*' || rest.length > 0) return line;
  if (hourText === '*' && weekText === '*') return { every: 'hour', minute };
  const hour = readNumber(hourText, 23);
  if (hour === undefined) return line;
  const time = [hour, minute].map((each) => String(each).padStart(2, '0')).join(':');
  if (weekText === '*') return { every: 'day', time };
  const weekday = readNumber(weekText, 7);
  return weekday === undefined ? line : { every: 'week', day: weekday % 7, time };
}

/** The five cron fields of a rhythm. */
export function writeCron(rhythm: Rhythm): string {
  if (rhythm.every === 'line') return rhythm.cron;
  if (rhythm.every === 'hour') return `${rhythm.minute} * * * *`;
  const [hour = 0, minute = 0] = rhythm.time.split(':').map(Number);
  return `${minute} ${hour} * * ${rhythm.every === 'week' ? rhythm.day : '*'}`;
}

/** The rhythm of another kind, with what it shares with the one before. */
export function changeRhythm(before: Rhythm | undefined, every: Rhythm['every']): Rhythm {
  const time = before !== undefined && 'time' in before ? before.time : START.time;
  switch (every) {
    case 'hour':
      return { every, minute: before?.every === 'hour' ? before.minute : START.minute };
    case 'day':
      return { every, time };
    case 'week':
      return { every, day: before?.every === 'week' ? before.day : START.day, time };
    case 'line':
      return { every, cron: before === undefined ? writeCron({ every: 'day', time }) : writeCron(before) };
  }
}

/** When a schedule runs, in words. */
export function describeSchedule({ cron, timeZone }: Schedule): string {
  const rhythm = readCron(cron);
  switch (rhythm.every) {
    case 'hour':
      return `Every hour at minute ${rhythm.minute}`;
    case 'day':
      return `Every day at ${rhythm.time}, ${timeZone}`;
    case 'week':
      return `Every ${DAYS[rhythm.day] ?? ''} at ${rhythm.time}, ${timeZone}`;
    case 'line':
      return `By the cron line ${cron}, ${timeZone}`;
  }
}

/** When a schedule runs next: `3 Mar 2026, 14:05`; without one, by hand. */
export function describeNext(instant: string | undefined): string {
  return instant === undefined ? 'By hand' : formatInstant(instant);
}

/** Every time zone that can be chosen, UTC first. */
export function listTimeZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((each) => each !== 'UTC')];
}

/** The time zone of this computer. */
export function localTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
