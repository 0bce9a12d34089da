import type BetterSqlite3 from 'better-sqlite3';
import { Run } from '../domain/run.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type RunsPart = Pick<Store, 'saveRun' | 'findRun' | 'listRuns' | 'listUnfinishedRuns'>;

/** The ledger: one document a run, which outlives the connection and the audience it ran for. */
export function createRuns(database: BetterSqlite3.Database): RunsPart {
  const put = database.prepare<{ id: string; startedAt: string; status: string; document: string }>(
    `INSERT INTO runs (id, started_at, status, document) VALUES (@id, @startedAt, @status, @document)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, document = excluded.document`,
  );
  const byId = database.prepare<[string], { document: string }>('SELECT document FROM runs WHERE id = ?');
  const newest = database.prepare<[number], { document: string }>(
    'SELECT document FROM runs ORDER BY started_at DESC, id DESC LIMIT ?',
  );
  const unfinished = database.prepare<[], { document: string }>(
    "SELECT document FROM runs WHERE status = 'running' ORDER BY started_at, id",
  );
  const read = (row: { document: string }): Run => readDocument(Run, row.document, 'run');
  return {
    saveRun(run) {
      put.run({ id: run.id, startedAt: run.startedAt, status: run.status, document: JSON.stringify(run) });
    },
    findRun(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : read(row);
    },
    listRuns: (limit) => newest.all(limit).map(read),
    listUnfinishedRuns: () => unfinished.all().map(read),
  };
}
