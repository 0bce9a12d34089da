import type BetterSqlite3 from 'better-sqlite3';
import { Destination } from '../domain/destination.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type DestinationsPart = Pick<
  Store,
  'listDestinations' | 'findDestination' | 'saveDestination' | 'removeDestination'
>;

/** Destinations without their secrets, in the order in which they were made. `dropDestinations` makes place for an import. */
export function createDestinations(
  database: BetterSqlite3.Database,
): DestinationsPart & { readonly dropDestinations: () => void } {
  const all = database.prepare<[], { document: string }>(
    'SELECT document FROM destinations ORDER BY position, id',
  );
  const byId = database.prepare<[string], { document: string }>(
    'SELECT document FROM destinations WHERE id = ?',
  );
  const put = database.prepare<{ id: string; document: string }>(
    `INSERT INTO destinations (id, position, document)
     VALUES (@id, (SELECT coalesce(max(position), 0) + 1 FROM destinations), @document)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  const drop = database.prepare<[string]>('DELETE FROM destinations WHERE id = ?');
  const dropAll = database.prepare<[]>('DELETE FROM destinations');
  const read = (row: { document: string }): Destination =>
    readDocument(Destination, row.document, 'destination');
  return {
    listDestinations: () => all.all().map(read),
    findDestination(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : read(row);
    },
    saveDestination(destination) {
      put.run({ id: destination.id, document: JSON.stringify(destination) });
    },
    removeDestination(id) {
      drop.run(id);
    },
    dropDestinations() {
      dropAll.run();
    },
  };
}
