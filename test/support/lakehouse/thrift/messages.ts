import {
  binary,
  bool,
  type Codec,
  double,
  i16,
  i32,
  i64,
  list,
  map,
  string,
  struct,
  type ValueOf,
} from './codec.ts';
import { columnCodec } from './columns.ts';

// The messages of Databricks' dialect of TCLIService, by field number. What neither side of the gateway needs is left
// out: the codec skips it. Spark's own server knows the fields below 1000 only.

/** The version that Databricks answers today; the driver switches parameters and Arrow on by it. */
export const PROTOCOL_VERSION = 0xa508;

/** What a status says. */
export const STATUS = { success: 0, error: 3, invalidHandle: 4 } as const;

/** Where an operation stands. */
export const STATE = {
  initialized: 0,
  running: 1,
  finished: 2,
  cancelled: 3,
  closed: 4,
  error: 5,
  pending: 7,
  timedOut: 8,
} as const;

/** Kinds of result. */
export const RESULT_FORMAT = { arrow: 0, columns: 1 } as const;

/** Numbers of the types of columns. */
export const TYPE_ID = {
  boolean: 0,
  tinyint: 1,
  smallint: 2,
  int: 3,
  bigint: 4,
  float: 5,
  double: 6,
  string: 7,
  timestamp: 8,
  binary: 9,
  array: 10,
  map: 11,
  struct: 12,
  decimal: 15,
  null: 16,
  date: 17,
} as const;

/** Status of a call. */
export const status = struct({
  statusCode: [1, i32],
  infoMessages: [2, list(string)],
  sqlState: [3, string],
  errorCode: [4, i32],
  errorMessage: [5, string],
  displayMessage: [6, string],
});
export type Status = ValueOf<typeof status>;

const handleId = struct({ guid: [1, binary], secret: [2, binary] });
const sessionHandle = struct({ sessionId: [1, handleId] });
const operationHandle = struct({
  operationId: [1, handleId],
  operationType: [2, i32],
  hasResultSet: [3, bool],
  modifiedRowCount: [4, double],
});
export type SessionHandle = ValueOf<typeof sessionHandle>;
export type OperationHandle = ValueOf<typeof operationHandle>;

const namespace = struct({ catalogName: [1, string], schemaName: [2, string] });

const qualifier = struct({ i32Value: [1, i32], stringValue: [2, string] });
const primitiveEntry = struct({
  type: [1, i32],
  typeQualifiers: [2, struct({ qualifiers: [1, map(qualifier)] })],
});
const typeDesc = struct({ types: [1, list(struct({ primitiveEntry: [1, primitiveEntry] }))] });
const columnDesc = struct({
  columnName: [1, string],
  typeDesc: [2, typeDesc],
  position: [3, i32],
  comment: [4, string],
});
export type ColumnDesc = ValueOf<typeof columnDesc>;

const rowSet = struct({
  startRowOffset: [1, i64],
  rows: [2, list(struct({}))],
  columns: [3, list(columnCodec)],
  arrowBatches: [1281, list(struct({ batch: [1, binary], rowCount: [2, i64] }))],
});
export type RowSet = ValueOf<typeof rowSet>;

const resultSetMetadata = struct({
  status: [1, status],
  schema: [2, struct({ columns: [1, list(columnDesc)] })],
  resultFormat: [1281, i32],
  lz4Compressed: [1282, bool],
  arrowSchema: [1283, binary],
  cacheLookupResult: [1284, i32],
  isStagingOperation: [1287, bool],
});
export type ResultSetMetadata = ValueOf<typeof resultSetMetadata>;

const operationStatus = struct({
  status: [1, status],
  operationState: [2, i32],
  sqlState: [3, string],
  errorCode: [4, i32],
  errorMessage: [5, string],
  taskStatus: [6, string],
  operationStarted: [7, i64],
  operationCompleted: [8, i64],
  hasResultSet: [9, bool],
  numModifiedRows: [11, i64],
  displayMessage: [1281, string],
});
export type OperationStatus = ValueOf<typeof operationStatus>;

const fetchResults = struct({
  status: [1, status],
  hasMoreRows: [2, bool],
  results: [3, rowSet],
  resultSetMetadata: [1281, resultSetMetadata],
});
export type FetchedResults = ValueOf<typeof fetchResults>;

const onlyStatus = struct({ status: [1, status] });

const directResults = struct({
  operationStatus: [1, operationStatus],
  resultSetMetadata: [2, resultSetMetadata],
  resultSet: [3, fetchResults],
  closeOperation: [4, onlyStatus],
});

