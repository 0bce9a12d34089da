import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';

/** Quoted names and texts, in which nothing is a placeholder, or a placeholder. */
const TOKENS = /"[^"]*"|`[^`]*`|'[^']*'|[$:][a-z_]\w*/gi;

/** A query whose values have other names, each with a prefix, so that it can stand within another one. */
export function renameValues<Query extends Pick<CompiledQuery, 'text' | 'values'>>(
  query: Query,
  prefix: string,
  { parameterPrefix }: Pick<Dialect, 'parameterPrefix'>,
): Query {
  const names = new Set(Object.keys(query.values).map((name) => parameterPrefix + name));
  return {
    ...query,
    text: query.text.replace(TOKENS, (token) =>
      names.has(token) ? parameterPrefix + prefix + token.slice(1) : token,
    ),
    values: Object.fromEntries(
      Object.entries(query.values).map(([name, value]) => [prefix + name, value] as const),
    ),
  };
}
