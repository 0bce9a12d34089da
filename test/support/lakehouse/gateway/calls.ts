import { EngineError } from '../spark/engine-error.ts';
import type { SparkClient } from '../spark/spark-client.ts';
import {
  type CallName,
  type ExecuteRequest,
  type OperationHandle,
  PROTOCOL_VERSION,
  type RequestOf,
  type ResponseOf,
  type SessionHandle,
  type Started,
  type Status,
  STATUS,
} from '../thrift/messages.ts';
import type { Grants } from './grants.ts';
import { guidOf } from './guid.ts';
import { listMetadata, METADATA_TYPES, type MetadataName, type MetadataRequest } from './metadata.ts';
import { Operation } from './operation.ts';
import { Result } from './result.ts';
import { nativeTypesOf } from './result-types.ts';
import { openSession, type Session } from './session.ts';
import { beginStatement } from './statement.ts';
import type { StatementLog } from './statement-log.ts';

/** How long a call waits for its direct results, in milliseconds, before it answers that the statement still runs. */
const DIRECT_RESULTS_MS = 5_000;

const OK: Status = { statusCode: STATUS.success };

/** What the calls work on. */
export interface CallContext {
  readonly spark: SparkClient;
  readonly grants: Grants;
  readonly log: StatementLog;
}

type Handler<N extends CallName> = (user: string, request: RequestOf<N>) => Promise<ResponseOf<N>>;

/** The calls by name; each gets the name of the user whose token came with it. */
export type Calls = { readonly [N in CallName]: Handler<N> };

/** Makes the calls of one gateway; `close` ends all sessions. */
export function makeCalls(context: CallContext): { calls: Calls; close: () => Promise<void> } {
  const sessions = new Map<string, Session>();
  const operations = new Map<string, Operation>();

  const sessionOf = (user: string, handle: SessionHandle | undefined): Session => {
    const id = guidOf(handle?.sessionId?.guid);
    const session = sessions.get(id);
    if (session?.user !== user) throw new InvalidHandle(`Invalid SessionHandle: SessionHandle [${id}]`);
    return session;
  };
  const operationOf = (handle: OperationHandle | undefined): Operation => {
    const id = guidOf(handle?.operationId?.guid);
    const operation = operations.get(id);
    if (operation === undefined) throw new InvalidHandle(`Invalid OperationHandle: OperationHandle [${id}]`);
    return operation;
  };
  const closeOperation = async (operation: Operation): Promise<void> => {
    operations.delete(operation.id);
    for (const session of sessions.values()) session.operations.delete(operation.id);
    await operation.close();
  };
  const answerStarted = async (
    session: Session,
    operation: Operation,
    wanted: ExecuteRequest['getDirectResults'],
  ): Promise<Started> => {
    operations.set(operation.id, operation);
    session.operations.set(operation.id, operation);
    const started = { status: OK, operationHandle: operation.handle };
    if (wanted === undefined) return started;
    const ended = await operation.waitFor(DIRECT_RESULTS_MS);
    const operationStatus = operation.status();
    const result = ended ? await operation.result().catch(() => undefined) : undefined;
    if (result === undefined) return { ...started, directResults: { operationStatus } };
    const resultSetMetadata = result.metadata();
    const resultSet = await result.fetch(Number(wanted.maxRows ?? 0n));
    if (resultSet.hasMoreRows === true) {
      return { ...started, directResults: { operationStatus, resultSetMetadata, resultSet } };
    }
    await closeOperation(operation);
    const closed = { status: OK };
    return {
      ...started,
      directResults: { operationStatus, resultSetMetadata, resultSet, closeOperation: closed },
    };
  };
  const metadataCall =
    (name: MetadataName) =>
    async (user: string, request: MetadataRequest): Promise<Started> => {
      const session = sessionOf(user, request.sessionHandle);
      const list = async () => await listMetadata(name, session, context.grants, request);
      return await answerStarted(
        session,
        new Operation(METADATA_TYPES[name], list),
        request.getDirectResults,
      );
    };

  const calls: Calls = {
    OpenSession: async (user, request) => {
      const session = await openSession(context.spark, {
        user,
        configuration: request.configuration ?? {},
        catalog: request.initialNamespace?.catalogName,
        schema: request.initialNamespace?.schemaName,
      });
      sessions.set(session.id, session);
      return {
        status: OK,
        serverProtocolVersion: PROTOCOL_VERSION,
        sessionHandle: session.handle,
        configuration: {},
        initialNamespace: request.initialNamespace,
        canUseMultipleCatalogs: true,
      };
    },
    CloseSession: async (user, request) => {
      const session = sessionOf(user, request.sessionHandle);
      sessions.delete(session.id);
      for (const id of session.operations.keys()) operations.delete(id);
      await session.close();
      return { status: OK };
    },
    GetInfo: async (user, request) => {
      sessionOf(user, request.sessionHandle);
      // 18 is the version, 13 and 17 are names.
      const stringValue = request.infoType === 18 ? '4.2.0' : 'Spark SQL';
      return { status: OK, infoValue: { stringValue } };
    },
    ExecuteStatement: async (user, request) => {
      const session = sessionOf(user, request.sessionHandle);
      const operation = executeStatement(context, session, request);
      return await answerStarted(session, operation, request.getDirectResults);
    },
    GetTypeInfo: metadataCall('GetTypeInfo'),
    GetCatalogs: metadataCall('GetCatalogs'),
    GetSchemas: metadataCall('GetSchemas'),
    GetTables: metadataCall('GetTables'),
    GetTableTypes: metadataCall('GetTableTypes'),
    GetColumns: metadataCall('GetColumns'),
    GetFunctions: metadataCall('GetFunctions'),
    GetPrimaryKeys: metadataCall('GetPrimaryKeys'),
    GetCrossReference: metadataCall('GetCrossReference'),
    GetOperationStatus: async (_user, request) => operationOf(request.operationHandle).status(),
    CancelOperation: async (_user, request) => {
      await operationOf(request.operationHandle).cancel();
      return { status: OK };
    },
    CloseOperation: async (_user, request) => {
      await closeOperation(operationOf(request.operationHandle));
      return { status: OK };
    },
    GetResultSetMetadata: async (_user, request) => {
      const result = await operationOf(request.operationHandle).result();
      return result.metadata();
    },
    FetchResults: async (_user, request) => {
      const operation = operationOf(request.operationHandle);
      const result = await operation.result();
      try {
        const rows = await result.fetch(Number(request.maxRows ?? 0n));
        return request.includeResultSetMetadata === true
          ? { ...rows, resultSetMetadata: result.metadata() }
          : rows;
      } catch (error) {
        operation.failWhileReading(error);
        throw error;
      }
    },
  };
  const close = async (): Promise<void> => {
    const open = [...sessions.values()];
    sessions.clear();
    await Promise.allSettled(open.map((session) => session.close()));
  };
  return { calls, close };
}

