import { throwIfCancelled } from '../domain/app-error.ts';
import type { RowCount, TableMetadata, TableSummary } from '../domain/catalog.ts';
import { type TablePath, formatTablePath } from '../domain/table-path.ts';
import type { TablePage } from '../store/store.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { notFound, requireConnection } from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import type { WarehouseSessions } from './warehouse-sessions.ts';

/** The schemas that were read, and when. */
export interface SchemaList {
  readonly asOf?: string;
  readonly schemas: { catalog: string; schema: string; tables: number }[];
}

export type Catalog = ReturnType<typeof createCatalog>;

/** The metadata of a connection's lakehouse: read on demand, kept in the store, never a row of it. */
export function createCatalog(context: ServiceContext, sessions: WarehouseSessions, runner: ModelRunner) {
  const { store, clock } = context;
  return {
    /** Reads all metadata anew. Cancelled or failed, the old metadata stays. @returns how much was read */
    async refresh(connectionId: string, options: ActOptions): Promise<{ tables: number; columns: number }> {
      requireConnection(store, connectionId);
      const totals = await sessions.use(connectionId, options, (warehouse, passed) =>
        store.replaceTables(connectionId, reportTables(warehouse.discover(passed), passed), clock()),
      );
      runner.forget(connectionId);
      return totals;
    },

    schemas(connectionId: string): SchemaList {
      requireConnection(store, connectionId);
      const asOf = store.catalogAsOf(connectionId);
      return { ...(asOf === undefined ? {} : { asOf }), schemas: store.listSchemas(connectionId) };
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
