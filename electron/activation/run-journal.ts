import type { Batch, BatchReply, DeliveryFailure } from '../destinations/destination.ts';
import type { ActivationRun, RejectedRow, RunBatch } from '../domain/run.ts';
import { describeRecipe } from '../domain/recipe.ts';
import type { Store } from '../store/store.ts';
import type { CutBatch } from './cut-batches.ts';
import type { PlannedGroup } from './run-plan.ts';
import type { BatchJournal } from './send-batch.ts';

/** Batches of a run are read from the store so many at a time. */
const PAGE = 1_000;
/** The run's document is written at most so often while it sends, in milliseconds; batches are written at once. */
const SAVE_EVERY = 500;
/** Refused rows whose place a vendor does not tell are kept below zero, so many numbers a batch. */
const UNPLACED = 1_000_000;

/** What a journal is kept with. */
export interface JournalContext {
  readonly store: Pick<
    Store,
    'saveRun' | 'saveBatch' | 'listBatches' | 'saveRejected' | 'countRejected' | 'appendEgress'
  >;
  readonly clock: () => string;
  readonly run: ActivationRun;
  readonly groups: readonly PlannedGroup[];
}

/** The ledger of one run while it goes on: batches, rejected rows, departures and counts. What counts is kept before a call returns. */
export class RunJournal {
  readonly #context: JournalContext;
  readonly #groups: HeldGroup[];
  #run: ActivationRun;
  #savedAt = 0;
  #taken = 0;
  #unknown = 0;
  #rejected: number;

  constructor(context: JournalContext) {
    this.#context = context;
    this.#run = context.run;
    this.#groups = context.groups.map((group) => ({ group, batches: new Map() }));
    const counted = context.store.countRejected(context.run.id);
    this.#rejected = counted.reduce((sum, { rows }) => sum + rows, 0);
    this.#load();
    // The document may be half a second older than its batches, and nothing may be left to send that would bring it up to date.
    this.#run = { ...context.run, counts: this.#counts() };
  }

  get run(): ActivationRun {
    return this.#run;
  }

  /** Rows of which the outcome is known, or known to stay unknown. */
  get handled(): number {
    return this.#taken + this.#unknown + this.#rejected;
  }

  get rejected(): number {
    return this.#rejected;
  }

  /** Changes the run's document. */
  change(changes: Partial<ActivationRun>): ActivationRun {
    this.#run = { ...this.#run, counts: this.#counts(), ...changes };
    this.#savedAt = performance.now();
    this.#context.store.saveRun(this.#run);
    return this.#run;
  }

  /** Keeps rows that were rejected before they were sent. */
  reject(rows: readonly RejectedRow[]): void {
    if (rows.length === 0) return;
    this.#rejected += this.#context.store.saveRejected(this.#run.id, rows);
    this.#tell();
  }

  /** What an earlier process knew of a group's batch. */
  known(group: PlannedGroup, number: number): RunBatch | undefined {
    return this.#find(group).batches.get(number);
  }

  /** The last of the batches of a group that were answered for without a gap from the first on. */
  settledUpTo(group: PlannedGroup): { readonly number: number; readonly lastSeq: number } {
    const { batches } = this.#find(group);
    for (let number = 1, lastSeq = 0; ; number += 1) {
      const batch = batches.get(number);
      if (batch?.status !== 'taken' && batch?.status !== 'refused') return { number: number - 1, lastSeq };
      ({ lastSeq } = batch);
    }
  }

