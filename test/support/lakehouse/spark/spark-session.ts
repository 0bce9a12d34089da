import { setTimeout as delay } from 'node:timers/promises';
import { type Column, packedText } from '../thrift/columns.ts';
import {
  type CallName,
  type ColumnDesc,
  type OperationHandle,
  STATE,
  type Started,
  STATUS,
} from '../thrift/messages.ts';
import { engineError } from './engine-error.ts';
import type { SparkClient } from './spark-client.ts';

/** How often Spark is asked whether a statement has finished, in milliseconds: quick at first, then calmer. */
const POLL_MS = [2, 5, 10, 20, 50];

/**
 * How long after a cancel a statement is closed, in milliseconds. Spark forgets a cancel that comes before the job that
 * it is to stop, which a busy machine starts late, and does not take a second one. The close stops such a job as well.
 */
const CLOSE_AFTER_MS = 5_000;

/** Rows of a result, column by column. */
export interface Chunk {
  readonly columns: readonly Column[];
  readonly rows: number;
}

/** A statement inside Spark. Its methods reject with `EngineError` where Spark says no. */
export interface SparkStatement {
  finished(): Promise<void>;
  schema(): Promise<readonly ColumnDesc[]>;
  /** At most `maxRows` rows; fewer mean that there are no more. */
  fetch(maxRows: number): Promise<Chunk>;
  /** Stops it, and closes it some seconds later; a `close` in between does nothing. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** A session of Spark: its own configuration, temporary views and current schema. */
export interface SparkSession {
  start(sql: string): Promise<SparkStatement>;
  /** Runs one of the calls that list metadata. */
  list(name: MetadataCall, request: Readonly<Record<string, unknown>>): Promise<SparkStatement>;
  /** Runs a statement of the gateway's own and gives its rows as text. */
  readRows(sql: string): Promise<(string | null)[][]>;
  close(): Promise<void>;
}

type MetadataCall = Extract<
  CallName,
  'GetSchemas' | 'GetTables' | 'GetColumns' | 'GetTableTypes' | 'GetTypeInfo'
>;

/** Opens a session of Spark. */
export async function openSparkSession(client: SparkClient): Promise<SparkSession> {
  const opened = await client.call('OpenSession', { client_protocol: 7, username: 'gateway' });
  const { sessionHandle, status } = opened;
  if (sessionHandle === undefined) throw engineError(status?.errorMessage, status?.sqlState);
  const stopping = new Set<Promise<void>>();
  const begin = (answer: Started): SparkStatement => {
    const { operationHandle, status: begun } = answer;
    if (begun?.statusCode !== STATUS.success || operationHandle === undefined) {
      throw engineError(begun?.errorMessage, begun?.sqlState);
    }
    return openStatement(client, operationHandle, stopping);
  };
  const session: SparkSession = {
    start: async (sql) =>
      begin(await client.call('ExecuteStatement', { sessionHandle, statement: sql, runAsync: true })),
    list: async (name, request) => begin(await client.call(name, { sessionHandle, ...request })),
    readRows: async (sql) => {
      const statement = await session.start(sql);
      try {
        await statement.finished();
        return await readAllText(statement);
      } finally {
        await statement.close();
      }
    },
    close: async () => {
      const close = async () => {
        await client.call('CloseSession', { sessionHandle });
      };
      // Closing the session closes its statements too early for those that are being stopped.
      if (stopping.size === 0) await close();
      // The engine may have ended by then, and the session with it.
      else
        void Promise.all(stopping)
          .then(close)
          .catch(() => undefined);
    },
  };
  return session;
}

/** Reads all rows of a small result as text. */
export async function readAllText(statement: SparkStatement): Promise<(string | null)[][]> {
  const all: (string | null)[][] = [];
  for (;;) {
    const { columns, rows } = await statement.fetch(5_000);
    for (let row = 0; row < rows; row += 1) all.push(columns.map((column) => textAt(column, row)));
    if (rows < 5_000) return all;
  }
}

function textAt(column: Column, row: number): string | null {
  const { stringVal, i32Val, i16Val, i64Val, boolVal, doubleVal } = column;
  const nulls = (stringVal ?? i32Val ?? i16Val ?? i64Val ?? boolVal ?? doubleVal)?.nulls;
  if (((nulls?.[row >> 3] ?? 0) & (1 << (row & 7))) !== 0) return null;
  if (stringVal?.values !== undefined) return packedText(stringVal.values, row);
  return String((i32Val ?? i16Val ?? i64Val ?? boolVal ?? doubleVal)?.values?.[row] ?? '');
}

function openStatement(
  client: SparkClient,
  operationHandle: OperationHandle,
  stopping: Set<Promise<void>>,
): SparkStatement {
  let isCancelled = false;
  const close = async () => {
    await client.call('CloseOperation', { operationHandle });
  };
  const closeLater = async (): Promise<void> => {
    await delay(CLOSE_AFTER_MS, undefined, { ref: false });
    // The engine may have ended by then, and the statement with it.
    await close().catch(() => undefined);
  };
  return {
    finished: async () => {
      for (let turn = 0; ; turn += 1) {
        const status = await client.call('GetOperationStatus', { operationHandle });
        switch (status.operationState) {
          case STATE.finished:
            return;
          case STATE.initialized:
          case STATE.pending:
          case STATE.running:
            await delay(POLL_MS[Math.min(turn, POLL_MS.length - 1)]);
            break;
          case STATE.cancelled:
          case STATE.closed:
            throw engineError('[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008', 'HY008');
          default:
            throw engineError(status.errorMessage, status.sqlState);
        }
      }
    },
    schema: async () => {
      const { status, schema } = await client.call('GetResultSetMetadata', { operationHandle });
      if (status?.statusCode !== STATUS.success) throw engineError(status?.errorMessage, status?.sqlState);
      return schema?.columns ?? [];
    },
    fetch: async (maxRows) => {
      const request = { operationHandle, orientation: 0, maxRows: BigInt(maxRows), fetchType: 0 };
      const { status, results } = await client.call('FetchResults', request);
      if (status?.statusCode !== STATUS.success) throw engineError(status?.errorMessage, status?.sqlState);
      const columns = results?.columns ?? [];
      return { columns, rows: rowsOf(columns[0]) };
    },
    cancel: async () => {
      if (isCancelled) return;
      isCancelled = true;
      await client.call('CancelOperation', { operationHandle });
      const closing = closeLater();
      stopping.add(closing);
      void closing.then(() => stopping.delete(closing));
    },
    close: async () => {
      if (!isCancelled) await close();
    },
  };
}

/** How many rows a column holds. */
export function rowsOf(column: Column | undefined): number {
  if (column === undefined) return 0;
  const { boolVal, byteVal, i16Val, i32Val, i64Val, doubleVal, stringVal, binaryVal } = column;
  const packed = (stringVal ?? binaryVal)?.values;
  if (packed !== undefined) return packed.offsets.length - 1;
  return (boolVal ?? byteVal ?? i16Val ?? i32Val ?? i64Val ?? doubleVal)?.values?.length ?? 0;
}
