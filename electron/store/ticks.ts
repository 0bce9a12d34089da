import type BetterSqlite3 from 'better-sqlite3';
import { Tick } from '../domain/tick.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type TicksPart = Pick<Store, 'saveTick' | 'moveTick' | 'findLastTick' | 'listTicks' | 'listUnfinishedTicks'>;

/** The ledger of journeys' ticks, each a JSON document. */
export function createTicks(database: BetterSqlite3.Database): TicksPart {
  const put = database.prepare<[string, string, number, string, string]>(
    `INSERT INTO ticks (connection_id, journey_id, number, status, document) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (connection_id, journey_id, number) DO UPDATE SET status = excluded.status, document = excluded.document`,
  );
  const drop = database.prepare<[string, string, number]>(
    'DELETE FROM ticks WHERE connection_id = ? AND journey_id = ? AND number = ?',
  );
  const page = database.prepare<[string, string, number, number], { document: string }>(
    `SELECT document FROM ticks WHERE connection_id = ? AND journey_id = ? AND number < ?
     ORDER BY number DESC LIMIT ?`,
  );
  const running = database.prepare<[], { document: string }>(
    `SELECT document FROM ticks WHERE status = 'running' ORDER BY connection_id, journey_id, number`,
  );
  const read = (row: { document: string }): Tick => readDocument(Tick, row.document, 'tick');
  const saveTick = (tick: Tick): void => {
    put.run(tick.connectionId, tick.journeyId, tick.number, tick.status, JSON.stringify(tick));
  };
  const listTicks: TicksPart['listTicks'] = (connectionId, journeyId, before, limit) =>
    page.all(connectionId, journeyId, before ?? Number.MAX_SAFE_INTEGER, limit).map(read);
  return {
    saveTick,
    moveTick: database.transaction((tick: Tick, number: number) => {
      drop.run(tick.connectionId, tick.journeyId, tick.number);
      saveTick({ ...tick, number });
    }),
    findLastTick: (connectionId, journeyId) => listTicks(connectionId, journeyId, undefined, 1)[0],
    listTicks,
    listUnfinishedTicks: () => running.all().map(read),
  };
}
