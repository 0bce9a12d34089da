import { Cron } from 'croner';
import type { Schedule } from '../domain/activation.ts';
import type { Instant } from '../domain/duration.ts';
import { type Problem, errorAt } from '../domain/problem.ts';

/** Minutes between two runs at the least: a schedule of every minute would never end a run of millions. */
const SHORTEST_MINUTES = 5;

/** What is wrong with the schedule of a definition, at its key `schedule`; nothing where it has none. */
export function checkSchedule(schedule: Schedule | undefined): Problem[] {
  const message = schedule === undefined ? undefined : scheduleProblem(schedule);
  return message === undefined ? [] : [errorAt('schedule', message, 'Correct the schedule.')];
}

/** What is wrong with a schedule, a sentence; undefined where it can be followed. */
export function scheduleProblem({ cron, timeZone }: Schedule): string | undefined {
  if (cron.split(/\s+/).length !== 5) return 'A schedule has five fields: minute, hour, day, month, weekday.';
  try {
    const [first, second] = new Cron(cron, { timezone: timeZone, paused: true }).nextRuns(2);
    if (first === undefined) return 'The schedule never comes.';
    const minutes = second === undefined ? SHORTEST_MINUTES : (second.getTime() - first.getTime()) / 60_000;
    return minutes < SHORTEST_MINUTES
      ? `The schedule comes more often than every ${SHORTEST_MINUTES} minutes.`
      : undefined;
  } catch {
    // The library's own words name its functions, not the mistake.
    return `“${cron}” in ${timeZone} is no schedule. An example of one is “0 6 * * 1-5”, in Europe/Berlin.`;
  }
}

/** When a schedule comes next after an instant; undefined where it never does, or is none. */
export function nextRun({ cron, timeZone }: Schedule, after: Instant): Instant | undefined {
  try {
    const next = new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date(after));
    return next?.toISOString();
  } catch {
    // Told as a problem of the activation.
    return undefined;
  }
}
