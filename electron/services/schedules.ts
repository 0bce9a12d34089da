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
        const [interrupted] = store.listRunsOf(connectionId, id, ['interrupted'], 1);
        if (interrupted !== undefined) return [runs.resume(interrupted.id).id];
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
    /** Goes on with scheduled runs that a crash interrupted: where nobody watches, nobody would. */
    resumeInterrupted(): void {
      for (const { id: connectionId } of store.listConnections()) {
        for (const { id, schedule } of store.listActivations(connectionId)) {
          const [interrupted] = store.listRunsOf(connectionId, id, ['interrupted'], 1);
          if (schedule !== undefined && interrupted !== undefined) runs.resume(interrupted.id);
        }
      }
    },
    stop(): void {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
