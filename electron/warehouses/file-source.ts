import { basename, dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, quoteTable } from '../sql/printer.ts';
import {
  type DataFile,
  describeDataFile,
  escapeGlob,
  findDataFiles,
  type FoundFiles,
  TOP_SCHEMA,
} from './data-files.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { mapDuckdbError } from './duckdb-error.ts';
import { sqlLiteral } from './duckdb-instance.ts';
import type { DuckdbSource } from './duckdb-source.ts';

const CATALOG = 'files';
/** CSV files up to this size are read whole to find the types of their columns; of longer ones DuckDB reads the beginning. */
const SAMPLED_WHOLE_BYTES = 32 * 1_048_576;

/** Data files as views of the catalog `files`. The files are only read; the views live in memory. */
export class FileSource implements DuckdbSource {
  readonly label: string;
  readonly catalogs = [CATALOG];
  readonly folders: readonly string[];
  readonly #find: () => Promise<FoundFiles>;
  #tables = new Map<string, { readonly file: DataFile; readonly rows: number | undefined }>();
  #leftOut: readonly string[] = [];
  #lastRefresh: Promise<unknown> = Promise.resolve();

  private constructor(label: string, folder: string, find: () => Promise<FoundFiles>) {
    this.label = label;
    // DuckDB holds a pattern, as it is written, against the folders that may be read, and then each file that it matches.
    this.folders = [...new Set([folder, escapeGlob(folder)])];
    this.#find = find;
  }

  /** All data files of a folder. */
  static ofFolder(folder: string): FileSource {
    return new FileSource(`the folder “${basename(folder)}”`, folder, () => findDataFiles(folder));
  }

  /** One data file. */
  static ofFile(path: string): FileSource {
    return new FileSource(`the file “${basename(path)}”`, dirname(path), async () => {
      const file = await describeDataFile(dirname(path), basename(path), TOP_SCHEMA);
      return { files: file === undefined ? [] : [file], leftOut: [] };
    });
  }

  async attach(connection: DuckDBConnection, statement?: string): Promise<void> {
    await connection.run(`ATTACH ':memory:' AS ${CATALOG}`);
    if (statement === undefined) {
      await this.refresh(connection);
      return;
    }
    // An export opens an engine of its own: reading the heads of a thousand other files would only delay it.
    for (const { file } of this.#tables.values()) {
      if (statement.includes(quoteIdentifier(file.table, duckdbDialect))) await createView(connection, file);
    }
  }

  /** Looks anew at the files; one look after the other, because two at once would change the same views. */
  refresh(connection: DuckDBConnection): Promise<void> {
    const refresh = this.#lastRefresh.then(() => this.#refresh(connection));
    this.#lastRefresh = refresh.catch(() => undefined);
    return refresh;
  }

  async #refresh(connection: DuckDBConnection): Promise<void> {
    const { files, leftOut } = await this.#find();
    const tables = new Map<string, { file: DataFile; rows: number | undefined }>();
    const unreadable: string[] = [];
    for (const file of files) {
      const known = this.#tables.get(keyOf(file));
      if (known?.file.stamp !== undefined && known.file.stamp === file.stamp) {
        tables.set(keyOf(file), known);
        continue;
      }
      try {
        await createView(connection, file);
        tables.set(keyOf(file), { file, rows: await countParquetRows(connection, file) });
      } catch (error) {
        const { code } = mapDuckdbError(error);
        if (code === 'CANCELLED') throw error;
        unreadable.push(file.table);
      }
    }
    for (const [key, { file }] of this.#tables) {
      if (!tables.has(key)) await connection.run(`DROP VIEW IF EXISTS ${viewName(file)}`);
    }
    this.#tables = tables;
    this.#leftOut = [...leftOut, ...unreadable];
  }

  fileRows(schema: string, table: string): number | undefined {
    return this.#tables.get(keyOf({ schema, table }))?.rows;
  }

  notes(): readonly string[] {
    if (this.#leftOut.length === 0) return [];
    const shown = this.#leftOut.slice(0, 5).join(', ');
    return [
      `not readable: ${shown}${this.#leftOut.length > 5 ? ` and ${this.#leftOut.length - 5} more` : ''}`,
    ];
  }
}

function keyOf(table: { readonly schema: string; readonly table: string }): string {
  return `${table.schema}\n${table.table}`;
}

function viewName(file: DataFile): string {
  return quoteTable({ catalog: CATALOG, schema: file.schema, table: file.table }, duckdbDialect);
}

async function createView(connection: DuckDBConnection, file: DataFile): Promise<void> {
  const schema = quoteIdentifier(file.schema, duckdbDialect);
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${CATALOG}.${schema}`);
  await connection.run(`CREATE OR REPLACE VIEW ${viewName(file)} AS SELECT * FROM ${readCall(file)}`);
}

function readCall(file: DataFile): string {
  const pattern = sqlLiteral(file.pattern);
  switch (file.reader) {
    case 'parquet':
      return file.bytes === undefined
        ? `read_parquet(${pattern}, union_by_name = true, hive_partitioning = true)`
        : `read_parquet(${pattern})`;
    case 'csv':
      return (file.bytes ?? 0) <= SAMPLED_WHOLE_BYTES
        ? `read_csv(${pattern}, sample_size = -1)`
        : `read_csv(${pattern})`;
    case 'jsonl':
      return `read_json(${pattern}, format = 'newline_delimited')`;
  }
}

/** The rows that the footers of Parquet files tell. */
async function countParquetRows(connection: DuckDBConnection, file: DataFile): Promise<number | undefined> {
  if (file.reader !== 'parquet') return undefined;
  const reader = await connection.runAndReadAll(
    `SELECT sum(num_rows) FROM parquet_file_metadata(${sqlLiteral(file.pattern)})`,
  );
  return Number(reader.getRows()[0]?.[0] ?? 0);
}
