import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunProgress } from '../contract/contract.ts';
import { type Pace, PACE } from '../activation/pace.ts';
import { RunPlan } from '../activation/run-plan.ts';
import { AppError } from '../domain/app-error.ts';
import { type ActivationRun, type Run, hasEnded } from '../domain/run.ts';
import type { Progress } from '../warehouses/warehouse.ts';
import { type Activations, requireActivation } from './activations.ts';
import { carryOutRun } from './carry-out-run.ts';
import type { ServiceContext } from './context.ts';
import { notFound } from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import { RateMeter } from './rate-meter.ts';
import { type RunDefinition, defineRun, subjectOf } from './run-definition.ts';
import { toAppError } from './to-app-error.ts';

/** A run that is carried out in this process. */
interface ActiveRun {
  readonly stopping: AbortController;
  readonly meter: RateMeter;
  run: ActivationRun;
  text: string | undefined;
  done: Promise<ActivationRun>;
}

/** What runs are made with beside the context. */
interface RunParts {
  readonly context: ServiceContext;
  readonly runner: ModelRunner;
  readonly activations: Activations;
  /** How patiently runs try again; tests give a faster one. */
  readonly pace?: Pace;
}

export type ActivationRuns = ReturnType<typeof createActivationRuns>;

/** Runs of activations: started here, they go on in the engine until they end, pause or fail. */
export function createActivationRuns({ context, runner, activations, pace = PACE }: RunParts) {
  const { store, clock, home } = context;
  const active = new Map<string, ActiveRun>();
  const closing = new AbortController();
  const folder = join(home, 'outgoing');

  const refuseBusy = (connectionId: string, activationId: string, except?: string): void => {
    const open = store.listRunsOf(connectionId, activationId, ['running', 'paused', 'interrupted'], 2);
    const busy = open.find(({ id }) => id !== except);
    if (busy === undefined) return;
    throw new AppError({
      code: 'IN_USE',
      message: `A run of “${busy.activationName}” that began at ${busy.startedAt} is ${busy.status}.`,
      help: busy.status === 'running' ? 'Wait until it ends, or cancel it.' : 'Resume or cancel it first.',
      retry: 'after-fix',
      details: { runId: busy.id },
    });
  };

  const interruptionOf = ({ id }: ActivationRun): Partial<ActivationRun> => {
    if (store.findRunState(id) !== undefined) return { status: 'interrupted' };
    // It ended before its plan was kept, so nothing was sent: without one it could be neither resumed nor cancelled.
    return { status: 'cancelled', endedAt: clock() };
  };

  const execute = async (entry: ActiveRun, plan: RunPlan): Promise<ActivationRun> => {
    const { run } = entry;
    const onProgress = ({ text }: Progress): void => {
      entry.text = text;
    };
    try {
      const options = { signal: closing.signal, onProgress };
      return await runner.run(run.connectionId, options, (ready) =>
        carryOutRun(context, ready, {
          run,
          plan,
          pace,
          folder,
          stopping: entry.stopping.signal,
          onRun: (next) => {
            entry.run = next;
            entry.meter.note(handledOf(next));
          },
        }),
      );
    } catch (error) {
      // The engine closes: what was sent is kept, and the next one goes on from there.
      const changes: Partial<ActivationRun> = closing.signal.aborted
        ? { status: 'interrupted' }
        : { status: 'failed', endedAt: clock(), error: toAppError(error).toShape() };
      entry.run = { ...requireRun(run.id), ...changes };
      store.saveRun(entry.run);
      return entry.run;
    }
  };

  const launch = (run: ActivationRun, plan: RunPlan, isCancelled = false): ActivationRun => {
    const stopping = new AbortController();
    if (isCancelled) stopping.abort();
    const entry: ActiveRun = {
      run,
      stopping,
      meter: new RateMeter(),
      text: undefined,
      done: Promise.resolve(run),
    };
    active.set(run.id, entry);
    entry.done = execute(entry, plan).finally(() => active.delete(run.id));
    return run;
  };

  const requireRun = (id: string): ActivationRun => {
    const run = store.findRun(id);
    if (run?.kind !== 'activation') throw notFound('This run of an activation is not in the ledger.');
    return run;
  };

  const requirePlan = (id: string): RunPlan => {
    const parsed = RunPlan.safeParse(store.findRunState(id));
    if (parsed.success && parsed.data.phase !== 'done') return parsed.data;
    throw new AppError({
      code: 'RULE_INVALID',
      message: 'This run is over: nothing of it is left to do.',
      help: 'Start the activation again.',
      retry: 'no',
    });
  };

  const goOn = (id: string, changes: Partial<ActivationRun>, isCancelled = false): ActivationRun => {
    const before = requireRun(id);
    const plan = requirePlan(id);
    refuseBusy(before.connectionId, before.activationId, id);
    const run: ActivationRun = { ...before, status: 'running', endedAt: undefined, ...changes };
    store.saveRun(run);
    return launch(run, plan, isCancelled);
  };

  const begin = ({ run, plan }: RunDefinition): ActivationRun => {
    refuseBusy(run.connectionId, run.activationId);
    store.saveRun(run);
    // A run without a plan counts as one that never began.
    store.saveRunState(run.id, plan);
    return launch(run, plan);
  };

  const start = (
    connectionId: string,
    activationId: string,
    more: Pick<ActivationRun, 'startedFrom' | 'retryOf'>,
  ): ActivationRun => {
    const activation = requireActivation(store, connectionId, activationId);
    activations.refuseBroken(connectionId, activation);
    refuseBusy(connectionId, activationId);
    const asOf = runner.asOf(connectionId);
    const subject = subjectOf(context, activations, connectionId, activation);
    return begin(defineRun(context, connectionId, subject, { asOf, ...more }));
  };

  return {
    /** Starts a run. @throws AppError IN_USE where one is not over, RULE_INVALID, NOT_FOUND */
    start,

    /** Starts a run of a step of a journey. @throws AppError IN_USE where one is not over */
    begin,

    /** Goes on with an interrupted or failed run at the batch where it stopped. @throws AppError RULE_INVALID, NOT_FOUND */
    resume(id: string): ActivationRun {
      const { status } = requireRun(id);
      if (status === 'interrupted' || status === 'failed') return goOn(id, { error: undefined });
      throw wrongStatus(status, 'resumed');
    },

    /** Lets a paused run pass the guard it stopped at. @throws AppError RULE_INVALID, NOT_FOUND */
    approve(id: string): ActivationRun {
      const { status, pause, approved } = requireRun(id);
      if (status !== 'paused' || pause === undefined) throw wrongStatus(status, 'approved');
      return goOn(id, { approved: [...approved, pause.reason], pause: undefined });
    },

    /** Ends a run: at once where it only waits, else once its batches under way are answered. */
    cancel(id: string): ActivationRun {
      const entry = active.get(id);
      if (entry !== undefined) {
        entry.stopping.abort();
        return entry.run;
      }
      const { status } = requireRun(id);
      if (status === 'paused' || status === 'interrupted' || status === 'failed') return goOn(id, {}, true);
      throw wrongStatus(status, 'cancelled');
    },

    /** Starts a run of the rows that this run rejected, as the warehouse has them now. @throws AppError RULE_INVALID */
    retryRejected(id: string): ActivationRun {
      const run = requireRun(id);
      if (run.journey !== undefined) {
        throw new AppError({
          code: 'RULE_INVALID',
          message: 'This run sent for a journey, whose customers have gone on since.',
          help: 'The trace of the journey tells who was rejected; mend the data, and let them enter again.',
          retry: 'no',
        });
      }
      if (!hasEnded(run) || run.counts.rejected === 0 || run.pin !== 'table') {
        throw new AppError({
          code: 'RULE_INVALID',
          message:
            run.pin === 'table'
              ? 'This run has no rejected rows that could be tried again.'
              : 'Which rows were rejected is only kept in a schema for state, and the connection has none.',
          help: 'Start the activation again: it sends all members.',
          retry: 'no',
        });
      }
      return start(run.connectionId, run.activationId, { startedFrom: 'app', retryOf: id });
    },

    /** How far a run is. */
    progress(id: string): RunProgress {
      const entry = active.get(id);
      const run: Run | undefined = entry?.run ?? store.findRun(id);
      if (run === undefined) throw notFound('This run is not in the ledger.');
      if (run.kind === 'export') return { run, handled: run.rows ?? 0, total: run.rows ?? 0 };
      const total = run.counts.adds + run.counts.removes;
      const handled = handledOf(run);
      const rate = entry?.meter.rate();
      return {
        run,
        handled,
        total,
        ...(entry?.text === undefined ? {} : { text: entry.text }),
        ...(rate === undefined
          ? {}
          : { rowsPerSecond: rate, secondsLeft: Math.max(0, total - handled) / rate }),
      };
    },

    /** Waits until a run of this process ends, pauses or fails. */
    wait: async (id: string): Promise<ActivationRun> => active.get(id)?.done ?? requireRun(id),

    /**
     * Runs that a crash left running wait for somebody to resume them; what they had on its way to a place for files goes, since it is written
     * anew. Called once, when the engine starts.
     */
    markInterrupted(): void {
      for (const run of store.listUnfinishedRuns()) {
        if (run.kind !== 'activation') continue;
        rmSync(join(folder, run.id), { force: true });
        store.saveRun({ ...run, ...interruptionOf(run) });
      }
    },

    /** Interrupts what runs and waits for it. */
    async close(): Promise<void> {
      closing.abort();
      await Promise.all([...active.values()].map(({ done }) => done));
    },
  };
}

function handledOf({ counts }: ActivationRun): number {
  return counts.taken + counts.rejected + counts.unknown;
}

function wrongStatus(status: ActivationRun['status'], act: string): AppError {
  return new AppError({
    code: 'RULE_INVALID',
    message: `A run that is ${status} cannot be ${act}.`,
    help: 'Look at the run again: it may have changed meanwhile.',
    retry: 'no',
  });
}
