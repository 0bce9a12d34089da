import { AppError, cancelled } from '../domain/app-error.ts';
import type { ColumnMetadata, RowCount, TableMetadata, TableSize } from '../domain/catalog.ts';
import type { FileFormat } from '../domain/run.ts';
import type { SchemaPath } from '../domain/permission.ts';
import { formatTablePath, type TablePath } from '../domain/table-path.ts';
import type { TestStep } from '../domain/test-step.ts';
import type { CompiledQuery } from '../sql/compiled-query.ts';
import { readArrowBlocks } from './arrow-blocks.ts';
import { DatabricksConnection, ServerFailure, type ServerSession } from './databricks-connection.ts';
import { databricksDialect } from './databricks-dialect.ts';
import { discoverTables, type MetadataReader, readTableColumns } from './databricks-discovery.ts';
import { isLostConnection, mapDatabricksError, readRefusal } from './databricks-error.ts';
import { exportParts } from './databricks-export.ts';
import { createMetadataReader } from './databricks-metadata.ts';
import { type BeginOperation, Operation } from './databricks-operation.ts';
import type { ResultPart } from './result-part.ts';
import { createPermissionReader } from './databricks-permissions.ts';
import { readTableSize } from './databricks-size.ts';
import type { DatabricksAddress } from './databricks-settings.ts';
import { startingText, testConnection } from './databricks-test.ts';
import { readRows, toParameters } from './databricks-value.ts';
import { LIMITS, type Limits } from './databricks-wait.ts';
import { writeParts } from './row-writer.ts';
import { MOST_ROWS, countByQuery, tooManyRows } from './session-acts.ts';
import { assertStateTarget } from './state-target.ts';
import type {
  ActOptions,
  DiscoverOptions,
  ExportResult,
  OpenWarehouse,
  QueryResult,
  ResultValue,
  RowBlock,
  StateSchema,
} from './warehouse.ts';

/** A part of the result of a running operation. */
interface Received {
  readonly operation: Operation;
  readonly part: ResultPart;
}

/** Arrow for everything, so that values stay exact; results come from the warehouse itself, never from links to storage. */
const RESULT_FORM = {
  runAsync: true,
  canReadArrowResult: true,
  canDownloadResult: false,
  canDecompressLZ4Result: false,
  useArrowNativeTypes: {
    timestampAsArrow: true,
    decimalAsArrow: true,
    complexTypesAsArrow: true,
    intervalTypesAsArrow: false,
  },
} as const;

/** A connection to a Databricks SQL warehouse. Nothing is sent before the first act. */
export class DatabricksSession implements OpenWarehouse {
  readonly permissions = createPermissionReader((query, options) => this.query(query, options));
  readonly state?: StateSchema;
  readonly #address: DatabricksAddress;
  readonly #limits: Limits;
  readonly #connection: DatabricksConnection;
  readonly #closing = new AbortController();

