import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import type { Handover } from './handover.ts';
import { notText, tooManyRows } from './session-acts.ts';
import { type DuckdbBindings, readTextColumns } from './duckdb-text-column.ts';
import { type DuckdbApi, readDuckdbValue } from './duckdb-value.ts';
import type { Progress, ResultValue, RowBlock } from './warehouse.ts';

/** The driver, and the native calls below it. */
export interface DuckdbDriver {
  readonly api: DuckdbApi;
  readonly bindings: DuckdbBindings;
}

/**
 * Loads the driver, when the first connection opens. Its allocator on Linux is told to give memory back to the system as a statement frees it:
 * by itself it keeps some hundred MiB until further statements have run.
 */
export async function loadDriver(): Promise<DuckdbDriver> {
  process.env['DUCKDB_JE_MALLOC_CONF'] ??= 'dirty_decay_ms:0,muzzy_decay_ms:0';
  const [api, bindings] = await Promise.all([import('@duckdb/node-api'), import('@duckdb/node-bindings')]);
  return { api, bindings: bindings.default };
}

/** How often the progress of a running statement is read. */
const PROGRESS_EVERY_MS = 150;

/** All rows of a result. @throws AppError QUERY_FAILED where there are more than `maxRows` */
export async function readAllRows(
  api: DuckdbApi,
  result: DuckDBResult,
  maxRows: number,
): Promise<ResultValue[][]> {
  const read: ResultValue[][] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return read;
    if (read.length + chunk.rowCount > maxRows) throw tooManyRows(maxRows);
    for (const row of chunk.getRows()) read.push(row.map((value) => readDuckdbValue(api, value)));
  }
}

/** Hands the rows of a result over, chunk by chunk, until its end or an abort. */
export async function readBlocks(
  { api, bindings }: DuckdbDriver,
  result: DuckDBResult,
  blocks: Handover<RowBlock>,
  signal: AbortSignal,
): Promise<void> {
  for (let column = 0; column < result.columnCount; column += 1) {
    if (result.columnTypeId(column) !== api.DuckDBTypeId.VARCHAR) throw notText();
  }
  while (!signal.aborted) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    const columns = readTextColumns(bindings, chunk);
    await blocks.put({ rows: chunk.rowCount, columns }, signal);
  }
}

/** Runs an act whose statement's progress is told while it runs. */
export async function withProgress<T>(
  connection: DuckDBConnection,
  text: string,
  onProgress: ((progress: Progress) => void) | undefined,
  act: () => Promise<T>,
): Promise<T> {
  if (onProgress === undefined) return act();
  const timer = setInterval(() => {
    const { percentage } = connection.progress;
    if (percentage >= 0) onProgress({ text, fraction: Math.min(percentage / 100, 1) });
  }, PROGRESS_EVERY_MS);
  try {
    return await act();
  } finally {
    clearInterval(timer);
  }
}

/** Ends what a connection still has to give out: a result that is not read to its end keeps the files that it reads open. */
export async function endResult(connection: DuckDBConnection): Promise<void> {
  try {
    await connection.run('SELECT 1');
  } catch {
    // An abort may interrupt this statement as well; the result before it has ended all the same.
  }
}
