import { z } from 'zod';
import { type AppError, cancelled } from '../domain/app-error.ts';
import { readBatches, readEmptyColumns } from './arrow-batches.ts';
import { type ArrowColumn, unreadableResult } from './arrow-column.ts';
import type { ResultPart } from './result-part.ts';
import { type Driver, type ServerSession, ServerFailure, assertSuccess } from './databricks-connection.ts';
import { callPatiently } from './databricks-retry.ts';
import { type Limits, timedOut, waitWithin } from './databricks-wait.ts';
import { readPlainColumns } from './plain-column.ts';

/** Asks the server for an operation: a statement or a metadata call. */
export type BeginOperation = (
  session: ServerSession,
) => Promise<{ readonly status: unknown; readonly operationHandle?: OperationHandle | undefined }>;

type OperationHandle = Parameters<Driver['fetchResults']>[0]['operationHandle'];

/** What each step of an operation is given. */
export interface StepOptions {
  readonly signal: AbortSignal | undefined;
  readonly limits: Limits;
  /** True for what writes: where nobody knows whether the server heard it, it is not begun again, and its rows are not read. */
  readonly writes?: boolean;
}

/** Numbers of the protocol: `TOperationState` and `TSparkRowSetType`. */
const RUNNING = new Set([0, 1, 7]);
const FINISHED = 2;
const CANCELED = 3;
const CLOSED = 4;
const TIMED_OUT = 8;
const ARROW_BASED = 0;
const COLUMN_BASED = 1;

const FIRST_POLL_MS = 10;
const LONGEST_POLL_MS = 500;
const CALL_ATTEMPTS = 5;
const CALLS_WITHIN_MS = 90_000;
/** Rows of one answer at most; the server also keeps its own limit of bytes. */
const FETCH_ROWS = 50_000;

const OperationId = z.object({ operationId: z.object({ guid: z.instanceof(Uint8Array) }) });
const OperationStatus = z.object({
  status: z.unknown(),
  operationState: z.number(),
  sqlState: z.string().nullish(),
  errorMessage: z.string().nullish(),
  displayMessage: z.string().nullish(),
  hasResultSet: z.boolean().nullish(),
});
const ResultMetadata = z.object({
  status: z.unknown(),
  resultFormat: z.number().nullish(),
  lz4Compressed: z.boolean().nullish(),
  arrowSchema: z.instanceof(Uint8Array).nullish(),
  schema: z
    .object({ columns: z.array(z.object({ columnName: z.string(), position: z.number() })) })
    .nullish(),
});
const FetchedRows = z.object({
  status: z.unknown(),
  hasMoreRows: z.boolean().nullish(),
  results: z
    .object({
      arrowBatches: z
        .array(z.object({ batch: z.instanceof(Uint8Array), rowCount: z.coerce.number() }))
        .nullish(),
      columns: z.array(z.unknown()).nullish(),
    })
    .nullish(),
});

/** A statement or metadata call on the server. Whoever began it ends it. */
export class Operation {
  /** The server's name of it, as the query history of the workspace shows it. */
  readonly id: string;
  readonly #session: ServerSession;
  readonly #handle: OperationHandle;
  #names: readonly string[] = [];
  #schema: Uint8Array | undefined;
  #hasRows = true;
  #isOver = false;

