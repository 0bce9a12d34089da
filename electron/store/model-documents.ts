import type BetterSqlite3 from 'better-sqlite3';
import type { z } from 'zod';
import { readDocument } from './document.ts';

/** Documents that belong to a model, by their id, in the order in which they were made; they go with the model. */
export interface ModelDocuments<T> {
  list(connectionId: string): T[];
  find(connectionId: string, id: string): T | undefined;
  save(connectionId: string, document: T): void;
  remove(connectionId: string, id: string): void;
}

/** The documents of a table with the columns connection_id, id, position and document. `what` is one of them in words. */
export function createModelDocuments<T extends { readonly id: string }>(
  database: BetterSqlite3.Database,
  table: 'activations' | 'journeys',
  schema: z.ZodType<T>,
  what: string,
): ModelDocuments<T> {
  const ofModel = database.prepare<[string], { document: string }>(
    `SELECT document FROM ${table} WHERE connection_id = ? ORDER BY position, id`,
  );
  const byId = database.prepare<[string, string], { document: string }>(
    `SELECT document FROM ${table} WHERE connection_id = ? AND id = ?`,
  );
  const put = database.prepare<{ connectionId: string; id: string; document: string }>(
    `INSERT INTO ${table} (connection_id, id, position, document)
     VALUES (@connectionId, @id, (SELECT coalesce(max(position), 0) + 1 FROM ${table}), @document)
     ON CONFLICT (connection_id, id) DO UPDATE SET document = excluded.document`,
  );
  const drop = database.prepare<[string, string]>(`DELETE FROM ${table} WHERE connection_id = ? AND id = ?`);
  const read = (row: { document: string }): T => readDocument(schema, row.document, what);
  return {
    list: (connectionId) => ofModel.all(connectionId).map(read),
    find(connectionId, id) {
      const row = byId.get(connectionId, id);
      return row === undefined ? undefined : read(row);
    },
    save(connectionId, document) {
      put.run({ connectionId, id: document.id, document: JSON.stringify(document) });
    },
    remove(connectionId, id) {
      drop.run(connectionId, id);
    },
  };
}
