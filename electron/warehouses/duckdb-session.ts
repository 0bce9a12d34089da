import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { AppError } from '../domain/app-error.ts';
import type { ColumnMetadata, RowCount, TableMetadata } from '../domain/catalog.ts';
import type { FileFormat } from '../domain/run.ts';
import { formatTablePath, type TablePath } from '../domain/table-path.ts';
import type { TestStep } from '../domain/test-step.ts';
import type { CompiledQuery } from '../sql/compiled-query.ts';
import { quoteTable } from '../sql/printer.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { discoverTables, readTableColumns } from './duckdb-discovery.ts';
import { mapDuckdbError, tableMissing } from './duckdb-error.ts';
import { exportByCopy } from './duckdb-export.ts';
import { openLockedInstance } from './duckdb-instance.ts';
import { DuckdbPool } from './duckdb-pool.ts';
import { type DuckdbApi, readDuckdbValue, toDuckdbParameters } from './duckdb-value.ts';
import type { ActOptions, ExportResult, OpenWarehouse, QueryResult, ResultValue } from './warehouse.ts';
import { MOST_ROWS, countByQuery, tooManyRows } from './session-acts.ts';

/** Statements that run at the same time. The driver holds one of Node's four worker threads for each. */
const CONNECTIONS = 3;
const PROGRESS_EVERY_MS = 150;

/** What a session reads: a database file or a folder of data files. */
export interface DuckdbSource {
  /** Where it comes from, for the steps of a test: `the file retail.duckdb`. */
  readonly label: string;
  /** The engine's names of its catalogs. */
  readonly catalogs: readonly string[];
  /** Folders whose files the statements read. */
  readonly folders: readonly string[];
  /** Opens the catalogs in a fresh engine; of a folder only the tables that `statement` mentions, where it is given. */
  attach(connection: DuckDBConnection, statement?: string): Promise<void>;
  /** Looks anew at files that came, went or changed. */
  refresh?(connection: DuckDBConnection): Promise<void>;
  /** The rows of a table that is a file, where its own metadata tells them. */
  fileRows?(schema: string, table: string): number | undefined;
  /** What a test says beside the number of tables. */
  notes?(): readonly string[];
}

