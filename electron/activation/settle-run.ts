import type { RunBatch } from '../domain/run.ts';
import type { CompiledQuery, Dialect } from '../sql/index.ts';
import { RunStatements, type SeqRange } from '../sql/run-tables.ts';
import type { Store } from '../store/store.ts';
import type { ActOptions, OpenWarehouse } from '../warehouses/warehouse.ts';
import type { PlannedGroup, RunPlan } from './run-plan.ts';

/** Rejected rows are read and written so many at a time. */
const PAGE = 5_000;

/** What settling needs. */
export interface SettleContext {
  readonly store: Pick<Store, 'listRejected' | 'saveRunState'>;
  readonly warehouse: OpenWarehouse;
  readonly dialect: Dialect;
  readonly runId: string;
  readonly plan: RunPlan;
  readonly batchesOf: (group: PlannedGroup) => readonly RunBatch[];
  readonly options: ActOptions;
}

/**
 * Writes what a run had taken to what was synced, remembers whose rows were rejected, and drops the run's tables. Done again after a crash it
 * gives the same: the tables go last, once it is kept that they are not needed any more.
 */
export async function settleRun(context: SettleContext): Promise<void> {
  const { store, warehouse, dialect, runId, plan, options } = context;
  const { state } = warehouse;
  if (plan.tables === undefined || state === undefined) return;
  const statements = new RunStatements(dialect, plan.tables);
  const execute = async (queries: readonly CompiledQuery[]): Promise<void> => {
    for (const query of queries) await state.execute(query, options);
  };
  if (plan.phase !== 'pinning' && plan.phase !== 'clearing') {
    options.onProgress?.({ text: 'Keeping what was synced' });
    let hasLeft = false;
    for await (const positions of readRejected(context)) {
      if (!hasLeft) await execute([statements.createLeft()]);
      hasLeft = true;
      await execute([statements.noteLeft(positions)]);
    }
    if (plan.mode === 'mirror') {
      const ranges = plan.groups.flatMap((group) => rangesOf(group, context.batchesOf(group)));
      const pick = (status: RunBatch['status']) => ranges.filter((range) => range.status === status);
      // Whom a removal left in doubt stays synced, so that the next run removes them again.
      const unknown = pick('unknown').filter(({ op }) => op === 'add');
      const settled = statements.settle(pick('taken'), unknown, hasLeft);
      await execute([statements.createSynced(), ...settled]);
    }
    if (hasLeft) await execute([...statements.keepRetry(), ...statements.drop('left')]);
    // From here on the tables are not needed any more, and need not be there.
    store.saveRunState(runId, { ...plan, phase: 'clearing' });
  }
  await execute(statements.drop('members', 'rows'));
}

async function* readRejected({ store, runId }: SettleContext): AsyncGenerator<number[]> {
  for (let after = 0; ;) {
    const page = store.listRejected(runId, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ seq }) => seq);
    after = last.seq;
  }
}

/** Batches that follow each other and ended alike, as one range. */
function rangesOf(
  { op, recipeId }: PlannedGroup,
  batches: readonly RunBatch[],
): (SeqRange & { readonly status: RunBatch['status'] })[] {
  const ranges: (SeqRange & { status: RunBatch['status']; number: number })[] = [];
  for (const batch of batches) {
    const before = ranges.at(-1);
    const status = batch.status === 'sent' ? 'unknown' : batch.status;
    if (before !== undefined && before.status === status && before.number + 1 === batch.number)
      ranges[ranges.length - 1] = { ...before, last: batch.lastSeq, number: batch.number };
    else
      ranges.push({
        op,
        recipes: recipeId,
        first: batch.firstSeq,
        last: batch.lastSeq,
        status,
        number: batch.number,
      });
  }
  return ranges;
}
