import type BetterSqlite3 from 'better-sqlite3';
import { ActivationRun, Run } from '../domain/run.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type RunsPart = Pick<
  Store,
  'saveRun' | 'findRun' | 'listRuns' | 'listUnfinishedRuns' | 'findLastRun' | 'listRunsOf'
>;

interface RunColumns {
  id: string;
  startedAt: string;
  status: string;
  document: string;
  connectionId: string | null;
  activationId: string | null;
  retryOf: string | null;
}

/** The ledger: one document a run, which outlives the connection and the audience it ran for. */
export function createRuns(database: BetterSqlite3.Database): RunsPart {
  const put = database.prepare<RunColumns>(
    `INSERT INTO runs (id, started_at, status, document, connection_id, activation_id, retry_of)
     VALUES (@id, @startedAt, @status, @document, @connectionId, @activationId, @retryOf)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, document = excluded.document`,
  );
  const byId = database.prepare<[string], { document: string }>('SELECT document FROM runs WHERE id = ?');
  const newest = database.prepare<[number], { document: string }>(
    'SELECT document FROM runs ORDER BY started_at DESC, id DESC LIMIT ?',
  );
  const unfinished = database.prepare<[], { document: string }>(
    "SELECT document FROM runs WHERE status = 'running' ORDER BY started_at, id",
  );
  const lastOf = database.prepare<
    { connectionId: string; activationId: string; statuses: string },
    { document: string }
  >(
    `SELECT document FROM runs
     WHERE connection_id = @connectionId AND activation_id = @activationId AND retry_of IS NULL
       AND (@statuses = '[]' OR status IN (SELECT value FROM json_each(@statuses)))
     ORDER BY started_at DESC, id DESC LIMIT 1`,
  );
  const ofActivation = database.prepare<[string, string, string, number], { document: string }>(
    `SELECT document FROM runs
     WHERE connection_id = ? AND activation_id = ? AND status IN (SELECT value FROM json_each(?))
     ORDER BY started_at DESC, id DESC LIMIT ?`,
  );
  const read = (row: { document: string }): Run => readDocument(Run, row.document, 'run');
  return {
    saveRun(run) {
      const { id, startedAt, status } = run;
      put.run({ id, startedAt, status, document: JSON.stringify(run), ...activationOf(run) });
    },
    findRun(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : read(row);
    },
    listRuns: (limit) => newest.all(limit).map(read),
    listUnfinishedRuns: () => unfinished.all().map(read),
    findLastRun(connectionId, activationId, ...statuses) {
      const row = lastOf.get({ connectionId, activationId, statuses: JSON.stringify(statuses) });
      return row === undefined ? undefined : readDocument(ActivationRun, row.document, 'run');
    },
    listRunsOf: (connectionId, activationId, statuses, limit) =>
      ofActivation
        .all(connectionId, activationId, JSON.stringify(statuses), limit)
        .map((row) => readDocument(ActivationRun, row.document, 'run')),
  };
}

function activationOf(run: Run): Pick<RunColumns, 'connectionId' | 'activationId' | 'retryOf'> {
  if (run.kind === 'export') return { connectionId: null, activationId: null, retryOf: null };
  const { connectionId, activationId, retryOf } = run;
  return { connectionId, activationId, retryOf: retryOf ?? null };
}
