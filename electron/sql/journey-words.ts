import type { Edge } from './journey-graph.ts';

/** A number as text. */
export function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** An id or word of the app's own as text: its form holds no quote. */
export function quoted(value: string | undefined): string | undefined {
  if (value !== undefined && !/^[a-z0-9-]+$/.test(value))
    throw new RangeError('Only words are written as text.');
  return value === undefined ? undefined : `'${value}'`;
}

/** Edges by what is picked of them, so that a CASE has one WHEN for each answer. */
export function groupBy(
  edges: readonly Edge[],
  pick: (edge: Edge) => string | undefined,
): [string, Edge[]][] {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const value = pick(edge);
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), edge]);
  }
  return [...groups];
}
