import { AppError } from '../domain/app-error.ts';
import { formatTablePath, type TablePath } from '../domain/table-path.ts';
import type { TestStep } from '../domain/test-step.ts';
import { quoteTable } from '../sql/printer.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import type { DuckdbSource } from './duckdb-source.ts';
import type { ActOptions, OpenWarehouse } from './warehouse.ts';

/** The steps of a connection test: open, list, read. @throws AppError FILE_INVALID where there is no table */
export async function testSession(
  session: Pick<OpenWarehouse, 'discover' | 'query'>,
  source: Pick<DuckdbSource, 'label' | 'notes'>,
  onStep: (step: TestStep) => void,
  options: ActOptions,
): Promise<void> {
  const open = { id: 'open', label: `Open ${source.label}` };
  onStep({ ...open, status: 'running' });
  onStep({ ...open, status: 'passed' });
  const list = { id: 'list', label: 'List tables' };
  onStep({ ...list, status: 'running' });
  let first: TablePath | undefined;
  let tables = 0;
  for await (const table of session.discover(options)) {
    first ??= table.path;
    tables += 1;
  }
  if (first === undefined) {
    throw new AppError({
      code: 'FILE_INVALID',
      message: `There are no tables in ${source.label}.`,
      help: 'Choose a DuckDB database with tables, or a folder with Parquet, CSV or JSON Lines files.',
      retry: 'after-fix',
    });
  }
  const detail = [`${tables} ${tables === 1 ? 'table' : 'tables'}`, ...(source.notes?.() ?? [])].join('; ');
  onStep({ ...list, status: 'passed', detail });
  const read = { id: 'read', label: `Read ${formatTablePath(first)}` };
  onStep({ ...read, status: 'running' });
  await session.query(
    { text: `SELECT 1 FROM ${quoteTable(first, duckdbDialect)} LIMIT 1`, values: {}, columns: [] },
    options,
  );
  onStep({ ...read, status: 'passed' });
}
