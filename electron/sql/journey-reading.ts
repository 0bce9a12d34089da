import { CUSTOMER_ID } from '../domain/audience.ts';
import { BIGINT, TEXT } from '../domain/column-type.ts';
import { bindText } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { rowDigest } from './journey-fingerprint.ts';
import type { JourneyWriter } from './journey-tables.ts';

const columnsOf = (...names: readonly string[]): CompiledQuery['columns'] =>
  names.map((name) => ({ name, type: TEXT }));

/** ISO text of an instant's column is made in the app: the warehouse gives it as its own text. */
function asText(column: string, dialect: Dialect): string {
  return `CAST(${column} AS ${dialect.castTypes.text})`;
}

/**
 * The state by where its customers stand: `version`, `step` (both NULL of ended entries), `customers`, `since` of the first who arrived, and `fingerprint`, the part
 * of these rows in it. Beside them the last tick that is finished in this schema: `tick`, `entries`, `kept`.
 */
export function compileStateCheck(journeyId: string, writer: JourneyWriter): CompiledQuery {
  const { dialect } = writer;
  const isOpen = 'ended_at IS NULL';
  return {
    text: `SELECT ${['standing.version', 'standing.step', 'standing.customers', asText('standing.since', dialect), asText('standing.fingerprint', dialect), 'last.tick', 'last.entries', 'last.fingerprint AS kept'].join(', ')}
FROM (SELECT 1 AS one) AS always
LEFT JOIN (
  SELECT CASE WHEN ${isOpen} THEN version END AS version, CASE WHEN ${isOpen} THEN step END AS step, count(*) AS customers, min(since) AS since, sum(${rowDigest(dialect)}) AS fingerprint
  FROM ${writer.table('state')} GROUP BY 1, 2
) AS standing ON TRUE
LEFT JOIN (SELECT tick, entries, fingerprint FROM ${writer.table('ticks')} WHERE journey = ${writer.bound('journey')} ORDER BY tick DESC LIMIT 1) AS last ON TRUE`,
    values: { journey: bindText(journeyId) },
    columns: columnsOf('version', 'step', 'customers', 'since', 'fingerprint', 'tick', 'entries', 'kept'),
  };
}

/** What a tick did, by place: `kind`, `version`, `step`, `way`, `reason`, `customers`. */
export function compileTickCounts(number: number, writer: JourneyWriter): CompiledQuery {
  return {
    text: `SELECT kind, version, step, way, reason, count(*) AS customers
FROM ${writer.table('log')} WHERE tick = ${Math.trunc(number)}
GROUP BY kind, version, step, way, reason ORDER BY 1, 2, 3, 4, 5`,
    values: {},
    columns: [...columnsOf('kind', 'version', 'step', 'way', 'reason'), { name: 'customers', type: BIGINT }],
  };
}

/** Everything that happened since the journey began, in one statement: `part`, `kind`, `step`, `way`, `next_step`, `reason`, `rows`. */
export function compileResults(writer: JourneyWriter): CompiledQuery {
  const none = writer.nullText;
  const state = writer.table('state');
  return {
    text: `SELECT 'log' AS part, kind, step, way, next_step, reason, count(*) AS rows
FROM ${writer.table('log')} GROUP BY kind, step, way, next_step, reason
UNION ALL
SELECT 'inside', ${none}, step, ${none}, ${none}, ${none}, count(*) FROM ${state} WHERE ended_at IS NULL GROUP BY step
UNION ALL
SELECT 'customers', ${none}, ${none}, ${none}, ${none}, ${none}, count(*) FROM ${state}`,
    values: {},
    columns: [
      ...columnsOf('part', 'kind', 'step', 'way', 'next_step', 'reason'),
      { name: 'rows', type: BIGINT },
    ],
  };
}

/** What happened to a customer, the latest first: `tick`, `at`, `entry`, `kind`, `version`, `step`, `way`, `next_step`, `reason`. */
export function compileTrace(customerId: string, limit: number, writer: JourneyWriter): CompiledQuery {
  const names = ['tick', 'at', 'entry', 'kind', 'version', 'step', 'way', 'next_step', 'reason'];
  const columns = names.map((name) => (name === 'at' ? asText('occurred_at', writer.dialect) : name));
  return {
    text: `SELECT ${columns.join(', ')}
FROM ${writer.table('log')} WHERE ${CUSTOMER_ID} = ${writer.bound('customer')}
ORDER BY tick DESC, place DESC, way DESC LIMIT ${Math.trunc(limit)}`,
    values: { customer: bindText(customerId) },
    columns: columnsOf(...names),
  };
}

/** The customers whom a tick sends something at a step: ids only, to be joined with their rows. */
export function sentAt(
  journeyId: string,
  { number, version, step }: { readonly number: number; readonly version: number; readonly step: string },
  writer: JourneyWriter,
): Pick<CompiledQuery, 'text' | 'values'> {
  return {
    text: `SELECT ${CUSTOMER_ID} FROM ${writer.table('sends')} WHERE journey = ${writer.bound('journey')} AND tick = ${Math.trunc(number)} AND version = ${Math.trunc(version)} AND step = ${writer.bound('step')}`,
    values: { journey: bindText(journeyId), step: bindText(step) },
  };
}

/** Members of whom only those are kept whose ids another query gives. */
export function onlyThose(
  members: CompiledQuery,
  ids: Pick<CompiledQuery, 'text' | 'values'>,
): CompiledQuery {
  return {
    text: `SELECT * FROM (\n${members.text}\n) AS everybody\nWHERE ${CUSTOMER_ID} IN (${ids.text})`,
    values: { ...members.values, ...ids.values },
    columns: members.columns,
  };
}
