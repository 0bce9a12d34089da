import type { ResultColumn } from '../arrow/batch.ts';
import { type Column, intColumn, textColumn } from '../thrift/columns.ts';
import { Result } from './result.ts';

/** The columns of a metadata result: text, but for those that JDBC counts. */
export type MetadataColumns = Readonly<Record<string, 'text' | 'int'>>;

/** A row by the names of its columns; what is missing is NULL. */
export type MetadataRow = Readonly<Record<string, string | number | null>>;

/** Makes the result of a metadata call; Databricks sends these as columns, not as Arrow. */
export function metadataResult(shape: MetadataColumns, rows: readonly MetadataRow[]): Result {
  const columns: ResultColumn[] = Object.entries(shape).map(([name, kind]) => ({
    name,
    type: { kind: kind === 'int' ? 'int' : 'string' },
    asText: false,
    from: 'value',
  }));
  const values: Column[] = Object.entries(shape).map(([name, kind]) => {
    const cells = rows.map((row) => row[name] ?? null);
    return kind === 'int'
      ? intColumn(cells.map((cell) => (cell === null ? null : Number(cell))))
      : textColumn(cells.map((cell) => (cell === null ? null : String(cell))));
  });
  let read = false;
  const source = {
    fetch: async () => {
      if (read) return { columns: [], rows: 0 };
      read = true;
      return { columns: values, rows: rows.length };
    },
  };
  return new Result({ columns, format: 'columns', timeZone: 'UTC' }, source);
}
