import { open, rm, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { cancelled, throwIfCancelled } from '../domain/app-error.ts';
import type { FileFormat } from '../domain/run.ts';
import type { CompiledQuery } from '../sql/compiled-query.ts';
import { mapDuckdbError } from './duckdb-error.ts';
import { formatForFile } from './duckdb-file-forms.ts';
import { openLockedInstance, sqlLiteral } from './duckdb-instance.ts';
import { interruptOnAbort } from './duckdb-pool.ts';
import { withProgress } from './duckdb-read.ts';
import { DuckdbStateFile, stateFilePaths } from './duckdb-state.ts';
import { parseDuckdbType } from './duckdb-type.ts';
import { type DuckdbApi, type DuckdbParameters, toDuckdbParameters } from './duckdb-value.ts';
import { targetUnwritable } from './target-error.ts';
import type { ActOptions, ExportResult } from './warehouse.ts';

/** Options of COPY. Without USE_TMP_FILE false DuckDB would write beside the target, which the lock forbids. */
const COPY_OPTIONS: Readonly<Record<FileFormat, string>> = {
  csv: 'FORMAT csv, HEADER true, USE_TMP_FILE false',
  jsonl: 'FORMAT json, ARRAY false, USE_TMP_FILE false',
  parquet: 'FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false',
};

/** What an export needs of its session. */
export interface ExportSource {
  readonly api: DuckdbApi;
  readonly spillFolder: string;
  readonly folders: readonly string[];
  /** The file with the state, where the statement reads it. */
  readonly stateFile: string | undefined;
  /** Opens the catalogs that a statement reads. */
  readonly attach: (connection: DuckDBConnection, statement: string) => Promise<void>;
}

/**
 * Writes a query's result by DuckDB's own COPY, in an engine that may write this one file and nothing else: the list of writable files
 * cannot be changed in an engine that is locked, so each export has its own. Opening it takes about 10 ms.
 */
export async function exportByCopy(
  source: ExportSource,
  query: CompiledQuery,
  path: string,
  format: FileFormat,
  options: ActOptions,
): Promise<ExportResult> {
  throwIfCancelled(options.signal);
  await createTarget(path);
  try {
    const rows = await runCopy(source, query, path, format, options);
    throwIfCancelled(options.signal);
    return { rows, bytes: (await stat(path)).size };
  } catch (error) {
    await rm(path, { force: true });
    throw options.signal?.aborted === true ? cancelled() : mapDuckdbError(error, path);
  }
}

/** Creates the file: the system says better than DuckDB why it cannot be written, and nothing is ever overwritten. */
async function createTarget(path: string): Promise<void> {
  if (!isAbsolute(path)) throw targetUnwritable(path, 'its path is not complete');
  try {
    await (await open(path, 'wx')).close();
  } catch (error) {
    throw targetUnwritable(path, error);
  }
}

async function runCopy(
  source: ExportSource,
  query: CompiledQuery,
  path: string,
  format: FileFormat,
  options: ActOptions,
): Promise<number> {
  const { stateFile } = source;
  const { instance, connections } = await openLockedInstance(source.api, {
    spillFolder: source.spillFolder,
    folders: source.folders,
    files: [path, ...(stateFile === undefined ? [] : stateFilePaths(stateFile))],
    connections: 2,
    attach: (connection) => source.attach(connection, query.text),
  });
  const [connection, keeper] = connections;
  if (connection === undefined || keeper === undefined) return 0;
  const signal = options.signal ?? new AbortController().signal;
  const state = stateFile === undefined ? undefined : new DuckdbStateFile(stateFile, keeper, signal);
  const copy = (): Promise<number> => copyRows(source.api, connection, query, path, format, options);
  try {
    return await (state === undefined ? copy() : state.use(signal, copy));
  } finally {
    await state?.release();
    for (const each of connections) each.closeSync();
    instance.closeSync();
  }
}

async function copyRows(
  api: DuckdbApi,
  connection: DuckDBConnection,
  query: CompiledQuery,
  path: string,
  format: FileFormat,
  options: ActOptions,
): Promise<number> {
  const stop = interruptOnAbort(connection, options.signal);
  try {
    throwIfCancelled(options.signal);
    const { values, types } = toDuckdbParameters(api, query.values);
    const text = await formForFile(connection, query.text, format, { values, types });
    const sql = `COPY (\n${text}\n) TO ${sqlLiteral(path)} (${COPY_OPTIONS[format]})`;
    const result = await withProgress(connection, 'Writing the file', options.onProgress, () =>
      connection.run(sql, values, types),
    );
    const [[rows] = []] = await result.getRows();
    return Number(rows ?? 0);
  } finally {
    stop();
  }
}

/** The statement in the forms of its file: see {@link formatForFile}. Its columns are only known to the engine. */
async function formForFile(
  connection: DuckDBConnection,
  text: string,
  format: FileFormat,
  { values, types }: DuckdbParameters,
): Promise<string> {
  if (format === 'parquet') return text;
  const described = await connection.run(`DESCRIBE (\n${text}\n)`, values, types);
  const columns = (await described.getRows()).map(([name, type]) => ({
    name: String(name),
    type: parseDuckdbType(String(type)),
  }));
  return formatForFile(text, columns, format);
}