  /** The batches of a group, in their order. */
  batchesOf(group: PlannedGroup): RunBatch[] {
    return [...this.#find(group).batches.entries()].sort(([a], [b]) => a - b).map(([, batch]) => batch);
  }

  /** The journal of a group's batches; `cuts` holds those under way as they were cut, by their number in the group. */
  forGroup(group: PlannedGroup, cuts: ReadonlyMap<number, CutBatch>): BatchJournal {
    const held = this.#find(group);
    const put = (batch: Batch, changes: Partial<RunBatch>): RunBatch =>
      this.#put(held, batch, cuts.get(batch.number), changes);
    return {
      sending: (batch, attempt) => {
        const sentAt = this.#context.clock();
        this.#leave(group, put(batch, { status: 'sent', attempts: attempt, sentAt }));
        return Date.parse(sentAt);
      },
      taken: (batch, reply) => {
        const kept = put(batch, {
          status: 'taken',
          rejected: reply?.rejected.length ?? 0,
          error: undefined,
          ...(reply === undefined ? {} : { exchange: reply.exchange }),
        });
        if (reply !== undefined) this.reject(placeRejected(reply, kept.number, cuts.get(batch.number)));
      },
      notTaken: (batch, failure) => void put(batch, { status: 'waiting', ...describeFailure(failure) }),
      unknown: (batch, failure) => void put(batch, { status: 'unknown', ...describeFailure(failure) }),
      refused: (batch, failure) => {
        put(batch, { status: 'refused', rejected: batch.rows.length, ...describeFailure(failure) });
        const positions = cuts.get(batch.number)?.positions ?? [];
        this.reject(positions.map((seq) => ({ seq, reason: failure.error.message })));
      },
    };
  }

  #put(held: HeldGroup, batch: Batch, cut: CutBatch | undefined, changes: Partial<RunBatch>): RunBatch {
    const before = held.batches.get(batch.number);
    const next: RunBatch = {
      ...(before ?? {
        number: this.#offsetOf(held) + batch.number,
        op: held.group.op,
        recipeId: held.group.recipeId,
        firstSeq: 0,
        lastSeq: 0,
        bytes: 0,
        digest: '',
        rejected: 0,
        status: 'waiting',
        attempts: 0,
        sentAt: this.#context.clock(),
      }),
      rows: batch.rows.length,
      ...(cut === undefined
        ? {}
        : { firstSeq: cut.firstSeq, lastSeq: cut.lastSeq, bytes: cut.bytes, digest: cut.digest }),
      ...changes,
    };
    this.#context.store.saveBatch(this.#run.id, next);
    this.#hold(held, batch.number, next);
    this.#tell();
    return next;
  }

  #hold(held: HeldGroup, number: number, batch: RunBatch): void {
    this.#weigh(held.batches.get(number), -1);
    this.#weigh(batch, 1);
    held.batches.set(number, batch);
  }

  #weigh(batch: RunBatch | undefined, sign: 1 | -1): void {
    if (batch?.status === 'taken') this.#taken += sign * (batch.rows - batch.rejected);
    if (batch?.status === 'unknown') this.#unknown += sign * batch.rows;
  }

  /** The document follows the counts now and then; its batches hold them all the time. */
  #tell(): void {
    if (performance.now() - this.#savedAt < SAVE_EVERY) this.#run = { ...this.#run, counts: this.#counts() };
    else this.change({});
  }

  #counts(): ActivationRun['counts'] {
    return {
      ...this.#run.counts,
      taken: this.#taken,
      unknown: this.#unknown,
      rejected: this.#rejected,
    };
  }

  /** The entry of the egress ledger, before the first byte leaves. */
  #leave(group: PlannedGroup, batch: RunBatch): void {
    const { store, clock } = this.#context;
    const run = this.#run;
    store.appendEgress({
      at: clock(),
      who: run.startedBy,
      runId: run.id,
      what: 'batch',
      part: `batch ${batch.number} (${batch.op}), attempt ${batch.attempts}`,
      destination: `${run.destinationLabel} (${run.destinationKind})`,
      columns: group.fields.map(({ field }) => field),
      recipes: group.fields.map(({ recipe }) => describeRecipe(recipe)),
      rows: batch.rows,
      bytes: batch.bytes,
      digest: batch.digest,
      ...(run.statementId === undefined ? {} : { statementId: run.statementId }),
    });
  }

  #load(): void {
    const { store, run } = this.#context;
    for (let after = 0; ;) {
      const page = store.listBatches(run.id, after, PAGE);
      for (const batch of page) {
        const held = this.#groups.find(
          ({ group }) => group.op === batch.op && group.recipeId === batch.recipeId,
        );
        if (held === undefined) continue;
        this.#hold(held, batch.number - this.#offsetOf(held), batch);
      }
      after = page.at(-1)?.number ?? after;
      if (page.length < PAGE) return;
    }
  }

  /** Batches of the groups before it: those of a run are numbered through, and a group begins once those before it are complete. */
  #offsetOf(held: HeldGroup): number {
    const earlier = this.#groups.slice(0, this.#groups.indexOf(held));
    return earlier.reduce((sum, { batches }) => sum + batches.size, 0);
  }

  #find(group: PlannedGroup): HeldGroup {
    const held = this.#groups.find((each) => each.group === group);
    if (held === undefined) throw new RangeError('The group is not of this run.');
    return held;
  }
}

interface HeldGroup {
  readonly group: PlannedGroup;
  readonly batches: Map<number, RunBatch>;
}

function placeRejected(reply: BatchReply, number: number, cut: CutBatch | undefined): RejectedRow[] {
  return reply.rejected.map(({ row, reason }, at) => ({
    seq: (row === undefined ? undefined : cut?.positions[row]) ?? -(number * UNPLACED + at),
    reason,
  }));
}

function describeFailure(failure: DeliveryFailure | undefined): Partial<RunBatch> {
  if (failure === undefined) return {};
  return { error: failure.error, ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }) };
}
