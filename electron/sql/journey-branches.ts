import { CUSTOMER_ID } from '../domain/audience.ts';
import { BIGINT, TEXT } from '../domain/column-type.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import type { Edge, JourneyGraph, Place } from './journey-graph.ts';
import { edgeName, isOneOf, isWelcome, travel } from './journey-hops.ts';

/** Everybody who would enter now, with the edges they would take: no state is looked at. */
function everybody(
  facts: CompiledQuery,
  graph: JourneyGraph,
  dialect: Dialect,
): { text: string; count: number } {
  const entering = `SELECT *, ${graph.entering.number} AS ${edgeName(0)}
FROM (
${facts.text}
) AS facts
WHERE ${isWelcome(graph)}`;
  return travel(entering, [graph.entering], graph, dialect);
}

/** True where one of the hops took one of these edges. */
function tookOneOf(edges: readonly Edge[], hops: number): string {
  if (edges.length === 0) return 'FALSE';
  return Array.from({ length: hops }, (_, hop) => isOneOf(edgeName(hop), edges)).join(' OR ');
}

/** How many customers of now would take each edge of a graph: one row, a column `x<number>` for each edge in `edges`. */
export function compileEdgeCounts(
  facts: CompiledQuery,
  graph: JourneyGraph,
  dialect: Dialect,
): CompiledQuery {
  const { text, count } = everybody(facts, graph, dialect);
  const columns = graph.edges.map((edge) => {
    // An edge is taken once at most, but where a circle of a preview comes back to it.
    const took = tookOneOf([edge], count);
    return `count(CASE WHEN ${took} THEN 1 END) AS x${edge.number}`;
  });
  return {
    text: `SELECT ${columns.join(', ')}\nFROM (\n${text}\n) AS dealt`,
    values: facts.values,
    columns: graph.edges.map(({ number }) => ({ name: `x${number}`, type: BIGINT })),
  };
}

/**
 * A journey without waits as one query: `customer_id` and `branch`, the id of the activate step that is the customer's last, else of the step where the
 * journey ends for them. `at` keeps only those who pass this step.
 */
export function compileBranches(
  facts: CompiledQuery,
  graph: JourneyGraph,
  dialect: Dialect,
  at?: Place,
): CompiledQuery {
  const { text, count } = everybody(facts, graph, dialect);
  const hops = Array.from({ length: count }, (_, hop) => edgeName(hop)).reverse();
  const sends = graph.sends.map(({ edge }) => edge);
  const lastSends = hops.map((hop) =>
    sends.length === 0 ? 'NULL' : `CASE WHEN ${isOneOf(hop, sends)} THEN ${hop} END`,
  );
  const last = `coalesce(${[...lastSends, ...hops].join(', ')})`;
  const names = graph.edges
    .filter(({ from }) => from !== undefined)
    .map((edge) => `WHEN ${edge.number} THEN '${edge.from?.step.id ?? ''}'`);
  const through = at === undefined ? undefined : graph.edges.filter(({ from }) => from === at);
  return {
    text: `SELECT ${CUSTOMER_ID}, CASE ${last} ${names.join(' ')} END AS branch\nFROM (\n${text}\n) AS dealt${through === undefined ? '' : `\nWHERE ${tookOneOf(through, count)}`}`,
    values: facts.values,
    columns: [CUSTOMER_ID, 'branch'].map((name) => ({ name, type: TEXT })),
  };
}
