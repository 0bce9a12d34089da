import { throwIfCancelled } from '../domain/app-error.ts';
import type { FoundChange } from '../domain/catalog-change.ts';
import type { RowCount, SchemaGap, TableMetadata, TableSize, TableSummary } from '../domain/catalog.ts';
import { type TablePath, formatTablePath } from '../domain/table-path.ts';
import type { TablePage } from '../store/store.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import { createCatalogDrift } from './catalog-drift.ts';
import type { ServiceContext } from './context.ts';
import { notFound, requireConnection, requireKind } from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import type { WarehouseSessions } from './warehouse-sessions.ts';

/** The schemas that were read, and when. */
export interface SchemaList {
  readonly asOf?: string;
  readonly schemas: { catalog: string; schema: string; tables: number }[];
  /** Catalogs and schemas of which no table could be read. */
  readonly gaps: SchemaGap[];
  /** Whether the size of a table can be asked for. */
  readonly sizes: boolean;
}

/** What a refresh read, and how many changes since the reading before it found. */
export interface RefreshTotals {
  readonly tables: number;
  readonly columns: number;
  readonly changes: number;
}

export type Catalog = ReturnType<typeof createCatalog>;

/** The metadata of a connection's lakehouse: read on demand, kept in the store, never a row of it. */
export function createCatalog(context: ServiceContext, sessions: WarehouseSessions, runner: ModelRunner) {
  const { store, clock, warehouses } = context;
  const drift = createCatalogDrift(store);
  return {
    /** Reads all metadata anew. Cancelled or failed, the old metadata stays. */
    async refresh(connectionId: string, options: ActOptions): Promise<RefreshTotals> {
      requireConnection(store, connectionId);
      const gaps: SchemaGap[] = [];
      const totals = await sessions.use(connectionId, options, (warehouse, passed) => {
        const tables = warehouse.discover({ ...passed, onGap: (gap) => gaps.push(gap) });
        return store.replaceTables(connectionId, reportTables(tables, passed), clock(), gaps);
      });
      drift.mark(connectionId);
      runner.forget(connectionId);
      return totals;
    },

    schemas(connectionId: string): SchemaList {
      const { kind } = requireConnection(store, connectionId);
      const asOf = store.catalogAsOf(connectionId);
      return {
        ...(asOf === undefined ? {} : { asOf }),
        schemas: store.listSchemas(connectionId),
        gaps: store.listGaps(connectionId),
        sizes: requireKind(warehouses, kind).tableSizes === true,
      };
    },

    /** What changed between readings and was neither mended nor dismissed: first what breaks something, at most `limit`. */
    changes(connectionId: string, limit: number): { found: FoundChange[]; total: number } {
      requireConnection(store, connectionId);
      const found = drift.list(connectionId);
      return { found: found.slice(0, limit), total: found.length };
    },

    /** Forgets changes; without ids, all of them. */
    dismissChanges(connectionId: string, ids: readonly number[] | undefined): void {
      requireConnection(store, connectionId);
      store.dropChanges(connectionId, ids ?? store.listChanges(connectionId).map((each) => each.id));
    },

    tables(connectionId: string, page: TablePage): TableSummary[] {
      requireConnection(store, connectionId);
      return store.listTables(connectionId, page);
    },

    search(connectionId: string, text: string, limit: number): TableSummary[] {
      requireConnection(store, connectionId);
      return store.searchTables(connectionId, text, limit);
    },

    /** @throws AppError NOT_FOUND where the catalog that was read has no such table */
    table(connectionId: string, path: TablePath): TableMetadata {
      requireConnection(store, connectionId);
      const table = store.findTable(connectionId, path);
      if (table !== undefined) return table;
      throw notFound(
        `The table ${formatTablePath(path)} is not in the catalog as it was read.`,
        'Refresh the catalog. If it is still missing, check its name and your permissions.',
      );
    },

    /** Counts the rows by a query and keeps the count with the table's metadata. @throws AppError TABLE_MISSING */
    async countRows(connectionId: string, path: TablePath, options: ActOptions): Promise<RowCount> {
      requireConnection(store, connectionId);
      const rowCount = await sessions.use(connectionId, options, (warehouse, passed) =>
        warehouse.countRows(path, passed),
      );
      const table = store.findTable(connectionId, path);
      if (table !== undefined) store.saveTable(connectionId, { ...table, rowCount });
      return rowCount;
    },

    /** Reads the size of a table from its own metadata and keeps it. @throws AppError TABLE_MISSING, NOT_FOUND where sizes are not told */
    async readSize(connectionId: string, path: TablePath, options: ActOptions): Promise<TableSize> {
      requireConnection(store, connectionId);
      const size = await sessions.use(connectionId, options, (warehouse, passed) => {
        if (warehouse.readSize === undefined) throw notFound('This kind of connection tells no sizes.');
        return warehouse.readSize(path, passed);
      });
      const table = store.findTable(connectionId, path);
      if (table !== undefined) store.saveTable(connectionId, { ...table, size });
      return size;
    },
  };
}

async function* reportTables(
  tables: AsyncIterable<TableMetadata>,
  { signal, onProgress }: ActOptions,
): AsyncGenerator<TableMetadata> {
  let count = 0;
  for await (const table of tables) {
    throwIfCancelled(signal);
    count += 1;
    onProgress?.({
      text: `${count} ${count === 1 ? 'table' : 'tables'} read, last ${formatTablePath(table.path)}`,
    });
    yield table;
  }
}
