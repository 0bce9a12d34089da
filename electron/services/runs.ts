import type { Run, RunBatch } from '../domain/run.ts';
import type { ServiceContext } from './context.ts';
import { notFound } from './find-definitions.ts';

/** The ledger: what ran, when, by whom, and what came of it. */
export function createRuns({ store }: ServiceContext) {
  return {
    list: (limit: number): Run[] => store.listRuns(limit),

    /** @throws AppError NOT_FOUND */
    get(id: string): Run {
      const run = store.findRun(id);
      if (run === undefined) throw notFound('This run is not in the ledger.');
      return run;
    },

    /** Batches of a run after a number, in their order. */
    batches: (runId: string, after: number, limit: number): RunBatch[] =>
      store.listBatches(runId, after, limit),

    /** Rows of a run that were rejected, after a position, and how many there are by reason. */
    rejected: (runId: string, after: number, limit: number) => ({
      rows: store.listRejected(runId, after, limit),
      reasons: store.countRejected(runId),
    }),
  };
}
