import { setImmediate } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import type { CatalogChange } from '../domain/catalog-change.ts';
import { SchemaGap, TableMetadata, type TableSummary } from '../domain/catalog.ts';
import type { KeepChanges } from './catalog-changes.ts';
import { createComparison } from './catalog-comparison.ts';
import { readDocument } from './document.ts';
import { cutPhrases, findHolder, matchPhrase, nameHolds, searchableName } from './search-text.ts';
import type { Store } from './store.ts';

/** Columns written in one go: about 20 ms, so that the engine answers other calls in between. */
const COLUMNS_PER_PIECE = 1_000;
/** Tables forgotten in one go: FTS5 merges what deletions leave, which makes them dearer than insertions. */
const TABLES_PER_PIECE = 25;

type CatalogPart = Pick<
  Store,
  | 'replaceTables'
  | 'saveTable'
  | 'findTable'
  | 'listSchemas'
  | 'listTables'
  | 'searchTables'
  | 'listGaps'
  | 'catalogAsOf'
>;

/** A reading that is written whole. */
interface FinishedReading {
  readonly key: number;
  readonly asOf: string;
  readonly gaps: readonly SchemaGap[];
}

interface TableRow {
  key: number;
  catalog: string;
  schema: string;
  name: string;
  kind: 'table' | 'view';
  column_names: string;
  column_count: number;
  row_count: number | null;
}

const SUMMARY = ['key', 'catalog', 'schema', 'name', 'kind', 'column_names', 'column_count', 'row_count']
  .map((column) => `tables.${column}`)
  .join(', ');

const ColumnNames = z.array(z.string());

