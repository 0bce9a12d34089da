import type { DBSQLClient } from '@databricks/sql';
import { AppError, throwIfCancelled } from '../domain/app-error.ts';
import type { ColumnMetadata, RowCount, TableMetadata, TableSize } from '../domain/catalog.ts';
import type { FileFormat } from '../domain/run.ts';
import { formatTablePath, type TablePath } from '../domain/table-path.ts';
import type { CompiledQuery } from '../sql/compiled-query.ts';
import { databricksDialect } from './databricks-dialect.ts';
import {
  discoverTables,
  listCatalogs,
  type MetadataReader,
  readTableColumns,
} from './databricks-discovery.ts';
import { mapDatabricksError } from './databricks-error.ts';
import { createPermissionReader } from './databricks-permissions.ts';
import { readTableSize } from './databricks-size.ts';
import { openTls, resolveHost } from './databricks-reach.ts';
import type { DatabricksAddress } from './databricks-settings.ts';
import { type DatabricksApi, readDatabricksRow, toNamedParameters } from './databricks-value.ts';
import { endOperation, type Operation, waitWithin } from './databricks-wait.ts';
import { formatCsvRow, formatJsonRow, writeRows } from './row-writer.ts';
import type {
  ActOptions,
  DiscoverOptions,
  ExportResult,
  OpenWarehouse,
  QueryResult,
  ResultValue,
  TestStep,
} from './warehouse.ts';
import { MOST_ROWS, countByQuery, tooManyRows } from './session-acts.ts';

type Session = Awaited<ReturnType<DBSQLClient['openSession']>>;

/** A stopped warehouse starts when a session opens; a classic one takes up to five minutes. */
const SESSION_WITHIN_MS = 6 * 60_000;
/** SQL warehouses ignore the driver's queryTimeout, so the client keeps the time. */
const STATEMENT_WITHIN_MS = 30 * 60_000;
/** A dead connection never answers a close. */
const CLOSE_WITHIN_MS = 2_000;
const CHUNK_ROWS = 10_000;

/** A connection to a Databricks SQL warehouse. Nothing is sent before the first act. */
export class DatabricksSession implements OpenWarehouse {
  readonly permissions = createPermissionReader((query, options) => this.query(query, options));
  readonly #address: DatabricksAddress;
  #opened: Promise<{ api: DatabricksApi; client: DBSQLClient; session: Session }> | undefined;

  constructor(address: DatabricksAddress) {
    this.#address = address;
  }

