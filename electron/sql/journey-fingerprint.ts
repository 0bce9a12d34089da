import type { Instant } from '../domain/duration.ts';
import { bindInstant, bindText } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { JOURNEY_COLUMNS, type JourneyWriter } from './journey-tables.ts';

/** A tick whose state is written. */
export interface FinishedTick {
  readonly journeyId: string;
  readonly number: number;
  readonly at: Instant;
}

/** The statements that keep the state as it is for that of a tick, in this order; done again they give the same. */
export function keepFingerprint(
  { journeyId, number, at }: FinishedTick,
  writer: JourneyWriter,
): CompiledQuery[] {
  const ticks = writer.table('ticks');
  const journey = writer.bound('journey');
  const values = { journey: bindText(journeyId), at: bindInstant(at) };
  return [
    `DELETE FROM ${ticks} WHERE journey = ${journey} AND tick = ${number}`,
    `INSERT INTO ${ticks} SELECT ${journey}, ${number}, ${writer.bound('at')}, entries, fingerprint FROM (${fingerprintOf(writer)}) AS kept`,
  ].map((text) => writer.statement(text, values));
}

/**
 * How many rows a state has, and a number made of all of them, whatever their order: it changes where any value does. It begins with the name of the hash, so
 * that one made by another engine, or another version of it, is known as such.
 */
function fingerprintOf(writer: JourneyWriter): string {
  const { rowHash, castTypes } = writer.dialect;
  return `SELECT count(*) AS entries, concat('${rowHash.name} ', CAST(coalesce(sum(${rowDigest(writer.dialect)}), 0) AS ${castTypes.text})) AS fingerprint FROM ${writer.table('state')}`;
}

/** The digest of a state's row, as a number that any sum of rows holds. */
export function rowDigest(dialect: Dialect): string {
  return dialect.rowHash.of(Object.keys(JOURNEY_COLUMNS.state));
}
