import { AppError } from '../domain/app-error.ts';
import type { TableSize } from '../domain/catalog.ts';
import { type TablePath, formatTablePath } from '../domain/table-path.ts';
import { quoteTable } from '../sql/printer.ts';
import { databricksDialect } from './databricks-dialect.ts';
import type { ActOptions, OpenWarehouse, ResultValue } from './warehouse.ts';

/**
 * The size of a Delta table by DESCRIBE DETAIL, which reads its log and no row. @throws AppError TABLE_MISSING, NOT_FOUND for a
 * table that keeps no such metadata
 */
export async function readTableSize(
  query: OpenWarehouse['query'],
  path: TablePath,
  options: ActOptions,
): Promise<TableSize> {
  const text = `DESCRIBE DETAIL ${quoteTable(path, databricksDialect)}`;
  const { rows } = await query({ text, values: {}, columns: [] }, options);
  // The columns before differ by version; numFiles and sizeInBytes are its first two numbers, side by side, in every one.
  const row = rows[0] ?? [];
  const at = row.findIndex((value, index) => isCount(value) && isCount(row[index + 1]));
  const [files, bytes] = [row[at], row[at + 1]];
  if (!isCount(files) || !isCount(bytes)) throw untold(path);
  return { bytes, files, asOf: new Date().toISOString() };
}

function isCount(value: ResultValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function untold(path: TablePath): AppError {
  return new AppError({
    code: 'NOT_FOUND',
    message: `${formatTablePath(path)} keeps no size in its metadata.`,
    help: 'Views and tables in formats other than Delta have none. Count the rows instead.',
    retry: 'no',
  });
}
