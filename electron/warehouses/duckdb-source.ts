import type { DuckDBConnection } from '@duckdb/node-api';

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
