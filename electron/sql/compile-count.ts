import { BIGINT } from '../domain/column-type.ts';
import type { CompiledQuery } from './compiled-query.ts';

/** How many rows a query has: one row, one column. The rows themselves stay in the warehouse. */
export function compileCount({ text, values }: CompiledQuery): CompiledQuery {
  return {
    text: `SELECT count(*) AS rows FROM (\n${text}\n) AS counted`,
    values,
    columns: [{ name: 'rows', type: BIGINT }],
  };
}
