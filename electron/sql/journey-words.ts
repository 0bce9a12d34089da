import type { Edge } from './journey-graph.ts';
import { isOneOf } from './journey-hops.ts';

/** A version as text. */
export function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** An id or word of the app's own as text: its form holds no quote. */
export function quoted(value: string | undefined): string | undefined {
  if (value !== undefined && !/^[a-z0-9-]+$/.test(value))
    throw new RangeError('Only words are written as text.');
  return value === undefined ? undefined : `'${value}'`;
}

/** What is picked of the edge whose number a column holds, one of these. */
export function pickBy(
  column: string,
  edges: readonly Edge[],
  pick: (edge: Edge) => string | undefined,
): string {
  const [first, ...others] = groupBy(edges, pick);
  if (first !== undefined && others.length === 0) return first[0];
  const whens = [first, ...others].flatMap((group) =>
    group === undefined ? [] : [` WHEN ${isOneOf(column, group[1])} THEN ${group[0]}`],
  );
  return `CASE${whens.join('')} END`;
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
