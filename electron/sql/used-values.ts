import type { BoundValue } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';

/** Those of the values that a text names: engines refuse a value that no placeholder asks for. */
export function usedOf(
  values: Readonly<Record<string, BoundValue>>,
  text: string,
  { parameterPrefix }: Pick<Dialect, 'parameterPrefix'>,
): Record<string, BoundValue> {
  const named = new Set(text.match(/[$:][a-z_]\w*/gi));
  return Object.fromEntries(Object.entries(values).filter(([name]) => named.has(parameterPrefix + name)));
}
