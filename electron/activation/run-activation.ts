import {
  type BatchDelivery,
  type Delivery,
  DeliveryFailure,
  type DestinationKind,
} from '../destinations/destination.ts';
import type { Guards } from '../domain/activation.ts';
import { AppError, type AppErrorShape } from '../domain/app-error.ts';
import type { Secrets } from '../domain/field-spec.ts';
import type { ActivationRun, RunPause } from '../domain/run.ts';
import type { Dialect } from '../sql/index.ts';
import type { Store } from '../store/store.ts';
import type { ActOptions, OpenWarehouse } from '../warehouses/warehouse.ts';
import { type CutBatch, cutBatches } from './cut-batches.ts';
import { type Pace, RequestGate } from './pace.ts';
import { checkChange, checkRejected } from './guards.ts';
import { pinRows } from './pin-rows.ts';
import { pinnedRows, queriedRows } from './row-source.ts';
import { RunJournal } from './run-journal.ts';
import { type PlannedGroup, type RunPlan, prepareFields } from './run-plan.ts';
import { finishDelivery } from './send-batch.ts';
import { type GroupEnd, RowsChanged, sendGroup } from './send-group.ts';
import { nothingToReplace, outcomeUnknown, rowsChanged } from './run-failures.ts';
import { settleRun } from './settle-run.ts';

/** What a run is carried out with. The run and its plan are in the store already. */
export interface RunContext {
  readonly store: Store;
  readonly clock: () => string;
  readonly pace: Pace;
  readonly warehouse: OpenWarehouse;
  readonly dialect: Dialect;
  readonly kind: DestinationKind;
  readonly delivery: BatchDelivery;
  readonly secrets: Secrets;
  readonly run: ActivationRun;
  readonly plan: RunPlan;
  readonly guards: Guards;
  /** Members of the last run that ended, for the guard of their change. */
  readonly membersBefore: number | undefined;
  /** `signal` ends requests and statements at once, as when the engine closes. */
  readonly options: ActOptions & { readonly signal: AbortSignal };
  /** A person cancels: what is under way is still answered. */
  readonly stopping: AbortSignal;
  /** Told of the run whenever its counts change. */
  readonly onRun: (run: ActivationRun) => void;
}

/**
 * Carries out a run, or goes on with it where it stopped, and returns it as it is then kept: ended, paused or failed. A failed run can be
 * resumed. Nothing is thrown but the signal's reason: the run then stays `running` in the store, for the next process to find.
 */
export async function runActivation(context: RunContext): Promise<ActivationRun> {
  return new Runner(context).carryOut();
}

class Runner {
  readonly #context: RunContext;
  #plan: RunPlan;
  #journal: RunJournal;

  constructor(context: RunContext) {
    this.#context = context;
    this.#plan = context.plan;
    this.#journal = this.#openJournal(context.run);
  }

  async carryOut(): Promise<ActivationRun> {
    const { options } = this.#context;
    try {
      if (this.#isCancelled()) return await this.#end('cancelled');
      if (this.#plan.phase === 'pinning') await this.#pin();
      const pause = this.#checkChange();
      if (pause !== undefined) return this.#pause(pause);
      if (this.#plan.phase === 'sending') {
        const end = await this.#send();
        if (end.kind === 'paused') return this.#pause(end.pause);
        if (end.kind === 'unknown') return this.#fail(outcomeUnknown(this.#context.delivery.unknownRule));
      }
      return await this.#end(this.#isCancelled() ? 'cancelled' : this.#verdict());
    } catch (error) {
      options.signal.throwIfAborted();
      if (this.#isCancelled()) return this.#end('cancelled');
      if (error instanceof DeliveryFailure) return this.#fail(error.error);
      if (error instanceof RowsChanged) return this.#fail(rowsChanged());
      if (error instanceof AppError) return this.#fail(error.toShape());
      throw error;
    }
  }

  async #pin(): Promise<void> {
    const { store, warehouse, dialect, options, run } = this.#context;
    const pinned = await pinRows({
      store,
      warehouse,
      dialect,
      plan: this.#plan,
      onlyRetried: run.retryOf !== undefined,
      options,
    });
    const { groups, counts, statementId } = pinned;
    for (const group of groups) store.saveRecipes(group.recipeId, group.fields);
    this.#plan = { ...this.#plan, groups, phase: 'sending' };
    this.#journal = this.#openJournal({
      ...this.#journal.run,
      counts: { ...counts, taken: 0, rejected: 0, unknown: 0 },
      ...(statementId === undefined ? {} : { statementId }),
    });
    // The counts first: once the plan says that rows are pinned, nobody counts them again.
    this.#journal.change({});
    this.#keepPlan({});
  }

  async #send(): Promise<GroupEnd> {
    const isReplacement = this.#plan.mode === 'replace';
    if (this.#plan.groups.length === 0 && isReplacement) return this.#replaceByNothing();
    for (const group of this.#plan.groups) {
      const end = await this.#sendGroup(group);
      if (end.kind !== 'sent') return end;
    }
    return { kind: 'sent' };
  }