const getDirectResults = struct({ maxRows: [1, i64], maxBytes: [2, i64] });

const parameter = struct({
  ordinal: [1, i32],
  name: [2, string],
  type: [3, string],
  value: [4, struct({ stringValue: [1, string], doubleValue: [2, double], booleanValue: [3, bool] })],
});
export type Parameter = ValueOf<typeof parameter>;

const started = struct({
  status: [1, status],
  operationHandle: [2, operationHandle],
  directResults: [1281, directResults],
});
export type Started = ValueOf<typeof started>;

const executeStatement = struct({
  sessionHandle: [1, sessionHandle],
  statement: [2, string],
  confOverlay: [3, map(string)],
  runAsync: [4, bool],
  queryTimeout: [5, i64],
  getDirectResults: [1281, getDirectResults],
  canReadArrowResult: [1282, bool],
  useArrowNativeTypes: [
    1286,
    struct({
      timestampAsArrow: [1, bool],
      decimalAsArrow: [2, bool],
      complexTypesAsArrow: [3, bool],
      intervalTypesAsArrow: [4, bool],
    }),
  ],
  parameters: [1288, list(parameter)],
});
export type ExecuteRequest = ValueOf<typeof executeStatement>;

/** A metadata call names what it asks for in fields two to five, whose meaning depends on the call. */
const metadata = <F extends Readonly<Record<string, readonly [number, Codec<unknown>]>>>(fields: F) =>
  struct({ sessionHandle: [1, sessionHandle], ...fields, getDirectResults: [1281, getDirectResults] });

const byOperation = struct({ operationHandle: [1, operationHandle], getProgressUpdate: [2, bool] });

const infoValue = struct({ stringValue: [1, string], smallIntValue: [2, i16], integerBitmask: [3, i32] });

/** Request and answer of every call that the gateway speaks. */
export const CALLS = {
  OpenSession: {
    request: struct({
      client_protocol: [1, i32],
      username: [2, string],
      configuration: [4, map(string)],
      client_protocol_i64: [1282, i64],
      initialNamespace: [1284, namespace],
      canUseMultipleCatalogs: [1285, bool],
    }),
    response: struct({
      status: [1, status],
      serverProtocolVersion: [2, i32],
      sessionHandle: [3, sessionHandle],
      configuration: [4, map(string)],
      initialNamespace: [1284, namespace],
      canUseMultipleCatalogs: [1285, bool],
    }),
  },
  CloseSession: { request: struct({ sessionHandle: [1, sessionHandle] }), response: onlyStatus },
  GetInfo: {
    request: struct({ sessionHandle: [1, sessionHandle], infoType: [2, i32] }),
    response: struct({ status: [1, status], infoValue: [2, infoValue] }),
  },
  ExecuteStatement: { request: executeStatement, response: started },
  GetTypeInfo: { request: metadata({}), response: started },
  GetCatalogs: { request: metadata({}), response: started },
  GetSchemas: { request: metadata({ catalogName: [2, string], schemaName: [3, string] }), response: started },
  GetTables: {
    request: metadata({
      catalogName: [2, string],
      schemaName: [3, string],
      tableName: [4, string],
      tableTypes: [5, list(string)],
    }),
    response: started,
  },
  GetTableTypes: { request: metadata({}), response: started },
  GetColumns: {
    request: metadata({
      catalogName: [2, string],
      schemaName: [3, string],
      tableName: [4, string],
      columnName: [5, string],
    }),
    response: started,
  },
  GetFunctions: { request: metadata({}), response: started },
  GetPrimaryKeys: { request: metadata({}), response: started },
  GetCrossReference: { request: metadata({}), response: started },
  GetOperationStatus: { request: byOperation, response: operationStatus },
  CancelOperation: { request: byOperation, response: onlyStatus },
  CloseOperation: { request: byOperation, response: onlyStatus },
  GetResultSetMetadata: { request: byOperation, response: resultSetMetadata },
  FetchResults: {
    request: struct({
      operationHandle: [1, operationHandle],
      orientation: [2, i32],
      maxRows: [3, i64],
      fetchType: [4, i16],
      includeResultSetMetadata: [1283, bool],
    }),
    response: fetchResults,
  },
} as const;

export type CallName = keyof typeof CALLS;
export type RequestOf<N extends CallName> = ValueOf<(typeof CALLS)[N]['request']>;
export type ResponseOf<N extends CallName> = ValueOf<(typeof CALLS)[N]['response']>;

/** True for the name of a call that the gateway speaks. */
export function isCallName(name: string): name is CallName {
  return name in CALLS;
}