/** An open DuckDB engine over one source, read-only and locked: the one implementation behind the sample, database files and folders. */
export class DuckdbSession implements OpenWarehouse {
  readonly #api: DuckdbApi;
  readonly #instance: DuckDBInstance;
  readonly #pool: DuckdbPool;
  readonly #source: DuckdbSource;
  readonly #spillFolder: string;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  private constructor(
    api: DuckdbApi,
    opened: { instance: DuckDBInstance; connections: readonly DuckDBConnection[] },
    source: DuckdbSource,
    spillFolder: string,
  ) {
    this.#api = api;
    this.#instance = opened.instance;
    this.#pool = new DuckdbPool(opened.connections);
    this.#source = source;
    this.#spillFolder = spillFolder;
  }

  /** Opens an engine over a source. @throws AppError FILE_INVALID where the source cannot be read. */
  static async open(source: DuckdbSource, home: string): Promise<DuckdbSession> {
    const api = await import('@duckdb/node-api');
    const spillFolder = join(home, 'spill');
    try {
      const opened = await openLockedInstance(api, {
        spillFolder,
        folders: source.folders,
        connections: CONNECTIONS,
        attach: (connection) => source.attach(connection),
      });
      return new DuckdbSession(api, opened, source, spillFolder);
    } catch (error) {
      throw mapDuckdbError(error);
    }
  }

  async test(onStep: (step: TestStep) => void, options: ActOptions = {}): Promise<void> {
    const open = { id: 'open', label: `Open ${this.#source.label}` };
    onStep({ ...open, status: 'running' });
    onStep({ ...open, status: 'passed' });
    const list = { id: 'list', label: 'List tables' };
    onStep({ ...list, status: 'running' });
    let first: TablePath | undefined;
    let tables = 0;
    for await (const table of this.discover(options)) {
      first ??= table.path;
      tables += 1;
    }
    if (first === undefined) {
      throw new AppError({
        code: 'FILE_INVALID',
        message: `There are no tables in ${this.#source.label}.`,
        help: 'Choose a DuckDB database with tables, or a folder with Parquet, CSV or JSON Lines files.',
        retry: 'after-fix',
      });
    }
    const detail = [`${tables} ${tables === 1 ? 'table' : 'tables'}`, ...(this.#source.notes?.() ?? [])].join(
      '; ',
    );
    onStep({ ...list, status: 'passed', detail });
    const read = { id: 'read', label: `Read ${formatTablePath(first)}` };
    onStep({ ...read, status: 'running' });
    await this.query(
      { text: `SELECT 1 FROM ${quoteTable(first, duckdbDialect)} LIMIT 1`, values: {}, columns: [] },
      options,
    );
    onStep({ ...read, status: 'passed' });
  }

  async *discover(options: ActOptions = {}): AsyncGenerator<TableMetadata> {
    // The metadata is small and read at once, so that a slow reader holds no connection.
    const tables = await this.#run(options.signal, async (connection) => {
      await this.#source.refresh?.(connection);
      const found: TableMetadata[] = [];
      const rows = (schema: string, table: string): number | undefined =>
        this.#source.fileRows?.(schema, table);
      for await (const table of discoverTables(connection, this.#source.catalogs, rows, options))
        found.push(table);
      return found;
    });
    yield* tables;
  }

  async describeTable(path: TablePath, options: ActOptions = {}): Promise<readonly ColumnMetadata[]> {
    const columns = await this.#run(options.signal, async (connection) => {
      await this.#source.refresh?.(connection);
      return readTableColumns(connection, path);
    });
    if (columns.length === 0) throw tableMissing(formatTablePath(path));
    return columns;
  }

  countRows(path: TablePath, options: ActOptions = {}): Promise<RowCount> {
    return countByQuery(this, path, duckdbDialect, options);
  }

  async query(
    query: CompiledQuery,
    options: ActOptions & { readonly maxRows?: number } = {},
  ): Promise<QueryResult> {
    const maxRows = options.maxRows ?? MOST_ROWS;
    const { values, types } = toDuckdbParameters(this.#api, query.values);
    const rows = await this.#run(options.signal, async (connection) => {
      const timer = setInterval(() => {
        const { percentage } = connection.progress;
        if (percentage >= 0) options.onProgress?.({ text: 'Running the query', fraction: percentage / 100 });
      }, PROGRESS_EVERY_MS);
      try {
        const result = await connection.stream(query.text, values, types);
        const read: ResultValue[][] = [];
        for (;;) {
          const chunk = await result.fetchChunk();
          if (chunk === null || chunk.rowCount === 0) return read;
          if (read.length + chunk.rowCount > maxRows) throw tooManyRows(maxRows);
          for (const row of chunk.getRows()) read.push(this.#readRow(row));
        }
      } finally {
        clearInterval(timer);
      }
    });
    return { rows };
  }

  async exportFile(
    query: CompiledQuery,
    path: string,
    format: FileFormat,
    options: ActOptions = {},
  ): Promise<ExportResult> {
    const source = {
      api: this.#api,
      spillFolder: this.#spillFolder,
      folders: this.#source.folders,
      attach: (connection: DuckDBConnection, statement: string) => this.#source.attach(connection, statement),
    };
    return this.#track(options.signal, (signal) =>
      exportByCopy(source, query, path, format, { ...options, signal }),
    );
  }

  /** Cancels what runs, waits until it has stopped, then closes the engine. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    this.#pool.close();
    this.#instance.closeSync();
  }

  #readRow(row: readonly DuckDBValue[]): ResultValue[] {
    return row.map((value) => readDuckdbValue(this.#api, value));
  }

  async #run<T>(
    signal: AbortSignal | undefined,
    act: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#track(signal, (either) => this.#pool.use(either, act));
    } catch (error) {
      throw mapDuckdbError(error);
    }
  }

  async #track<T>(signal: AbortSignal | undefined, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const closing = this.#closing.signal;
    const running = act(signal === undefined ? closing : AbortSignal.any([signal, closing]));
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}