  async #sendGroup(group: PlannedGroup): Promise<GroupEnd> {
    const { delivery: driver, store, pace, options, stopping } = this.#context;
    const { limits, mode, place } = this.#plan;
    const settled = this.#journal.settledUpTo(group);
    const cuts = new Map<number, CutBatch>();
    const { signal } = options;
    // Kept before the first of them leaves: a removal may be asked for after a crash.
    if (group.op === 'add') store.noteRecipesUsed(place, group.recipeId);
    const delivery = await this.#open(group);
    const journal = this.#journal.forGroup(group, cuts);
    let seen = this.#journal.handled;
    const shared = { delivery, pace, signal, stopping };
    const end = await sendGroup(this.#cut(group, settled), {
      ...shared,
      journal,
      gate: new RequestGate(limits.requestsPerSecond),
      resend: driver.resend(mode),
      op: group.op,
      concurrency: limits.concurrency,
      known: (number) => this.#journal.known(group, number),
      onCut: (batch) => {
        cuts.set(batch.number, batch);
        seen += batch.rows.length + batch.rejected.length;
        this.#journal.reject(batch.rejected);
      },
      onDone: (batch) => {
        cuts.delete(batch.number);
        this.#tell();
      },
      onEnd: ({ rejected }) => this.#journal.reject(rejected),
      guard: () => this.#checkRejected(seen),
      stopsAtUnknown: mode === 'replace',
    });
    if (end.kind === 'sent') await finishDelivery(shared);
    return end;
  }

  #cut(group: PlannedGroup, settled: { readonly number: number; readonly lastSeq: number }) {
    const { warehouse, dialect, options, kind } = this.#context;
    const { tables, limits, query } = this.#plan;
    const rows =
      tables === undefined
        ? queriedRows(warehouse, query, options)
        : pinnedRows(warehouse, dialect, tables, options);
    // Rows that are read again may have changed: each batch is cut and compared from the first on.
    const from = tables === undefined ? { number: 0, lastSeq: 0 } : settled;
    return cutBatches(rows(group, from.lastSeq), prepareFields(group.fields, kind), limits, from.number);
  }

  #open(group: PlannedGroup): Promise<Delivery> {
    const { delivery, secrets, options, run } = this.#context;
    const { settings, target, mode, groups, deliveries } = this.#plan;
    const at = groups.indexOf(group);
    const key = `${group.op} ${group.recipeId}`;
    return delivery.open({
      settings,
      secrets,
      target,
      mode,
      signal: options.signal,
      fields: group.fields.map(({ field }) => field),
      // Each delivery of a run has a name of its own at the vendor.
      run: {
        id: at <= 0 ? run.id : `${run.id}-${at + 1}`,
        name: run.activationName,
        activationId: run.activationId,
      },
      total: group.rows,
      state: deliveries[key],
      saveState: (state) => this.#keepPlan({ deliveries: { ...this.#plan.deliveries, [key]: state } }),
    });
  }

  /** Some destinations have a way to be emptied; it is theirs to take when they finish. */
  async #replaceByNothing(): Promise<GroupEnd> {
    const { pace, options, stopping } = this.#context;
    const none: PlannedGroup = {
      op: 'add',
      recipeId: this.#plan.recipeId,
      fields: this.#plan.fields,
      rows: 0,
    };
    const delivery = await this.#open(none);
    const done = await finishDelivery({ delivery, pace, signal: options.signal, stopping });
    // A run that left all as it was must not count as one that replaced it.
    if (done === undefined) throw nothingToReplace(this.#context.kind.label);
    return { kind: 'sent' };
  }

  #checkChange(): RunPause | undefined {
    const { run, guards, membersBefore } = this.#context;
    if (this.#journal.handled > 0) return undefined;
    return checkChange(this.#journal.run.counts.members, membersBefore, guards, run);
  }

  #checkRejected(seen: number): RunPause | undefined {
    const { run, guards } = this.#context;
    const total = this.#plan.groups.reduce((sum, { rows }) => sum + rows, 0);
    return checkRejected({ rejected: this.#journal.rejected, seen, total }, guards, run);
  }

  #pause(pause: RunPause): ActivationRun {
    return this.#told(this.#journal.change({ status: 'paused', pause }));
  }

  #fail(error: AppErrorShape): ActivationRun {
    const { clock } = this.#context;
    return this.#told(this.#journal.change({ status: 'failed', error, endedAt: clock(), pause: undefined }));
  }

  /** Keeps what was synced, then ends. Should that fail, the run can be resumed for just that. */
  async #end(status: ActivationRun['status']): Promise<ActivationRun> {
    const { store, warehouse, dialect, run, clock, options } = this.#context;
    if (this.#plan.phase === 'sending') this.#keepPlan({ phase: 'settling' });
    try {
      await settleRun({
        store,
        warehouse,
        dialect,
        runId: run.id,
        plan: this.#plan,
        batchesOf: (group) => this.#journal.batchesOf(group),
        options,
      });
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof AppError) return this.#fail(error.toShape());
      throw error;
    }
    // The status first: a run that is `done` and has not ended could be neither resumed nor cancelled.
    const ended = this.#journal.change({ status, endedAt: clock(), pause: undefined, error: undefined });
    this.#keepPlan({ phase: 'done' });
    return this.#told(ended);
  }

  #isCancelled(): boolean {
    return this.#context.stopping.aborted;
  }

  #verdict(): ActivationRun['status'] {
    const { rejected, unknown } = this.#journal.run.counts;
    return rejected + unknown > 0 ? 'incomplete' : 'succeeded';
  }

  #openJournal(run: ActivationRun): RunJournal {
    const { store, clock } = this.#context;
    return new RunJournal({ store, clock, run, groups: this.#plan.groups });
  }

  #keepPlan(changes: Partial<RunPlan>): void {
    this.#plan = { ...this.#plan, ...changes };
    this.#context.store.saveRunState(this.#context.run.id, this.#plan);
  }

  #tell(): void {
    this.#context.onRun(this.#journal.run);
  }

  #told(run: ActivationRun): ActivationRun {
    this.#context.onRun(run);
    return run;
  }
}
