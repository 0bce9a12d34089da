import { CUSTOMER_ID } from '../domain/audience.ts';
import { type Instant, subtractDuration } from '../domain/duration.ts';
import { isWait } from '../domain/journey.ts';
import { bindInstant } from './bind-value.ts';
import { factName } from './compile-facts.ts';
import type { BoundValue, CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import type { FinishedTick } from './journey-fingerprint.ts';
import type { Edge, JourneyGraph, VersionsInPlay } from './journey-graph.ts';
import { decide, edgeName, isWelcome, travel } from './journey-hops.ts';
import type { JourneyWriter } from './journey-tables.ts';

/** What the moves of a tick are found with. */
export interface MovesRequest {
  readonly graph: JourneyGraph;
  readonly floor: VersionsInPlay['floor'];
  /** All facts of all customers: {@link JourneyFacts.compile}. */
  readonly facts: CompiledQuery;
  readonly factCount: number;
  readonly at: Instant;
}

/** A tick whose moves are found. */
export interface MovedTick extends FinishedTick {
  readonly graph: JourneyGraph;
  /** How many columns of edges the moves have. */
  readonly hops: number;
}

/**
 * Finds who moves, with the edges they take, into a table of the tick: whoever is inside and may pass, leaves, or reached the goal, and whoever
 * enters. State and facts are read once each.
 */
export function compileMoves(request: MovesRequest, writer: JourneyWriter): CompiledQuery[] {
  const { graph, facts, factCount } = request;
  const { dialect } = writer;
  const p = (name: string): string => writer.bound(name);
  const starts = startingEdges(graph);
  const asks = Array.from({ length: factCount }, (_, index) => factName(index));
  const known = `SELECT
  coalesce(f.${CUSTOMER_ID}, s.${CUSTOMER_ID}) AS ${CUSTOMER_ID},
  f.${CUSTOMER_ID} IS NOT NULL AS is_known,
  s.${CUSTOMER_ID} IS NOT NULL AS was_here,
  s.${CUSTOMER_ID} IS NOT NULL AND s.ended_at IS NULL AS is_inside,
  s.entry, s.version, s.step, s.since, s.entered_at, s.goal_at,
  coalesce(s.due_at <= ${p('at')}, FALSE) AS is_due,
  ${standingAt(request)} AS standing,
  ${[...asks.map((name) => `coalesce(f.${name}, FALSE) AS ${name}`), ...eventColumns(facts, dialect)].join(', ')}
FROM (
${facts.text}
) AS f
FULL JOIN ${writer.table('state')} AS s ON f.${CUSTOMER_ID} = s.${CUSTOMER_ID}`;
  const judged = `SELECT *,
  ${reachesGoal(request, p)} AS reaches_goal,
  ${entersNow(request, p)} AS enters
FROM (
${known}
) AS known`;
  const started = `SELECT *, CASE
  WHEN is_inside THEN ${departs(request)}
  WHEN enters THEN ${graph.entering.number}
END AS ${edgeName(0)}
FROM (
${judged}
) AS judged`;
  const moving = `SELECT * FROM (\n${started}\n) AS started WHERE ${edgeName(0)} IS NOT NULL OR reaches_goal`;
  const { text, count } = travel(moving, starts, graph, dialect);
  const edges = Array.from({ length: count }, (_, hop) => edgeName(hop));
  const columns = [
    CUSTOMER_ID,
    'CASE WHEN enters THEN coalesce(entry, 0) + 1 ELSE entry END AS entry',
    'CASE WHEN reaches_goal THEN entry END AS goal_entry',
    'version AS from_version',
    `${leavesFrom(request)} AS left_version`,
    'step AS from_step',
    `CASE WHEN enters THEN ${p('at')} ELSE entered_at END AS entered_at`,
    `CASE WHEN enters THEN NULL WHEN reaches_goal THEN ${p('at')} ELSE goal_at END AS goal_at`,
    ...edges,
    ...asks,
  ];
  const { bigint, timestamp, boolean } = dialect.castTypes;
  const typed = (names: readonly string[], type: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, type]));
  return [
    writer.recreate('moves', {
      [CUSTOMER_ID]: dialect.passingTypes.text,
      ...typed(['entry', 'goal_entry', 'from_version', 'left_version'], bigint),
      from_step: dialect.passingTypes.repeated,
      ...typed(['entered_at', 'goal_at'], timestamp),
      ...typed(edges, bigint),
      ...typed(asks, boolean),
    }),
    writer.statement(
      `INSERT INTO ${writer.table('moves')}\nSELECT ${columns.join(', ')}\nFROM (\n${text}\n) AS moved`,
      { ...facts.values, ...timesOf(request) },
    ),
  ];
}

