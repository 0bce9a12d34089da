import type BetterSqlite3 from 'better-sqlite3';
import { CatalogChange } from '../domain/catalog-change.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type ChangesPart = Pick<Store, 'listChanges' | 'markBreaking' | 'dropChanges'>;

/** Keeps the changes that a reading found, over those of readings before. */
export type KeepChanges = (connectionId: string, changes: readonly CatalogChange[], foundAt: string) => void;

/** The changes between readings: each once, the latest of its kind for a table or column. */
export function createCatalogChanges(
  database: BetterSqlite3.Database,
): ChangesPart & { readonly keepChanges: KeepChanges } {
  const list = database.prepare<[string], { key: number; document: string; found_at: string; broke: number }>(
    'SELECT key, document, found_at, broke FROM catalog_changes WHERE connection_id = ? ORDER BY found_at DESC, key',
  );
  const put = database.prepare<[string, string, string, string]>(
    'INSERT OR REPLACE INTO catalog_changes (connection_id, subject, document, found_at) VALUES (?, ?, ?, ?)',
  );
  const dropNew = database.prepare<[string]>(
    `DELETE FROM catalog_changes WHERE connection_id = ? AND json_extract(document, '$.kind') IN ('table-new', 'column-new')`,
  );
  const mark = database.prepare<[string, number]>(
    'UPDATE catalog_changes SET broke = 1 WHERE connection_id = ? AND key = ?',
  );
  const drop = database.prepare<[string, number]>(
    'DELETE FROM catalog_changes WHERE connection_id = ? AND key = ?',
  );
  const keep = database.transaction<KeepChanges>((connectionId, changes, foundAt) => {
    dropNew.run(connectionId);
    for (const change of changes) {
      put.run(connectionId, subjectOf(change), JSON.stringify(change), foundAt);
    }
  });
  return {
    keepChanges: keep,
    listChanges: (connectionId) =>
      list.all(connectionId).map((row) => ({
        id: row.key,
        foundAt: row.found_at,
        change: readDocument(CatalogChange, row.document, 'change of the catalog'),
        broke: row.broke === 1,
      })),
    markBreaking: database.transaction((connectionId: string, ids: readonly number[]) => {
      for (const id of ids) mark.run(connectionId, id);
    }),
    dropChanges: database.transaction((connectionId: string, ids: readonly number[]) => {
      for (const id of ids) drop.run(connectionId, id);
    }),
  };
}

/** What a change is about: a later change of the same replaces it. */
function subjectOf(change: CatalogChange): string {
  const { catalog, schema, table } = change.path;
  return JSON.stringify([catalog, schema, table, ...('column' in change ? [change.column] : [])]);
}