  async test(onStep: (step: TestStep) => void, options: ActOptions = {}): Promise<void> {
    const step = async (id: string, label: string, act: () => Promise<string | undefined>): Promise<void> => {
      throwIfCancelled(options.signal);
      onStep({ id, label, status: 'running' });
      const detail = await act();
      onStep({ id, label, status: 'passed', ...(detail === undefined ? {} : { detail }) });
    };
    const { host } = this.#address;
    await step('resolve', `Find ${host}`, () => resolveHost(this.#address));
    await step('tls', 'Open an encrypted connection', async () => {
      await openTls(this.#address, options.signal);
      return undefined;
    });
    await step('session', 'Sign in to the SQL warehouse', async () => {
      await waitWithin(this.#open(), SESSION_WITHIN_MS, options.signal);
      return undefined;
    });
    await step('catalogs', 'List catalogs', async () => {
      const catalogs = await this.#guard(listCatalogs(this.#reader(options.signal), this.#address.catalog));
      return `${catalogs.length} ${catalogs.length === 1 ? 'catalog' : 'catalogs'}`;
    });
    await step('query', 'Run a query', async () => {
      await this.query({ text: 'SELECT 1 AS one', values: {}, columns: [] }, options);
      return undefined;
    });
  }

  async *discover(options: DiscoverOptions = {}): AsyncGenerator<TableMetadata> {
    throwIfCancelled(options.signal);
    try {
      yield* discoverTables(this.#reader(options.signal), this.#address.catalog, options);
    } catch (error) {
      throw await mapDatabricksError(error, this.#address.host);
    }
  }

  async describeTable(path: TablePath, options: ActOptions = {}): Promise<readonly ColumnMetadata[]> {
    const columns = await this.#guard(readTableColumns(this.#reader(options.signal), path));
    if (columns.length > 0) return columns;
    throw new AppError({
      code: 'TABLE_MISSING',
      message: `The table “${formatTablePath(path)}” does not exist, or the account may not see it.`,
      help: 'Refresh the catalog, or grant SELECT on the table to the account.',
      retry: 'after-fix',
    });
  }

  readSize(path: TablePath, options: ActOptions = {}): Promise<TableSize> {
    return readTableSize((query, passed) => this.query(query, passed), path, options);
  }

  countRows(path: TablePath, options: ActOptions = {}): Promise<RowCount> {
    return countByQuery(this, path, databricksDialect, options);
  }

  async query(
    query: CompiledQuery,
    options: ActOptions & { readonly maxRows?: number } = {},
  ): Promise<QueryResult> {
    const maxRows = options.maxRows ?? MOST_ROWS;
    const rows: ResultValue[][] = [];
    const statement: { id?: string } = {};
    for await (const chunk of this.#stream(query, options, statement)) {
      if (rows.length + chunk.length > maxRows) throw tooManyRows(maxRows);
      rows.push(...chunk);
    }
    return { rows, ...(statement.id === undefined ? {} : { statementId: statement.id }) };
  }

  async exportFile(
    query: CompiledQuery,
    path: string,
    format: FileFormat,
    options: ActOptions = {},
  ): Promise<ExportResult> {
    if (format === 'parquet') {
      throw new AppError({
        code: 'SETTINGS_INVALID',
        message: 'Parquet export from Databricks is not available yet.',
        help: 'Choose CSV or JSON Lines.',
        retry: 'after-fix',
        where: 'format',
      });
    }
    const statement: { id?: string } = {};
    const lines = this.#lines(query, format, options, statement);
    const header = format === 'csv' ? formatCsvRow(query.columns.map((column) => column.name)) : '';
    const written = await writeRows(path, header, lines);
    return { ...written, ...(statement.id === undefined ? {} : { statementId: statement.id }) };
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    const closing = opened.then(async ({ client, session }) => {
      await session.close();
      await client.close();
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    });
    // Whether the server still answers does not matter any more.
    await Promise.race([closing.catch(() => undefined), late]);
    clearTimeout(timer);
  }

  async *#lines(
    query: CompiledQuery,
    format: 'csv' | 'jsonl',
    options: ActOptions,
    statement: { id?: string },
  ): AsyncGenerator<string[]> {
    let rows = 0;
    for await (const chunk of this.#stream(query, options, statement)) {
      rows += chunk.length;
      options.onProgress?.({ text: 'Writing the file', rows });
      yield chunk.map((row) => (format === 'csv' ? formatCsvRow(row) : formatJsonRow(query.columns, row)));
    }
  }

  async *#stream(
    query: CompiledQuery,
    { signal, onProgress }: ActOptions,
    statement: { id?: string },
  ): AsyncGenerator<ResultValue[][]> {
    throwIfCancelled(signal);
    let operation: Operation | undefined;
    let isDone = false;
    try {
      const { api, session } = await waitWithin(this.#open(), SESSION_WITHIN_MS, signal);
      onProgress?.({ text: 'Running the query' });
      // With direct results a long statement could not be cancelled before they arrive; `maxRows: null` turns them off.
      const submitted = session.executeStatement(query.text, {
        namedParameters: toNamedParameters(api, query.values),
        maxRows: null,
      });
      submitted.then(
        (late) => signal?.aborted === true && endOperation(late, false),
        () => undefined,
      );
      operation = await waitWithin(submitted, STATEMENT_WITHIN_MS, signal);
      statement.id = operation.id;
      await waitWithin(operation.finished(), STATEMENT_WITHIN_MS, signal);
      let hasMore = true;
      while (hasMore) {
        const chunk = await waitWithin(
          operation.fetchChunk({ maxRows: CHUNK_ROWS }),
          STATEMENT_WITHIN_MS,
          signal,
        );
        yield chunk.map((row) => readDatabricksRow(row, query.columns));
        hasMore = await operation.hasMoreRows();
      }
      isDone = true;
    } catch (error) {
      throw await mapDatabricksError(error, this.#address.host, statement.id);
    } finally {
      if (operation !== undefined) endOperation(operation, isDone);
    }
  }

  #open(): Promise<{ api: DatabricksApi; client: DBSQLClient; session: Session }> {
    this.#opened ??= this.#connect().catch((error: unknown) => {
      // The next act tries anew: a warehouse that was starting may be up by then.
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #connect(): Promise<{ api: DatabricksApi; client: DBSQLClient; session: Session }> {
    const { host, port, path, token } = this.#address;
    try {
      const api = await import('@databricks/sql');
      // The driver's own logger writes to the terminal.
      const client = new api.DBSQLClient({ logger: { log: () => undefined } });
      await client.connect({
        host,
        port,
        path,
        token,
        userAgentEntry: 'Slipway',
        telemetryEnabled: false,
        preserveBigNumericPrecision: true,
      });
      const session = await client.openSession();
      const zone = await session.executeStatement(`SET TIME ZONE 'UTC'`);
      await zone.finished();
      endOperation(zone, true);
      return { api, client, session };
    } catch (error) {
      throw await mapDatabricksError(error, host);
    }
  }

  #reader(signal: AbortSignal | undefined): MetadataReader {
    const start = async (ask: (session: Session) => Promise<Operation>): Promise<Operation> => {
      const { session } = await waitWithin(this.#open(), SESSION_WITHIN_MS, signal);
      return waitWithin(ask(session), STATEMENT_WITHIN_MS, signal);
    };
    const read = async (ask: (session: Session) => Promise<Operation>): Promise<object[]> => {
      const operation = await start(ask);
      try {
        return await waitWithin(operation.fetchAll(), STATEMENT_WITHIN_MS, signal);
      } finally {
        endOperation(operation, true);
      }
    };
    return {
      catalogs: () => read((session) => session.getCatalogs()),
      schemas: (catalogName) => read((session) => session.getSchemas({ catalogName })),
      tables: (catalogName, schemaName) => read((session) => session.getTables({ catalogName, schemaName })),
      columns: async function* (catalogName, schemaName, tableName) {
        const operation = await start((session) =>
          session.getColumns({ catalogName, schemaName, ...(tableName === undefined ? {} : { tableName }) }),
        );
        let isDone = false;
        try {
          // In chunks: the columns of a schema with ten thousand tables do not fit in memory at once.
          do {
            yield await waitWithin(
              operation.fetchChunk({ maxRows: CHUNK_ROWS }),
              STATEMENT_WITHIN_MS,
              signal,
            );
          } while (await operation.hasMoreRows());
          isDone = true;
        } finally {
          endOperation(operation, isDone);
        }
      },
      mapError: (error) => mapDatabricksError(error, this.#address.host),
    };
  }

  async #guard<T>(act: Promise<T>): Promise<T> {
    try {
      return await act;
    } catch (error) {
      throw await mapDatabricksError(error, this.#address.host);
    }
  }
}
