import type { Instant } from '../domain/duration.ts';
import { bindText } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { JOURNEY_COLUMNS, type JourneyTables } from './journey-tables.ts';
import { quoteTable } from './printer.ts';

/** A tick whose state is written. */
export interface FinishedTick {
  readonly journeyId: string;
  readonly number: number;
  readonly at: Instant;
}

/** The statements that keep the state as it is for that of a tick, in this order; done again they give the same. */
export function keepFingerprint(
  { journeyId, number, at }: FinishedTick,
  tables: JourneyTables,
  dialect: Dialect,
): CompiledQuery[] {
  const ticks = quoteTable(tables.ticks, dialect);
  const p = (name: string): string => dialect.parameterPrefix + name;
  const journey = { journey: bindText(journeyId) };
  return [
    {
      text: `DELETE FROM ${ticks} WHERE journey = ${p('journey')} AND tick = ${number}`,
      values: journey,
      columns: [],
    },
    {
      text: `INSERT INTO ${ticks} SELECT ${p('journey')}, ${number}, ${p('at')}, entries, fingerprint FROM (${fingerprintOf(tables, dialect)}) AS kept`,
      values: { ...journey, at: { type: 'timestamp', value: at } },
      columns: [],
    },
  ];
}

/**
 * How many rows a state has, and a number made of all of them, whatever their order: it changes where any value does. By the plain md5 of their text, so
 * that a newer engine gives the same.
 */
function fingerprintOf(tables: JourneyTables, dialect: Dialect): string {
  return `SELECT count(*) AS entries, CAST(coalesce(sum(${rowDigest(dialect)}), 0) AS ${dialect.castTypes.text}) AS fingerprint FROM ${quoteTable(tables.state, dialect)}`;
}

/** The first eight hex digits of the digest of a state's row, as a number. */
export function rowDigest(dialect: Dialect): string {
  const texts = Object.keys(JOURNEY_COLUMNS.state).map(
    (name) => `coalesce(CAST(${name} AS ${dialect.castTypes.text}), '')`,
  );
  return dialect.functions.md5Prefix(`concat_ws('|', ${texts.join(', ')})`);
}
