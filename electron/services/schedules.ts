import type { Schedule } from '../domain/activation.ts';
import { AppError } from '../domain/app-error.ts';
import type { ActivationRun } from '../domain/run.ts';
import type { ActivationRuns } from './activation-runs.ts';
import type { ServiceContext } from './context.ts';
import type { JourneyTicks } from './journey-ticks.ts';
import { nextRun } from './schedule-text.ts';

/** How often schedules are looked at, in milliseconds. */
const EVERY = 15_000;

/** An activation or a journey that may have a schedule. */
interface Scheduled {
  readonly schedule: Schedule | undefined;
  /** False where its schedule rests, as that of a journey that is paused. */
  readonly isLive: boolean;
  readonly isInterrupted: () => boolean;
  /** Starts a run or tick, or goes on with the one that was interrupted. @returns its id */
  readonly start: () => string;
}

/** Starts scheduled activations and ticks of journeys while the engine runs. What came while the computer slept is made up for once. */
export function createSchedules({ store, clock }: ServiceContext, runs: ActivationRuns, ticks: JourneyTicks) {
  let timer: NodeJS.Timeout | undefined;
  let last = clock();

  const interruptedRun = (connectionId: string, id: string): ActivationRun | undefined =>
    store.listRunsOf(connectionId, id, ['interrupted'], 1)[0];

  const scheduled = (): Scheduled[] =>
    store.listConnections().flatMap(({ id: connectionId }) => [
      ...store.listActivations(connectionId).map(({ id, schedule }) => ({
        schedule,
        isLive: true,
        isInterrupted: () => interruptedRun(connectionId, id) !== undefined,
        start: () => {
          const interrupted = interruptedRun(connectionId, id);
          if (interrupted !== undefined) return runs.resume(interrupted.id).id;
          return runs.start(connectionId, id, { startedFrom: 'schedule' }).id;
        },
      })),
      ...store.listJourneys(connectionId).map(({ id, schedule, status }) => ({
        schedule,
        isLive: status === 'live',
        isInterrupted: () => store.findLastTick(connectionId, id)?.status === 'interrupted',
        start: () => ticks.start(connectionId, id, 'schedule').id,
      })),
    ]);

  /** Starts what came since the last look. @returns the ids of runs and ticks */
  const look = (): string[] => {
    const now = clock();
    const due = scheduled().filter(({ schedule, isLive }) => {
      const next = schedule === undefined || !isLive ? undefined : nextRun(schedule, last);
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
      for (const { schedule, isInterrupted, start } of scheduled())
        if (schedule !== undefined && isInterrupted()) start();
    },
    stop(): void {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
