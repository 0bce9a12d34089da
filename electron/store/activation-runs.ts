import type BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import { type RejectedRow, RunBatch } from '../domain/run.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type BatchesPart = Pick<Store, 'saveBatch' | 'listBatches' | 'listBatchesIn'>;
type RejectedPart = Pick<Store, 'saveRejected' | 'listRejected' | 'countRejected'>;
type StatesPart = Pick<Store, 'saveRunState' | 'findRunState'>;

/** What belongs to an activation's run beside its entry in the ledger: batches, rejected rows, and what its delivery keeps. */
export function createActivationRuns(
  database: BetterSqlite3.Database,
): BatchesPart & RejectedPart & StatesPart {
  return { ...createBatches(database), ...createRejected(database), ...createStates(database) };
}

function createBatches(database: BetterSqlite3.Database): BatchesPart {
  const put = database.prepare<[string, number, string, string]>(
    `INSERT INTO batches (run_id, number, status, document) VALUES (?, ?, ?, ?)
     ON CONFLICT (run_id, number) DO UPDATE SET status = excluded.status, document = excluded.document`,
  );
  const page = database.prepare<[string, number, number], { document: string }>(
    'SELECT document FROM batches WHERE run_id = ? AND number > ? ORDER BY number LIMIT ?',
  );
  const inStatus = database.prepare<[string, string], { document: string }>(
    'SELECT document FROM batches WHERE run_id = ? AND status IN (SELECT value FROM json_each(?)) ORDER BY number',
  );
  const read = (row: { document: string }): RunBatch => readDocument(RunBatch, row.document, 'batch');
  return {
    saveBatch(runId, batch) {
      put.run(runId, batch.number, batch.status, JSON.stringify(batch));
    },
    listBatches: (runId, after, limit) => page.all(runId, after, limit).map(read),
    listBatchesIn: (runId, statuses) => inStatus.all(runId, JSON.stringify(statuses)).map(read),
  };
}

interface ReasonRow {
  field: string | null;
  reason: string;
}

function createRejected(database: BetterSqlite3.Database): RejectedPart {
  const add = database.prepare<[string, number, string | null, string]>(
    'INSERT INTO rejected (run_id, seq, field, reason) VALUES (?, ?, ?, ?) ON CONFLICT (run_id, seq) DO NOTHING',
  );
  const page = database.prepare<[string, number, number], ReasonRow & { seq: number }>(
    'SELECT seq, field, reason FROM rejected WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const reasons = database.prepare<[string], ReasonRow & { rows: number }>(
    `SELECT field, reason, count(*) AS rows FROM rejected WHERE run_id = ?
     GROUP BY field, reason ORDER BY rows DESC, field, reason`,
  );
  const read = <T extends ReasonRow>({ field, ...rest }: T): Omit<T, 'field'> & { field?: string } =>
    field === null ? rest : { ...rest, field };
  return {
    saveRejected: database.transaction((runId: string, rows: readonly RejectedRow[]) => {
      let added = 0;
      for (const { seq, field, reason } of rows) added += add.run(runId, seq, field ?? null, reason).changes;
      return added;
    }),
    listRejected: (runId, after, limit) => page.all(runId, after, limit).map(read),
    countRejected: (runId) => reasons.all(runId).map(read),
  };
}

const State = z.record(z.string(), z.unknown());

function createStates(database: BetterSqlite3.Database): StatesPart {
  const put = database.prepare<[string, string]>(
    `INSERT INTO run_states (run_id, document) VALUES (?, ?)
     ON CONFLICT (run_id) DO UPDATE SET document = excluded.document`,
  );
  const ofRun = database.prepare<[string], { document: string }>(
    'SELECT document FROM run_states WHERE run_id = ?',
  );
  return {
    saveRunState(runId, state) {
      put.run(runId, JSON.stringify(state));
    },
    findRunState(runId) {
      const row = ofRun.get(runId);
      return row === undefined ? undefined : readDocument(State, row.document, 'state of a run');
    },
  };
}
