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
 * How many rows a state has, and a number made of all of them, whatever their order: it changes where any value does. It begins with the name of the hash, so
 * that one made by another engine, or another version of it, is known as such.
 */
function fingerprintOf(tables: JourneyTables, dialect: Dialect): string {
  return `SELECT count(*) AS entries, concat('${dialect.rowHash.name} ', CAST(coalesce(sum(${rowDigest(dialect)}), 0) AS ${dialect.castTypes.text})) AS fingerprint FROM ${quoteTable(tables.state, dialect)}`;
}

/** The digest of a state's row, as a number that any sum of rows holds. */
export function rowDigest(dialect: Dialect): string {
  return dialect.rowHash.of(Object.keys(JOURNEY_COLUMNS.state));
}
