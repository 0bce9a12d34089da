import { CUSTOMER_ID } from '../domain/audience.ts';
import { bindInstant } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Edge } from './journey-graph.ts';
import { edgeName, isOneOf } from './journey-hops.ts';
import type { MovedTick } from './journey-moves.ts';
import { JOURNEY_COLUMNS, type JourneyWriter } from './journey-tables.ts';
import { groupBy, quoted, text } from './journey-words.ts';

/** The statement that brings the state to where the moves of a tick lead; a row that the tick has changed already stays. */
export function compileMerge(request: MovedTick, writer: JourneyWriter): CompiledQuery {
  const { graph, hops, number } = request;
  const taken = Array.from({ length: hops }, (_, hop) => edgeName(hop)).reverse();
  const last = taken.length === 1 ? taken.join() : `coalesce(${taken.join(', ')})`;
  const due = graph.places.flatMap((place) => {
    const at = graph.dueAt(place);
    return at === undefined ? [] : [{ place, at }];
  });
  const dueWhens = due.map(({ place }, index) => {
    const to = graph.edges.filter((edge) => edge.to === place);
    return to.length === 0 ? '' : ` WHEN ${isOneOf('m.last_edge', to)} THEN ${writer.bound(`due_${index}`)}`;
  });
  const dueAt = dueWhens.join('') === '' ? writer.nullTime : `CASE${dueWhens.join('')} END`;
  const into = (pick: (edge: Edge) => string | undefined, otherwise: string): string => {
    const whens = groupBy(graph.edges, pick).map(
      ([value, edges]) => ` WHEN ${isOneOf('m.last_edge', edges)} THEN ${value}`,
    );
    return whens.length === 0 ? otherwise : `CASE${whens.join('')} ELSE ${otherwise} END`;
  };
  const version = into((edge) => text((edge.to ?? edge.from)?.version), 'm.left_version');
  const step = into((edge) => quoted((edge.to ?? edge.from)?.step.id), 'm.from_step');
  const why = into((edge) => quoted(edge.ends), writer.nullText);
  const ending = graph.edges.filter(({ ends }) => ends !== undefined);
  const ended = ending.length === 0 ? 'FALSE' : `coalesce(${isOneOf('m.last_edge', ending)}, FALSE)`;
  const source = `SELECT m.${CUSTOMER_ID}, m.entry, m.entered_at, m.goal_at, m.last_edge IS NOT NULL AS moves, ${ended} AS ends, ${version} AS version, ${step} AS step, ${dueAt} AS due_at, ${why} AS why
FROM (SELECT *, ${last} AS last_edge FROM ${writer.table('moves')}) AS m`;
  const kept = (column: string, moved: string): string =>
    `${column} = CASE WHEN u.moves THEN ${moved} ELSE s.${column} END`;
  const at = writer.bound('at');
  const none = writer.nullTime;
  const sets = [
    'entry = u.entry',
    kept('version', 'u.version'),
    kept('step', 'u.step'),
    kept('since', `CASE WHEN u.ends THEN ${none} ELSE ${at} END`),
    kept('due_at', `CASE WHEN u.ends THEN ${none} ELSE u.due_at END`),
    'entered_at = u.entered_at',
    'goal_at = u.goal_at',
    kept('ended_at', `CASE WHEN u.ends THEN ${at} ELSE ${none} END`),
    kept('ended_why', 'u.why'),
    `tick = ${number}`,
  ];
  const columns = Object.keys(JOURNEY_COLUMNS.state);
  const values = [
    `u.${CUSTOMER_ID}`,
    'u.entry',
    'u.version',
    'u.step',
    `CASE WHEN u.ends THEN ${none} ELSE ${at} END`,
    `CASE WHEN u.ends THEN ${none} ELSE u.due_at END`,
    'u.entered_at',
    'u.goal_at',
    `CASE WHEN u.ends THEN ${at} ELSE ${none} END`,
    'u.why',
    String(number),
  ];
  const dues = Object.fromEntries(
    due.map(({ at: limit }, index) => [`due_${index}`, bindInstant(limit)] as const),
  );
  return writer.statement(
    `MERGE INTO ${writer.table('state')} AS s
USING (${source}) AS u
ON s.${CUSTOMER_ID} = u.${CUSTOMER_ID}
WHEN MATCHED AND s.tick < ${number} THEN UPDATE SET ${sets.join(', ')}
WHEN NOT MATCHED THEN INSERT (${columns.join(', ')}) VALUES (${values.join(', ')})`,
    { at: bindInstant(request.at), ...dues },
  );
}
