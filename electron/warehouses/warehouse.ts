import type { ColumnMetadata, RowCount, SchemaGap, TableMetadata, TableSize } from '../domain/catalog.ts';
import type { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import type { FileFormat } from '../domain/run.ts';
import type { Grant, Need, Securable } from '../domain/permission.ts';
import type { TablePath } from '../domain/table-path.ts';
import type { TestStep } from '../domain/test-step.ts';
import type { CompiledQuery } from '../sql/compiled-query.ts';
import type { Dialect } from '../sql/dialect.ts';

/** A value of a result row: exact numbers beyond 2^53 and decimals as text, dates and instants as ISO text, nested values as JSON values. */
export type ResultValue =
  string | number | boolean | null | readonly ResultValue[] | { readonly [name: string]: ResultValue };

/** Rows of a result, in the order of the query's columns. */
export interface QueryResult {
  readonly rows: readonly (readonly ResultValue[])[];
  /** The warehouse's own name of this execution, where it has one. */
  readonly statementId?: string;
}

/** How far a long act is. `fraction` lies in 0–1 where the engine knows it. */
export interface Progress {
  readonly text: string;
  readonly fraction?: number;
  readonly rows?: number;
}

/** What a caller gives to every act that can take longer than 100 ms. */
export interface ActOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** What a statement is for, by key, where the warehouse keeps a history of queries: ids only, never a value of a row. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What discovery is given: `onGap` hears of each catalog or schema of which no table could be read. */
export interface DiscoverOptions extends ActOptions {
  readonly onGap?: (gap: SchemaGap) => void;
}

/** What was written. `bytes` is the size of the file. */
export interface ExportResult {
  readonly rows: number;
  readonly bytes: number;
  readonly statementId?: string;
}

/** Some thousand rows of a stream, column by column, in the order of the query's columns; rows of one place belong together. */
export interface RowBlock {
  readonly rows: number;
  readonly columns: readonly (readonly (string | null)[])[];
}

/** A schema that statements may write to: the administrator grants it. Everything else of the warehouse is only read. */
export interface StateSchema {
  readonly catalog: string;
  readonly schema: string;
  /** Runs a statement that writes, such as CREATE TABLE … AS, into this schema alone. */
  execute(statement: CompiledQuery, options?: ActOptions): Promise<{ readonly statementId?: string }>;
}

/** Whether the connection's account may do something, tried without writing. */
export interface Probe {
  readonly status: 'held' | 'missing' | 'unknown';
  /** How it was found out, or why it could not be: a sentence for people. */
  readonly note: string;
}

/** What a warehouse with permissions tells of them. It only reads: listings, grants, and queries that give no row. */
export interface PermissionReader {
  /** The account that the connection signs in with. */
  account(options?: ActOptions): Promise<string>;
  /** Tries what the need allows. A refusal is an answer; all other failures throw. */
  probe(need: Need, options?: ActOptions): Promise<Probe>;
  /** The grants of a principal that affect an object. @throws AppError PERMISSION_DENIED, QUERY_FAILED where grants are not listed */
  grants(principal: string, on: Securable, options?: ActOptions): Promise<readonly Grant[]>;
}

/** An open connection to a warehouse. Whoever opened it closes it. All acts throw AppError only; a cancel throws CANCELLED. */
export interface OpenWarehouse {
  /** Walks the steps of a connection test; throws at the failing step. */
  test(onStep: (step: TestStep) => void, options?: ActOptions): Promise<void>;
  /** Reads the metadata of every visible table, table by table. What may not be read is told to `onGap` and does not stop the rest. */
  discover(options?: DiscoverOptions): AsyncIterable<TableMetadata>;
  /** The columns of one table as they are now. @throws AppError TABLE_MISSING */
  describeTable(path: TablePath, options?: ActOptions): Promise<readonly ColumnMetadata[]>;
  /** Counts the rows of a table by a query. @throws AppError TABLE_MISSING */
  countRows(path: TablePath, options?: ActOptions): Promise<RowCount>;
  /** The size of a table from its own metadata, without reading rows. @throws AppError TABLE_MISSING */
  readSize?(path: TablePath, options?: ActOptions): Promise<TableSize>;
  /** Runs a query and returns its rows, `maxRows` at most (10,000 unless stated; more throws). */
  query(query: CompiledQuery, options?: ActOptions & { readonly maxRows?: number }): Promise<QueryResult>;
  /**
   * The rows of a query of which every column is text, as they arrive: memory holds some blocks. Who stops reading early ends the statement.
   * A block's arrays are the caller's.
   */
  stream(query: CompiledQuery, options?: ActOptions): AsyncIterable<RowBlock>;
  /**
   * Writes the result of a query to a new file at `path`, which must not exist; a partial file is removed on failure or cancel.
   * The atomic rename to its final name is the caller's.
   */
  exportFile(
    query: CompiledQuery,
    path: string,
    format: FileFormat,
    options?: ActOptions,
  ): Promise<ExportResult>;
  /** Absent where the data has no permissions of its own. */
  readonly permissions?: PermissionReader;
  /** Where runs keep their pinned rows and what was synced last. Absent where nothing may be written. */
  readonly state?: StateSchema;
  close(): Promise<void>;
}

/** A kind of warehouse: its settings, its dialect, and how to open it. One file, one line in `index.ts`. */
export interface WarehouseKind {
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  readonly settings: readonly FieldSpec[];
  readonly dialect: Dialect;
  /** The instant that relative windows are counted from, for data that stands still; the clock's `now` where absent. */
  readonly pinnedAsOf?: string;
  /** True where `readSize` is there. */
  readonly tableSizes?: true;
  /** Where permissions are granted by an administrator: the compute that statements run on, by these settings. Absent where nothing is granted. */
  readonly compute?: (settings: Settings) => { readonly host: string; readonly warehouse: string };
  /** The schema that may be written under these settings, without opening anything; undefined or absent where there is none. */
  readonly stateSchema?: (
    settings: Settings,
  ) => { readonly catalog: string; readonly schema: string } | undefined;
  /** Opens a connection. `home` is a folder where the warehouse may keep its own (synthetic or engine) files. @throws AppError */
  open(context: OpenContext): Promise<OpenWarehouse>;
}

/** What a warehouse is opened with. */
export interface OpenContext {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly home: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Declares a kind of warehouse; the identity function, for its types. */
export function defineWarehouse(kind: WarehouseKind): WarehouseKind {
  return kind;
}
