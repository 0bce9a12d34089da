import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import { throwIfCancelled } from '../domain/app-error.ts';
import type { ColumnMetadata, RowCount, TableMetadata } from '../domain/catalog.ts';
import type { FileFormat } from '../domain/run.ts';
import { formatTablePath, type TablePath } from '../domain/table-path.ts';
import type { TestStep } from '../domain/test-step.ts';
import type { CompiledQuery } from '../sql/compiled-query.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { discoverTables, readTableColumns } from './duckdb-discovery.ts';
import { mapDuckdbError, tableMissing } from './duckdb-error.ts';
import { exportByCopy } from './duckdb-export.ts';
import { type LockedInstance, openLockedInstance } from './duckdb-instance.ts';
import { DuckdbPool } from './duckdb-pool.ts';
import {
  type DuckdbDriver,
  endResult,
  loadDriver,
  readAllRows,
  readBlocks,
  withProgress,
} from './duckdb-read.ts';
import type { DuckdbSource } from './duckdb-source.ts';
import { DuckdbStateFile, mentionsState, STATE_SCHEMA, stateFilePaths } from './duckdb-state.ts';
import { testSession } from './duckdb-test.ts';
import { toDuckdbParameters } from './duckdb-value.ts';
import { Handover } from './handover.ts';
import { MOST_ROWS, countByQuery } from './session-acts.ts';
import { assertStateTarget } from './state-target.ts';
import type {
  ActOptions,
  ExportResult,
  OpenWarehouse,
  QueryResult,
  RowBlock,
  StateSchema,
} from './warehouse.ts';

/** Statements that run at the same time. The driver holds one of Node's four worker threads for each. */
const CONNECTIONS = 3;

/** An open DuckDB engine over one source, read-only and locked: the one implementation behind the sample, database files and folders. */
export class DuckdbSession implements OpenWarehouse {
  /** Absent where nothing may be written. */
  readonly state?: StateSchema;
  readonly #driver: DuckdbDriver;
  readonly #instance: DuckDBInstance;
  readonly #pool: DuckdbPool;
  readonly #source: DuckdbSource;
  readonly #spillFolder: string;
  readonly #stateFile: DuckdbStateFile | undefined;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  private constructor(
    driver: DuckdbDriver,
    opened: LockedInstance,
    source: DuckdbSource,
    folders: { readonly spill: string; readonly stateFile: string | undefined },
  ) {
    const [keeper, ...connections] = opened.connections;
    this.#driver = driver;
    this.#instance = opened.instance;
    this.#pool = new DuckdbPool(connections);
    this.#source = source;
    this.#spillFolder = folders.spill;
    if (folders.stateFile === undefined || keeper === undefined) return;
    this.#stateFile = new DuckdbStateFile(folders.stateFile, keeper, this.#closing.signal);
    this.state = {
      ...STATE_SCHEMA,
      execute: (statement, options) => this.#execute(statement, options),
    };
  }

  /**
   * Opens an engine over a source. `stateFile` is the file with the one schema that may be written: it need not be there.
   * @throws AppError FILE_INVALID where the source cannot be read.
   */
  static async open(source: DuckdbSource, home: string, stateFile?: string): Promise<DuckdbSession> {
    const driver = await loadDriver();
    const spillFolder = join(home, 'spill');
    try {
      const opened = await openLockedInstance(driver.api, {
        spillFolder,
        folders: source.folders,
        files: stateFile === undefined ? [] : stateFilePaths(stateFile),
        // One more keeps the state: it attaches and detaches its file.
        connections: CONNECTIONS + 1,
        attach: (connection) => source.attach(connection),
      });
      return new DuckdbSession(driver, opened, source, { spill: spillFolder, stateFile });
    } catch (error) {
      throw mapDuckdbError(error);
    }
  }

  async test(onStep: (step: TestStep) => void, options: ActOptions = {}): Promise<void> {
    await testSession(this, this.#source, onStep, options);
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
    const rows = await this.#statement(query, 'Running the query', options, (result) =>
      readAllRows(this.#driver.api, result, maxRows),
    );
    return { rows };
  }

  async *stream(query: CompiledQuery, options: ActOptions = {}): AsyncGenerator<RowBlock> {
    const blocks = new Handover<RowBlock>();
    const left = new AbortController();
    const signal = eitherSignal(options.signal, left.signal);
    const running = this.#statement(query, 'Running the query', { ...options, signal }, (result, either) =>
      readBlocks(this.#driver, result, blocks, either),
    ).finally(() => {
      blocks.finish();
    });
    // Whoever has left hears of no failure.
    running.catch(() => undefined);
    try {
      for (;;) {
        const block = await blocks.take();
        throwIfCancelled(options.signal);
        if (block === undefined) break;
        yield block;
      }
      await running;
    } finally {
      left.abort();
      await running.catch(() => undefined);
    }
  }

  async exportFile(
    query: CompiledQuery,
    path: string,
    format: FileFormat,
    options: ActOptions = {},
  ): Promise<ExportResult> {
    const source = {
      api: this.#driver.api,
      spillFolder: this.#spillFolder,
      folders: this.#source.folders,
      stateFile: mentionsState(query.text) ? this.#stateFile?.path : undefined,
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
    await this.#stateFile?.release();
    this.#pool.close();
    this.#instance.closeSync();
  }

  async #execute(
    statement: CompiledQuery,
    options: ActOptions = {},
  ): Promise<{ readonly statementId?: string }> {
    assertStateTarget(statement.text, STATE_SCHEMA);
    await this.#statement(statement, 'Writing rows', options, (result) =>
      readAllRows(this.#driver.api, result, MOST_ROWS),
    );
    return {};
  }

  /** Runs one statement on a connection of its own, with the state attached where the statement names it. */
  #statement<T>(
    query: CompiledQuery,
    progress: string,
    options: ActOptions,
    read: (result: DuckDBResult, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { values, types } = toDuckdbParameters(this.#driver.api, query.values);
    return this.#run(options.signal, async (connection, signal) => {
      const act = (): Promise<T> =>
        withProgress(connection, progress, options.onProgress, async () => {
          try {
            return await read(await connection.stream(query.text, values, types), signal);
          } finally {
            await endResult(connection);
          }
        });
      const state = mentionsState(query.text) ? this.#stateFile : undefined;
      return state === undefined ? act() : state.use(signal, act);
    });
  }

  async #run<T>(
    signal: AbortSignal | undefined,
    act: (connection: DuckDBConnection, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#track(signal, (either) =>
        this.#pool.use(either, (connection) => act(connection, either)),
      );
    } catch (error) {
      throw mapDuckdbError(error);
    }
  }

  async #track<T>(signal: AbortSignal | undefined, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = act(eitherSignal(signal, this.#closing.signal));
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one === undefined ? other : AbortSignal.any([one, other]);
}