  constructor(address: DatabricksAddress, limits: Limits = LIMITS) {
    const { state } = address;
    if (state !== undefined) {
      this.state = {
        ...state,
        execute: (statement, options = {}) => this.#execute(statement, state, options),
      };
    }
    this.#address = address;
    this.#limits = limits;
    this.#connection = new DatabricksConnection(address, limits, (session, signal) =>
      setTimeZone(session, { signal, limits }),
    );
  }

  async test(onStep: (step: TestStep) => void, options: ActOptions = {}): Promise<void> {
    const { signal } = this.#with(options);
    const reader = this.#reader({ signal });
    const query = this.query.bind(this);
    try {
      const tested = { address: this.#address, connection: this.#connection, reader, query };
      await testConnection(tested, onStep, { ...options, signal });
    } catch (error) {
      throw await mapDatabricksError(error, this.#address);
    }
  }

  async *discover(options: DiscoverOptions = {}): AsyncGenerator<TableMetadata> {
    try {
      yield* discoverTables(this.#reader(options), this.#address.catalog, options);
    } catch (error) {
      throw await mapDatabricksError(error, this.#address);
    }
  }

  async describeTable(path: TablePath, options: ActOptions = {}): Promise<readonly ColumnMetadata[]> {
    const columns = await readTableColumns(this.#reader(options), path);
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
    let statementId: string | undefined;
    for await (const { operation, part } of this.#run(beginStatement(query, options), options)) {
      statementId = operation.id;
      if (rows.length + part.rows > maxRows) throw tooManyRows(maxRows);
      rows.push(...readRows(part, query.columns));
    }
    return { rows, ...(statementId === undefined ? {} : { statementId }) };
  }

  stream(query: CompiledQuery, options: ActOptions = {}): AsyncGenerator<RowBlock> {
    const { signal } = this.#with(options);
    const run = this.#run(beginStatement(query, options), options);
    return readArrowBlocks(partsOf(run), signal);
  }

  async exportFile(
    query: CompiledQuery,
    path: string,
    format: FileFormat,
    options: ActOptions = {},
  ): Promise<ExportResult> {
    let statementId: string | undefined;
    const run = this.#run(beginStatement(query, options), options);
    async function* parts() {
      let rows = 0;
      const received = run[Symbol.asyncIterator]();
      // The first part is empty and comes once the statement has a result.
      const first = await received.next();
      if (first.done === true) return;
      const { operation } = first.value;
      statementId = operation.id;
      const rest = (async function* () {
        for await (const { part } of received) {
          yield part;
          rows += part.rows;
          options.onProgress?.({ text: 'Writing the file', rows });
        }
      })();
      const names = operation.names;
      yield* exportParts({ names, empty: () => operation.emptyColumns(), parts: rest }, format);
    }
    const written = await writeParts(path, parts());
    return { ...written, ...(statementId === undefined ? {} : { statementId }) };
  }

  /** Cancels what runs and ends the session. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection.close();
  }

  async #execute(
    statement: CompiledQuery,
    state: SchemaPath,
    options: ActOptions,
  ): Promise<{ readonly statementId?: string }> {
    assertStateTarget(statement.text, state);
    const begin = beginStatement(statement, options);
    let statementId: string | undefined;
    for await (const { operation } of this.#run(begin, options, 'once')) statementId = operation.id;
    return statementId === undefined ? {} : { statementId };
  }

  #with<T extends ActOptions>(options: T): T & { readonly signal: AbortSignal } {
    const closing = this.#closing.signal;
    const signal = options.signal === undefined ? closing : AbortSignal.any([options.signal, closing]);
    return { ...options, signal };
  }

  /**
   * Runs an operation: an empty part once it has a result, then its rows. When the connection or the session is lost before anything was
   * given out, it is begun again, once. What writes is begun `once`: again only where the server has refused to begin it.
   */
  async *#run(
    begin: BeginOperation,
    given: ActOptions,
    runs: 'again' | 'once' = 'again',
  ): AsyncGenerator<Received> {
    const { signal, onProgress } = this.#with(given);
    const step = { signal, limits: this.#limits, writes: runs === 'once' };
    for (let attempt = 1; ; attempt += 1) {
      let operation: Operation | undefined;
      let session: ServerSession | undefined;
      let isUsed = false;
      try {
        session = await this.#connection.use(signal, {
          onRefusal: (status) => onProgress?.({ text: startingText(status) }),
        });
        onProgress?.({ text: 'Running the query' });
        operation = await Operation.begin(session, begin, step);
        await operation.finished(step);
        const parts = operation.parts(step);
        // Until here nothing was given out, and all may be done again.
        const first = await parts.next();
        isUsed = true;
        yield { operation, part: { kind: 'plain', rows: 0, columns: [] } };
        if (first.done !== true) yield { operation, part: first.value };
        for await (const part of parts) yield { operation, part };
        return;
      } catch (error) {
        if (signal.aborted) throw cancelled();
        const isLost = this.#hasLostSession(error);
        if (isLost && session !== undefined) await this.#connection.forget(session);
        const isRefused = isLost && operation === undefined;
        const isWorthAnother =
          session !== undefined && (isRefused || (!step.writes && (isLost || isLostConnection(error))));
        if (!isWorthAnother || isUsed || attempt > 1)
          throw await mapDatabricksError(error, this.#address, operation?.id);
      } finally {
        operation?.end();
      }
    }
  }

  /** A token of a service principal is asked for anew with the session; another is worth no second try. */
  #hasLostSession(error: unknown): boolean {
    if (error instanceof ServerFailure) return error.isHandleLost;
    const status = readRefusal(error)?.status;
    return status === 401 && this.#address.credentials.kind === 'oauth';
  }

  #reader(options: ActOptions): MetadataReader {
    const run = this.#run.bind(this);
    return createMetadataReader(
      async function* (begin) {
        for await (const { operation, part } of run(begin, options)) yield { names: operation.names, part };
      },
      (error) => mapDatabricksError(error, this.#address),
    );
  }
}

async function* partsOf(received: AsyncIterable<Received>): AsyncGenerator<ResultPart> {
  for await (const { part } of received) yield part;
}

function beginStatement(query: CompiledQuery, { tags = {} }: ActOptions): BeginOperation {
  return async ({ api, wire, driver, handle }) =>
    driver.executeStatement(
      new wire.TExecuteStatementReq({
        sessionHandle: handle,
        statement: query.text,
        parameters: toParameters(api, query.values),
        confOverlay: { query_tags: formatTags({ app: 'slipway', ...tags }) },
        ...RESULT_FORM,
      }),
    );
}

/** Tags as the query history reads them: `key:value` with commas between; these signs in values are escaped. */
function formatTags(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}:${value.replace(/[\\:,]/g, (sign) => `\\${sign}`)}`)
    .join(',');
}

/** Texts of times in statements are read in UTC, whatever the server's own time zone is. */
async function setTimeZone(
  session: ServerSession,
  step: { readonly signal: AbortSignal; readonly limits: Limits },
): Promise<void> {
  const begin = beginStatement({ text: `SET TIME ZONE 'UTC'`, values: {}, columns: [] }, {});
  const operation = await Operation.begin(session, begin, step);
  try {
    await operation.finished(step);
  } finally {
    operation.end();
  }
}
