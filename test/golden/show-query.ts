import type { CompiledQuery } from '../../electron/sql/index.ts';

/** A query as it is pinned: its text, then the values of its parameters. */
export function showQuery(query: CompiledQuery): string {
  const values = Object.entries(query.values).map(
    ([name, { type, value }]) => `-- ${name} ${type} ${JSON.stringify(value)}`,
  );
  return [query.text, ...values, ''].join('\n');
}