/** The instants that a tick compares with, by the names of their parameters. */
function timesOf({ graph: { newest }, at }: MovesRequest): Record<string, BoundValue> {
  const { goal, reentry } = newest;
  return {
    at: bindInstant(at),
    ...(goal === undefined ? {} : { goal_from: bindInstant(subtractDuration(at, goal.within)) }),
    ...(reentry.kind === 'once'
      ? {}
      : { reenter_before: bindInstant(subtractDuration(at, reentry.duration)) }),
  };
}

/** Where an entry stands: the index of its place, after those of older versions were moved; -1 where its step is not there. */
function standingAt({ graph, floor }: MovesRequest): string {
  const moved = floor === undefined ? '' : ` OR s.version < ${floor.number}`;
  const whens = graph.places
    .filter(({ step }) => isWait(step))
    .map(({ index, version, step }) => {
      const within =
        floor?.number === version ? `(s.version = ${version}${moved})` : `s.version = ${version}`;
      return `WHEN ${within} AND s.step = '${step.id}' THEN ${index}`;
    });
  return whens.length === 0 ? '-1' : `CASE ${whens.join(' ')} ELSE -1 END`;
}

/** The version that whoever leaves stands in: the one that they moved to, where their step is there. */
function leavesFrom({ floor }: MovesRequest): string {
  if (floor?.inside !== 'move') return 'version';
  const moved = `is_inside AND is_known AND standing <> -1 AND version < ${floor.number}`;
  return `CASE WHEN ${moved} THEN ${floor.number} ELSE version END`;
}

function eventColumns({ columns }: CompiledQuery, dialect: Dialect): string[] {
  return columns
    .filter(({ name }) => /^e\d+$/.test(name))
    .map(({ name }) => `CAST(f.${name} AS ${dialect.castTypes.timestamp}) AS ${name}`);
}

function reachesGoal({ graph: { goal } }: MovesRequest, p: (name: string) => string): string {
  if (goal === undefined) return 'FALSE';
  return `(was_here AND goal_at IS NULL AND ${factName(goal)} AND entered_at >= ${p('goal_from')} AND entered_at < ${p('at')})`;
}

function entersNow({ graph, at }: MovesRequest, p: (name: string) => string): string {
  const { startsAt, endsAt, reentry } = graph.newest;
  if ((startsAt !== undefined && at < startsAt) || (endsAt !== undefined && at >= endsAt)) return 'FALSE';
  const again =
    reentry.kind === 'once'
      ? 'NOT was_here'
      : `(NOT was_here OR NOT is_inside AND entered_at <= ${p('reenter_before')})`;
  return `(is_known AND NOT is_inside AND ${isWelcome(graph)} AND ${again})`;
}

/** The first edge of an entry that is open: why it leaves, or how it passes its wait; NULL where it stays. */
function departs({ graph, floor }: MovesRequest): string {
  const { newest } = graph;
  const leave = (when: string, reason: Parameters<JourneyGraph['leaving']>[0]): string =>
    `WHEN ${when} THEN ${graph.leaving(reason).number}`;
  const whens = [leave('NOT is_known', 'gone')];
  if (floor?.inside === 'leave') whens.push(leave(`version < ${floor.number}`, 'new-version'));
  whens.push(leave('standing = -1', 'step-removed'));
  for (const index of graph.exits) whens.push(leave(factName(index), 'exit'));
  if (newest.goal?.leaves === true) whens.push(leave('reaches_goal', 'goal'));
  for (const place of graph.places) {
    const decision = graph.departure(place);
    if (decision.length > 0) whens.push(`WHEN standing = ${place.index} THEN ${decide(decision, '')}`);
  }
  return `CASE\n    ${whens.join('\n    ')}\n  END`;
}

function startingEdges(graph: JourneyGraph): Edge[] {
  return [graph.entering, ...graph.places.flatMap((place) => graph.departure(place).map(({ edge }) => edge))];
}

/** How many columns of edges the moves of a graph have. */
export function countHops(graph: JourneyGraph, dialect: Dialect): number {
  return travel('', startingEdges(graph), graph, dialect).count;
}
