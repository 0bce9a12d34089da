import type BetterSqlite3 from 'better-sqlite3';
import type { z } from 'zod';
import { readDocument } from './document.ts';

/** Documents of one table by their id, in the order in which they were made. */
export interface Documents<T> {
  list(): T[];
  find(id: string): T | undefined;
  save(document: T): void;
  remove(id: string): void;
  clear(): void;
  /** Gives a document its place in the order. */
  place(id: string, position: number): void;
}

/** The documents of a table with the columns id, position and document. `what` is one of them in words. */
export function createDocuments<T extends { readonly id: string }>(
  database: BetterSqlite3.Database,
  table: 'connections' | 'destinations',
  schema: z.ZodType<T>,
  what: string,
): Documents<T> {
  const all = database.prepare<[], { document: string }>(
    `SELECT document FROM ${table} ORDER BY position, id`,
  );
  const byId = database.prepare<[string], { document: string }>(`SELECT document FROM ${table} WHERE id = ?`);
  const put = database.prepare<{ id: string; document: string }>(
    `INSERT INTO ${table} (id, position, document)
     VALUES (@id, (SELECT coalesce(max(position), 0) + 1 FROM ${table}), @document)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  const drop = database.prepare<[string]>(`DELETE FROM ${table} WHERE id = ?`);
  const dropAll = database.prepare(`DELETE FROM ${table}`);
  const move = database.prepare<[number, string]>(`UPDATE ${table} SET position = ? WHERE id = ?`);
  const read = (row: { document: string }): T => readDocument(schema, row.document, what);
  return {
    list: () => all.all().map(read),
    find(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : read(row);
    },
    save(document) {
      put.run({ id: document.id, document: JSON.stringify(document) });
    },
    remove(id) {
      drop.run(id);
    },
    clear() {
      dropAll.run();
    },
    place(id, position) {
      move.run(position, id);
    },
  };
}
