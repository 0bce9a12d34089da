import type { Schedule } from '../domain/activation.ts';
import { AppError } from '../domain/app-error.ts';
import type { ActivationRuns } from './activation-runs.ts';
import type { ServiceContext } from './context.ts';
import type { JourneyTicks } from './journey-ticks.ts';
import { nextRun } from './schedule-text.ts';

/** How often schedules are looked at, in milliseconds. */
const EVERY = 15_000;

/** Starts scheduled activations and ticks of journeys while the engine runs. What came while the computer slept is made up for once. */
export function createSchedules({ store, clock }: ServiceContext, runs: ActivationRuns, ticks: JourneyTicks) {
  let timer: NodeJS.Timeout | undefined;
  let last = clock();

  /** What is scheduled, with how it is started. */
  const scheduled = (): { readonly schedule: Schedule | undefined; readonly start: () => string }[] =>
    store.listConnections().flatMap(({ id: connectionId }) => [
      ...store.listActivations(connectionId).map(({ id, schedule }) => ({
        schedule,
        start: () => {
          const [interrupted] = store.listRunsOf(connectionId, id, ['interrupted'], 1);
          if (interrupted !== undefined) return runs.resume(interrupted.id).id;
          return runs.start(connectionId, id, { startedFrom: 'schedule' }).id;
        },
      })),
      ...store
        .listJourneys(connectionId)
        .filter(({ status }) => status === 'live')
        .map(({ id, schedule }) => ({ schedule, start: () => ticks.start(connectionId, id, 'schedule').id })),
    ]);

  /** Starts what came since the last look. @returns the ids of runs and ticks */
  const look = (): string[] => {
    const now = clock();
    const due = scheduled().filter(({ schedule }) => {
      const next = schedule === undefined ? undefined : nextRun(schedule, last);
      return next !== undefined && next <= now;
    });
    last = now;
    return due.flatMap(({ start }) => {
      try {
        return [start()];
      } catch (error) {
        // A run that is not over, or something that cannot run, shows on its page; the others still start.
        if (error instanceof AppError) return [];
        throw error;
      }
    });
  };

  return {
    start(): void {
      last = clock();
      timer ??= setInterval(look, EVERY).unref();
    },
    look,
    /** Goes on with scheduled runs and ticks that a crash interrupted: where nobody watches, nobody would. */
    resumeInterrupted(): void {
      for (const { id: connectionId } of store.listConnections()) {
        for (const { id, schedule } of store.listActivations(connectionId)) {
          const [interrupted] = store.listRunsOf(connectionId, id, ['interrupted'], 1);
          if (schedule !== undefined && interrupted !== undefined) runs.resume(interrupted.id);
        }
        for (const { id, schedule } of store.listJourneys(connectionId)) {
          const isInterrupted = store.findLastTick(connectionId, id)?.status === 'interrupted';
          if (schedule !== undefined && isInterrupted) ticks.start(connectionId, id, 'schedule');
        }
      }
    },
    stop(): void {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