/** The metadata of all connections: tables by path, and the search over their names, columns and comments. */
export function createCatalogTables(database: BetterSqlite3.Database, keepChanges: KeepChanges): CatalogPart {
  const compareReadings = createComparison(database);
  const currentReading = database.prepare<[string], { key: number; as_of: string; gaps: string }>(
    'SELECT key, as_of, gaps FROM readings WHERE connection_id = ? AND is_current = 1',
  );
  const addReading = database.prepare<[string]>('INSERT INTO readings (connection_id) VALUES (?)');
  const dropReading = database.prepare<[number]>('DELETE FROM readings WHERE key = ?');
  const dropSomeTables = database.prepare<[number]>(
    `DELETE FROM tables WHERE key IN (SELECT key FROM tables WHERE reading = ? LIMIT ${TABLES_PER_PIECE})`,
  );
  const unsetCurrent = database.prepare<[string]>(
    'UPDATE readings SET is_current = 0 WHERE connection_id = ? AND is_current = 1',
  );
  const setCurrent = database.prepare<[string, string, number]>(
    'UPDATE readings SET is_current = 1, as_of = ?, gaps = ? WHERE key = ?',
  );
  const findByPath = database.prepare<[number, string, string, string], { key: number; document: string }>(
    'SELECT key, document FROM tables WHERE reading = ? AND catalog = ? AND schema = ? AND name = ?',
  );
  const dropTable = database.prepare<[number]>('DELETE FROM tables WHERE key = ?');
  const addTable = database.prepare<
    [number, string, string, string, string, string, number, number | null, string]
  >(
    `INSERT INTO tables (reading, catalog, schema, name, kind, column_names, column_count, row_count, document)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addWords = database.prepare<[number | bigint, string, string, string, string, string]>(
    'INSERT INTO table_search (rowid, reading, path, name, columns, comments) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const countSchemas = database.prepare<[number], { catalog: string; schema: string; tables: number }>(
    'SELECT catalog, schema, count(*) AS tables FROM tables WHERE reading = ? GROUP BY catalog, schema ORDER BY catalog, schema',
  );
  const pageTables = database.prepare<[number, string, string, string, number], TableRow>(
    `SELECT ${SUMMARY} FROM tables WHERE reading = ? AND catalog = ? AND schema = ? AND name > ? ORDER BY name LIMIT ?`,
  );
  const matchTables = database.prepare<[string, number], TableRow>(
    `SELECT ${SUMMARY} FROM table_search JOIN tables ON tables.key = table_search.rowid WHERE table_search MATCH ? LIMIT ?`,
  );

  const putTable = (reading: number, table: TableMetadata): void => {
    const { catalog, schema, table: name } = table.path;
    const existing = findByPath.get(reading, catalog, schema, name);
    if (existing !== undefined) dropTable.run(existing.key);
    const names = table.columns.map((column) => column.name);
    const rows = table.rowCount?.rows ?? null;
    const document = JSON.stringify(table);
    const { lastInsertRowid } = addTable.run(
      reading,
      catalog,
      schema,
      name,
      table.kind,
      JSON.stringify(names),
      names.length,
      rows,
      document,
    );
    const comments = [table.comment, ...table.columns.map((column) => column.comment)];
    addWords.run(
      lastInsertRowid,
      readingWord(reading),
      `${catalog} ${schema} ${name}`,
      searchableName(name),
      names.map(searchableName).join('\n'),
      comments.filter((comment) => comment !== undefined).join('\n'),
    );
  };
  const putPiece = database.transaction((reading: number, piece: readonly TableMetadata[]) => {
    for (const table of piece) putTable(reading, table);
  });
  const makeCurrent = database.transaction(
    (connectionId: string, reading: FinishedReading, changes: readonly CatalogChange[]) => {
      unsetCurrent.run(connectionId);
      setCurrent.run(reading.asOf, JSON.stringify(reading.gaps), reading.key);
      keepChanges(connectionId, changes, reading.asOf);
    },
  );
  const forget = async (reading: number): Promise<void> => {
    while (dropSomeTables.run(reading).changes > 0) await setImmediate();
    dropReading.run(reading);
  };

  return {
    async replaceTables(connectionId, tables, asOf, gaps = []) {
      const reading = Number(addReading.run(connectionId).lastInsertRowid);
      const totals = { tables: 0, columns: 0, changes: 0 };
      let previous: number | undefined;
      try {
        for await (const piece of cutPieces(tables)) {
          putPiece(reading, piece);
          totals.tables += piece.length;
          totals.columns += piece.reduce((sum, table) => sum + table.columns.length, 0);
          await setImmediate();
        }
        previous = currentReading.get(connectionId)?.key;
        const changes = previous === undefined ? [] : await compareReadings(previous, reading);
        makeCurrent(connectionId, { key: reading, asOf, gaps }, changes);
        totals.changes = changes.length;
      } catch (error) {
        await forget(reading);
        throw error;
      }
      if (previous !== undefined) await forget(previous);
      return totals;
    },
    saveTable(connectionId, table) {
      const reading = currentReading.get(connectionId);
      if (reading !== undefined) putPiece(reading.key, [table]);
    },
    findTable(connectionId, path) {
      const reading = currentReading.get(connectionId);
      if (reading === undefined) return undefined;
      const row = findByPath.get(reading.key, path.catalog, path.schema, path.table);
      return row === undefined ? undefined : readDocument(TableMetadata, row.document, 'table metadata');
    },
    listSchemas(connectionId) {
      const reading = currentReading.get(connectionId);
      return reading === undefined ? [] : countSchemas.all(reading.key);
    },
    listTables(connectionId, page) {
      const reading = currentReading.get(connectionId);
      if (reading === undefined) return [];
      return pageTables
        .all(reading.key, page.catalog, page.schema, page.after ?? '', page.limit)
        .map((row) => summarize(row));
    },
    searchTables(connectionId, text, limit) {
      const reading = currentReading.get(connectionId);
      const phrases = cutPhrases(text);
      if (reading === undefined || phrases.length === 0) return [];
      // Ranking 37k hits by bm25 takes 23 ms; three unranked questions, the closest first, take well under one.
      const all = phrases.map(matchPhrase).join(' AND ');
      const questions = [`name : ^ ${matchPhrase(phrases.flat())}`, `{name path} : (${all})`, `(${all})`];
      const found = new Map<number, TableSummary>();
      for (const question of questions) {
        if (found.size >= limit) break;
        const rows = matchTables.all(
          `reading : ${readingWord(reading.key)} AND ${question}`,
          limit + found.size,
        );
        for (const row of rows) {
          if (found.size < limit && !found.has(row.key)) found.set(row.key, summarize(row, phrases));
        }
      }
      return [...found.values()];
    },
    listGaps(connectionId) {
      const reading = currentReading.get(connectionId);
      return reading === undefined ? [] : readDocument(z.array(SchemaGap), reading.gaps, 'list of schemas');
    },
    catalogAsOf(connectionId) {
      return currentReading.get(connectionId)?.as_of;
    },
  };
}

/** Readings that a crash left half-written; called before anything else uses the file. */
export function dropUnfinishedReadings(database: BetterSqlite3.Database): void {
  database.prepare('DELETE FROM readings WHERE is_current = 0').run();
}

/** The word that every entry of a reading carries, so that a search never walks another connection's tables. */
function readingWord(reading: number): string {
  return `reading${reading}`;
}

async function* cutPieces(
  tables: AsyncIterable<TableMetadata> | Iterable<TableMetadata>,
): AsyncGenerator<TableMetadata[]> {
  let piece: TableMetadata[] = [];
  let columns = 0;
  for await (const table of tables) {
    piece.push(table);
    columns += table.columns.length;
    if (columns < COLUMNS_PER_PIECE) continue;
    yield piece;
    piece = [];
    columns = 0;
  }
  if (piece.length > 0) yield piece;
}

function summarize(row: TableRow, phrases: readonly (readonly string[])[] = []): TableSummary {
  const missing = phrases.filter((phrase) => !nameHolds(`${row.catalog} ${row.schema} ${row.name}`, phrase));
  const names = missing.length === 0 ? [] : readDocument(ColumnNames, row.column_names, 'column names');
  const matchedColumn = findHolder(names, missing);
  return {
    path: { catalog: row.catalog, schema: row.schema, table: row.name },
    kind: row.kind,
    columns: row.column_count,
    ...(row.row_count === null ? {} : { rows: row.row_count }),
    ...(matchedColumn === undefined ? {} : { matchedColumn }),
  };
}
