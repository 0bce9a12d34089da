import { CUSTOMER_ID } from '../domain/audience.ts';
import { BUCKETS } from '../domain/random-buckets.ts';
import { factName } from './compile-facts.ts';
import type { Dialect } from './dialect.ts';
import type { Decision, Edge, JourneyGraph, Place, WayTest } from './journey-graph.ts';

/** The name of the column with the edge that is taken at a hop, counted from 0. */
export function edgeName(hop: number): string {
  return `e_${hop}`;
}

/** Rows with the edges of their first hop, and how they go on. */
export interface Hops {
  readonly text: string;
  /** How many columns of edges there are, from 0. */
  readonly count: number;
}

/**
 * Lets rows travel on through a graph until they stop: `rows` has `e_0`, the edge each begins with, one of `first`, and the facts; each further
 * hop adds a column. Every hop is a SELECT around the one before, so that one statement goes as far as the longest way without a wait.
 */
export function travel(rows: string, first: readonly Edge[], graph: JourneyGraph, dialect: Dialect): Hops {
  let text = rows;
  let count = 1;
  let taken = first;
  // Within a tick the ways come to an end. A preview also passes waits, so that a circle would not: after as many hops as there are places
  // everybody has been wherever they come.
  while (count <= graph.places.length) {
    const arrived = arrivals(taken, graph);
    if (arrived.length === 0) break;
    const before = edgeName(count - 1);
    const dealt = arrived.filter(({ decision }) => decision.some(({ test }) => test.kind === 'bucket'));
    if (dealt.length > 0) {
      const buckets = dealt.map(
        ({ place, edges }) => `WHEN ${isOneOf(before, edges)} THEN ${bucket(place, dialect)}`,
      );
      text = `SELECT *, CASE ${buckets.join(' ')} END AS b_${count}\nFROM (\n${text}\n) AS dealt_${count}`;
    }
    const ways = arrived.map(
      ({ edges, decision }) => `WHEN ${isOneOf(before, edges)} THEN ${decide(decision, `b_${count}`)}`,
    );
    text = `SELECT *, CASE\n  ${ways.join('\n  ')}\nEND AS ${edgeName(count)}\nFROM (\n${text}\n) AS hop_${count}`;
    taken = arrived.flatMap(({ decision }) => decision.map(({ edge }) => edge));
    count += 1;
  }
  return { text, count };
}

interface Arrival {
  readonly place: Place;
  readonly edges: readonly Edge[];
  readonly decision: Decision;
}

function arrivals(taken: readonly Edge[], graph: JourneyGraph): Arrival[] {
  const edgesTo = new Map<Place, Edge[]>();
  for (const edge of new Set(taken)) {
    if (edge.to === undefined || graph.arrival(edge.to).length === 0) continue;
    edgesTo.set(edge.to, [...(edgesTo.get(edge.to) ?? []), edge]);
  }
  return [...edgesTo].map(([place, edges]) => ({ place, edges, decision: graph.arrival(place) }));
}

/** A decision as an expression that gives the number of an edge, or NULL. `dealt` is the column with the bucket. */
export function decide(decision: Decision, dealt: string): string {
  const [first] = decision;
  if (first?.test.kind === 'always') return String(first.edge.number);
  const whens: string[] = [];
  for (const { test, edge } of decision) {
    if (test.kind === 'always') return `CASE ${whens.join(' ')} ELSE ${edge.number} END`;
    whens.push(`WHEN ${testText(test, dealt)} THEN ${edge.number}`);
  }
  return `CASE ${whens.join(' ')} END`;
}

function testText(test: Exclude<WayTest, { kind: 'always' }>, dealt: string): string {
  switch (test.kind) {
    case 'fact':
      return factName(test.index);
    case 'bucket':
      return `${dealt} < ${test.below}`;
    case 'event':
      return `${test.column} > since`;
    case 'due':
      return 'is_due';
  }
}

/** True for whom the journey is, whether they were in it or not: members of the entry's audience and of none whose members leave. */
export function isWelcome({ entry, exits }: JourneyGraph): string {
  return [factName(entry), ...exits.map((index) => `NOT ${factName(index)}`)].join(' AND ');
}

/** True where a column holds the number of one of these edges. */
export function isOneOf(column: string, edges: readonly Edge[]): string {
  const numbers = edges.map(({ number }) => number);
  return numbers.length === 1 ? `${column} = ${String(numbers[0])}` : `${column} IN (${numbers.join(', ')})`;
}

/** The step's bucket of a customer; a step's id is safe as text by its form. */
function bucket({ step }: Place, dialect: Dialect): string {
  return `${dialect.functions.md5Prefix(`concat('${step.id}:', ${CUSTOMER_ID})`)} % ${BUCKETS}`;
}
