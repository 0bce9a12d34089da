import { AppError } from '../domain/app-error.ts';
import type { RowCount } from '../domain/catalog.ts';
import type { TablePath } from '../domain/table-path.ts';
import type { Dialect } from '../sql/dialect.ts';
import { quoteTable } from '../sql/printer.ts';
import type { ActOptions, OpenWarehouse } from './warehouse.ts';

/** The rows that a query gives at most where its caller does not say. */
export const MOST_ROWS = 10_000;

/** The refusal of a result that is larger than its caller takes. */
export function tooManyRows(most: number): AppError {
  return new AppError({
    code: 'QUERY_FAILED',
    message: `The query gave more than ${most} rows.`,
    help: 'Export the audience to a file to get all of its rows.',
    retry: 'after-fix',
  });
}

/** The refusal of a bound value that the engine would read as another. `expected` completes the sentence “… is not ”. */
export function invalidValue(expected: string): AppError {
  return new AppError({
    code: 'VALUE_INVALID',
    message: `A value of the query is not ${expected}.`,
    help: 'Correct the value in the rule.',
    retry: 'after-fix',
  });
}

/** The error of a stream of which a column is not text. */
export function notText(): AppError {
  return new AppError({
    code: 'INTERNAL',
    message: 'A column of the rows to be streamed is not text.',
    help: 'Report this with the steps that led here.',
    retry: 'no',
  });
}

/** Counts the rows of a table by a query of the open warehouse. */
export async function countByQuery(
  warehouse: Pick<OpenWarehouse, 'query'>,
  path: TablePath,
  dialect: Dialect,
  options: ActOptions,
): Promise<RowCount> {
  const text = `SELECT count(*) AS n FROM ${quoteTable(path, dialect)}`;
  const { rows } = await warehouse.query({ text, values: {}, columns: [] }, options);
  return { rows: Number(rows[0]?.[0] ?? 0), from: 'query', asOf: new Date().toISOString() };
}
