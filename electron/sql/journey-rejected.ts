import { CUSTOMER_ID } from '../domain/audience.ts';
import type { Instant } from '../domain/duration.ts';
import type { TablePath } from '../domain/table-path.ts';
import { bindText } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import type { JourneyTables } from './journey-tables.ts';
import { quoteTable } from './printer.ts';
import { usedOf } from './used-values.ts';

/** A step's send whose run is over. `rejected` is the table with the ids of its rejected rows. */
export interface RejectedRequest {
  readonly journeyId: string;
  readonly number: number;
  readonly at: Instant;
  readonly version: number;
  readonly step: string;
  readonly rejected: TablePath;
}

/** The place of what a run told, after everything that the tick did. */
const AFTER_ALL = 1_000_000;

/** The statements that write rejected rows of a send to the log as non-sends, in this order; each done again gives the same. */
export function compileRejected(
  request: RejectedRequest,
  tables: JourneyTables,
  dialect: Dialect,
): CompiledQuery[] {
  const { number, version, at, journeyId, step, rejected } = request;
  const p = (name: string): string => dialect.parameterPrefix + name;
  const log = quoteTable(tables.log, dialect);
  const none = `CAST(NULL AS ${dialect.castTypes.text})`;
  const mine = `tick = ${number} AND version = ${version} AND step = ${p('step')}`;
  const values = {
    at: { type: 'timestamp', value: at } as const,
    journey: bindText(journeyId),
    step: bindText(step),
  };
  const texts = [
    `DELETE FROM ${log} WHERE ${mine} AND kind = 'not-sent' AND reason = 'rejected'`,
    `INSERT INTO ${log}
SELECT ${number}, ${p('at')}, sent.${CUSTOMER_ID}, sent.entry, ${AFTER_ALL}, 'not-sent', sent.version, sent.step, ${none}, ${none}, 'rejected'
FROM (SELECT * FROM ${quoteTable(tables.sends, dialect)} WHERE journey = ${p('journey')} AND ${mine}) AS sent
JOIN ${quoteTable(rejected, dialect)} AS refused ON refused.${CUSTOMER_ID} = sent.${CUSTOMER_ID}`,
  ];
  return texts.map((text) => ({ text, values: usedOf(values, text, dialect), columns: [] }));
}
