import { formatTablePath } from '../../electron/domain/table-path.ts';
import type { getEngine } from './context.ts';

/** How many tables are offered at once. */
export const OFFERED_TABLES = 50;

/** The words of a typed table name: whole names are searched by them, whatever stands between. */
export function tableWords(text: string): string {
  return text.trim().replace(/[.`]/g, ' ');
}

/** The three-part names of tables that are found by their own name, not by a column's. */
export async function searchTableNames(
  engine: ReturnType<typeof getEngine>,
  request: { readonly connectionId: string; readonly text: string },
  signal: AbortSignal,
): Promise<string[]> {
  const tables = await engine.catalog.search({ ...request, limit: OFFERED_TABLES }, { signal });
  return tables.filter((each) => each.matchedColumn === undefined).map((each) => formatTablePath(each.path));
}