  private constructor(session: ServerSession, handle: OperationHandle) {
    const parsed = OperationId.safeParse(handle);
    if (!parsed.success) throw unreadableResult();
    this.#session = session;
    this.#handle = handle;
    const hex = Buffer.from(parsed.data.operationId.guid).toString('hex');
    this.id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /**
   * Begins an operation. Should the answer come after a cancel, what it began is ended.
   * @throws AppError CANCELLED, TIMEOUT; anything else as the driver throws it
   */
  static async begin(
    session: ServerSession,
    begin: BeginOperation,
    options: StepOptions,
  ): Promise<Operation> {
    const { signal, limits, writes = false } = options;
    const ask = (): Promise<Operation> => {
      let isLate = false;
      const asked = begin(session).then((answer) => {
        assertSuccess(answer.status);
        if (answer.operationHandle == null) throw unreadableResult();
        const operation = new Operation(session, answer.operationHandle);
        if (isLate) operation.end();
        return operation;
      });
      return waitWithin(asked, limits.answer, signal).catch((error: unknown) => {
        isLate = true;
        throw error;
      });
    };
    return callPatiently(ask, {
      within: CALLS_WITHIN_MS,
      attempts: CALL_ATTEMPTS,
      isRepeatable: !writes,
      signal,
    });
  }

  /** The names of the result's columns, once it is {@link finished}. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Waits until there is a result, and reads what it looks like. */
  async finished({ signal, limits, writes = false }: StepOptions): Promise<void> {
    const { driver, wire } = this.#session;
    const ask = async () => {
      const asked = driver.getOperationStatus(
        new wire.TGetOperationStatusReq({ operationHandle: this.#handle, getProgressUpdate: false }),
      );
      return parseAnswer(OperationStatus, await waitWithin(asked, limits.answer, signal));
    };
    // A read is begun anew instead, as a whole.
    const attempts = writes ? CALL_ATTEMPTS : 1;
    const end = Date.now() + limits.statement;
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
      const status = await callPatiently(ask, {
        within: CALLS_WITHIN_MS,
        attempts,
        isRepeatable: true,
        signal,
      });
      if (status.hasResultSet === false) this.#hasRows = false;
      if (status.operationState === FINISHED) break;
      if (!RUNNING.has(status.operationState)) {
        this.#isOver = true;
        throw failureOf(status, limits);
      }
      if (Date.now() > end) throw timedOut(limits.statement);
      await waitWithin(new Promise((resolve) => setTimeout(resolve, wait)), limits.answer, signal);
    }
    if (writes) this.#hasRows = false;
    if (this.#hasRows) await this.#describe(signal, limits);
  }

  /** The rows, part by part; the next part is on its way while one is used. */
  async *parts(options: StepOptions): AsyncGenerator<ResultPart> {
    let next = this.#hasRows ? this.#fetch(true, options) : undefined;
    while (next !== undefined) {
      const { parts, hasMore } = await next;
      next = hasMore ? this.#fetch(false, options) : undefined;
      next?.catch(() => undefined);
      yield* parts;
    }
    this.#isOver = true;
  }

  /** The columns without a row, for what must know their types although there are none. */
  async emptyColumns(): Promise<readonly ArrowColumn[]> {
    if (this.#schema === undefined) throw unreadableResult();
    return readEmptyColumns(await import('apache-arrow'), this.#schema);
  }

  /** Ends it on the server, without waiting: a lost connection gives no answer, and the server ends it by itself. */
  end(): void {
    this.#stop().catch(() => undefined);
  }

  async #stop(): Promise<void> {
    const named = { operationHandle: this.#handle };
    const { driver, wire } = this.#session;
    if (!this.#isOver) await driver.cancelOperation(new wire.TCancelOperationReq(named));
    await driver.closeOperation(new wire.TCloseOperationReq(named));
  }

  async #describe(signal: AbortSignal | undefined, limits: Limits): Promise<void> {
    const { driver, wire } = this.#session;
    const asked = driver.getResultSetMetadata(
      new wire.TGetResultSetMetadataReq({ operationHandle: this.#handle }),
    );
    const metadata = parseAnswer(ResultMetadata, await waitWithin(asked, limits.answer, signal));
    const columns = [...(metadata.schema?.columns ?? [])].sort((a, b) => a.position - b.position);
    this.#names = columns.map((column) => column.columnName);
    if (metadata.resultFormat === COLUMN_BASED) return;
    const isReadable = metadata.resultFormat === ARROW_BASED && metadata.lz4Compressed !== true;
    if (!isReadable || metadata.arrowSchema == null) throw unreadableResult();
    this.#schema = metadata.arrowSchema;
  }

  async #fetch(
    isFirst: boolean,
    { signal, limits }: StepOptions,
  ): Promise<{ readonly parts: readonly ResultPart[]; readonly hasMore: boolean }> {
    const { driver, wire } = this.#session;
    const ask = async () => {
      const { FETCH_FIRST, FETCH_NEXT } = wire.TFetchOrientation;
      const asked = driver.fetchResults(
        new wire.TFetchResultsReq({
          operationHandle: this.#handle,
          orientation: isFirst ? FETCH_FIRST : FETCH_NEXT,
          maxRows: FETCH_ROWS,
          fetchType: 0,
        }),
      );
      return parseAnswer(FetchedRows, await waitWithin(asked, limits.fetch, signal));
    };
    const { results, hasMoreRows } = await callPatiently(ask, {
      within: CALLS_WITHIN_MS,
      attempts: CALL_ATTEMPTS,
      // A part that was lost on its way is left out by asking again, even for the first: the server has already gone on.
      isRepeatable: false,
      signal,
    });
    if (this.#schema === undefined) {
      const { columns, rows } = readPlainColumns(results?.columns ?? []);
      return { parts: [{ kind: 'plain', rows, columns }], hasMore: hasMoreRows === true || rows > 0 };
    }
    const arrow = await import('apache-arrow');
    const batches = readBatches(arrow, this.#schema, results?.arrowBatches ?? []);
    if (batches.some(({ columns }) => columns.length !== this.#names.length)) throw unreadableResult();
    return { parts: batches.map((batch) => ({ kind: 'arrow', ...batch })), hasMore: hasMoreRows === true };
  }
}

function parseAnswer<T extends { readonly status: unknown }>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unreadableResult();
  assertSuccess(parsed.data.status);
  return parsed.data;
}

function failureOf(status: z.infer<typeof OperationStatus>, limits: Limits): AppError | ServerFailure {
  if (status.operationState === TIMED_OUT) return timedOut(limits.statement);
  if (status.operationState === CANCELED) return cancelled();
  const text = status.displayMessage ?? status.errorMessage ?? '';
  return new ServerFailure(text, status.sqlState ?? undefined, status.operationState === CLOSED);
}
