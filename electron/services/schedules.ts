import { AppError } from '../domain/app-error.ts';
import type { ActivationRuns } from './activation-runs.ts';
import type { ServiceContext } from './context.ts';
import { nextRun } from './schedule-text.ts';

/** How often schedules are looked at, in milliseconds. */
const EVERY = 15_000;

/** Starts scheduled activations while the engine runs. What came while the computer slept is made up for once. */
export function createSchedules({ store, clock }: ServiceContext, runs: ActivationRuns) {
  let timer: NodeJS.Timeout | undefined;
  let last = clock();

  /** Starts what came since the last look. @returns the ids of the runs */
  const look = (): string[] => {
    const now = clock();
    const due = store.listConnections().flatMap(({ id: connectionId }) =>
      store.listActivations(connectionId).flatMap(({ id, schedule }) => {
        const next = schedule === undefined ? undefined : nextRun(schedule, last);
        return next !== undefined && next <= now ? [{ connectionId, id }] : [];
      }),
    );
    last = now;
    return due.flatMap(({ connectionId, id }) => {
      try {
        return [runs.start(connectionId, id, { startedFrom: 'schedule' }).id];
      } catch (error) {
        // A run that is not over, or an activation that cannot run, shows on its page; the others still start.
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
    stop(): void {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