/** A handle that is not, or no longer, known. */
export class InvalidHandle extends Error {
  override readonly name = 'InvalidHandle';
}

/** The status that tells a client of an error. */
export function statusOf(error: unknown): Status {
  const message = error instanceof Error ? error.message : 'The gateway failed.';
  if (error instanceof InvalidHandle) {
    return {
      statusCode: STATUS.invalidHandle,
      errorMessage: message,
      displayMessage: message,
      sqlState: 'HY000',
    };
  }
  const { sqlState, full } = error instanceof EngineError ? error : { sqlState: 'XX000', full: message };
  return { statusCode: STATUS.error, errorMessage: full, displayMessage: message, sqlState, errorCode: 0 };
}

function executeStatement(
  { grants, log }: CallContext,
  session: Session,
  request: ExecuteRequest,
): Operation {
  const sql = request.statement ?? '';
  const parameters = request.parameters ?? [];
  const native = nativeTypesOf(request);
  const operation = new Operation(
    0,
    async (track) => {
      await grants.checkStatement(session, sql);
      const { statement, columns } = await beginStatement(session.spark, { sql, parameters, native }, track);
      session.noteStatement(sql);
      const timed = columns.some((column) => column.from !== 'value');
      const timeZone = timed ? await session.timeZone() : 'UTC';
      // A cancel may have come since; the rows must not be asked for then.
      await track(statement);
      const format = request.canReadArrowResult === true ? 'arrow' : 'columns';
      return new Result({ columns, format, timeZone }, statement);
    },
    log.addCancelled.bind(log),
  );
  const configuration: Record<string, string> = Object.fromEntries(session.configuration);
  for (const [name, value] of Object.entries(request.confOverlay ?? {}))
    configuration[name.toUpperCase()] = value;
  log.add({
    user: session.user,
    sql,
    parameters: parameters.map(({ name, type }) => ({ name: name ?? '', type: type ?? 'VOID' })),
    sessionId: session.id,
    statementId: operation.id,
    configuration,
  });
  const seconds = Number(configuration['STATEMENT_TIMEOUT'] ?? 0);
  if (seconds > 0) {
    const timer = setTimeout(() => void operation.timeOut(seconds), seconds * 1000);
    void operation.waitFor(seconds * 1000).then(() => clearTimeout(timer));
  }
  return operation;
}
