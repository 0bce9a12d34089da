import { setImmediate } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { TableMetadata } from '../domain/catalog.ts';
import { type CatalogChange, compareTables } from '../domain/catalog-change.ts';

/** Tables compared in one go, so that the engine answers other calls in between. */
const TABLES_PER_PIECE = 100;
/** The most changes that are kept of one comparison: beyond it, nobody reads them one by one. */
const MOST_CHANGES = 5_000;

interface PathRow {
  catalog: string;
  schema: string;
  name: string;
  column_count: number;
}

/** Compares the readings `before` and `after` of a connection, by their keys. */
export type CompareReadings = (before: number, after: number) => Promise<CatalogChange[]>;

/**
 * Makes the comparison of two readings that are both in the file. Only tables whose columns differ are parsed. On the way, counts and sizes
 * that were asked for by hand and are not in the new reading are taken over, with the instant they are of.
 */
export function createComparison(database: BetterSqlite3.Database): CompareReadings {
  const onlyIn = database.prepare<[number, number, number], PathRow>(
    `SELECT catalog, schema, name, column_count FROM tables AS one WHERE reading = ? AND NOT EXISTS (
       SELECT 1 FROM tables AS other WHERE other.reading = ?
       AND other.catalog = one.catalog AND other.schema = one.schema AND other.name = one.name
     ) ORDER BY catalog, schema, name LIMIT ?`,
  );
  const lastKey = database.prepare<[number, number], { key: number | null }>(
    `SELECT max(key) AS key FROM (SELECT key FROM tables WHERE reading = ? AND key > ? ORDER BY key LIMIT ${TABLES_PER_PIECE})`,
  );
  const pairs = database.prepare<
    [number, number, number, number],
    { key: number; is: string; was: string; differs: number }
  >(
    `SELECT one.key, one.document AS "is", other.document AS was,
       json_extract(one.document, '$.columns') <> json_extract(other.document, '$.columns') AS differs
     FROM tables AS one JOIN tables AS other
       ON other.reading = ? AND other.catalog = one.catalog AND other.schema = one.schema AND other.name = one.name
     WHERE one.reading = ? AND one.key > ? AND one.key <= ? AND (
       differs
       OR (one.row_count IS NULL AND other.row_count IS NOT NULL)
       OR (json_extract(one.document, '$.size') IS NULL AND json_extract(other.document, '$.size') IS NOT NULL)
     )`,
  );
  const keepFacts = database.prepare<[string, number | null, number]>(
    'UPDATE tables SET document = ?, row_count = ? WHERE key = ?',
  );

  return async (before, after) => {
    const changes: CatalogChange[] = onlyIn.all(before, after, MOST_CHANGES).map((row) => ({
      kind: 'table-gone',
      path: toPath(row),
    }));
    let from = 0;
    for (;;) {
      const to = lastKey.get(after, from)?.key ?? null;
      if (to === null) break;
      for (const row of pairs.all(before, after, from, to)) {
        const was = parseTable(row.was);
        const is = parseTable(row.is);
        if (was === undefined || is === undefined) continue;
        if (row.differs === 1) changes.push(...compareTables(was, is));
        const kept = { ...pick(was), ...is };
        keepFacts.run(JSON.stringify(kept), kept.rowCount?.rows ?? null, row.key);
      }
      from = to;
      await setImmediate();
    }
    const room = Math.max(0, MOST_CHANGES - changes.length);
    const fresh = onlyIn.all(after, before, room).map((row): CatalogChange => {
      return { kind: 'table-new', path: toPath(row), columns: row.column_count };
    });
    return [...changes.slice(0, MOST_CHANGES), ...fresh];
  };
}

/** A table, or undefined for a document of an older version that this one does not read: it is replaced by this very reading. */
function parseTable(json: string): TableMetadata | undefined {
  return TableMetadata.safeParse(JSON.parse(json)).data;
}

function pick({ rowCount, size }: TableMetadata): Pick<TableMetadata, 'rowCount' | 'size'> {
  return { ...(rowCount === undefined ? {} : { rowCount }), ...(size === undefined ? {} : { size }) };
}

function toPath({ catalog, schema, name }: PathRow): { catalog: string; schema: string; table: string } {
  return { catalog, schema, table: name };
}
