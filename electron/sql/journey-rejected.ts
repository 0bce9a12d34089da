import { CUSTOMER_ID } from '../domain/audience.ts';
import type { Instant } from '../domain/duration.ts';
import type { TablePath } from '../domain/table-path.ts';
import { bindInstant, bindText } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { JourneyWriter } from './journey-tables.ts';
import { quoteTable } from './printer.ts';

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
export function compileRejected(request: RejectedRequest, writer: JourneyWriter): CompiledQuery[] {
  const { number, version, at, journeyId, step, rejected } = request;
  const log = writer.table('log');
  const none = writer.nullText;
  const mine = `tick = ${number} AND version = ${version} AND step = ${writer.bound('step')}`;
  const values = { at: bindInstant(at), journey: bindText(journeyId), step: bindText(step) };
  return [
    `DELETE FROM ${log} WHERE ${mine} AND kind = 'not-sent' AND reason = 'rejected'`,
    `INSERT INTO ${log}
SELECT ${number}, ${writer.bound('at')}, sent.${CUSTOMER_ID}, sent.entry, ${AFTER_ALL}, 'not-sent', sent.version, sent.step, ${none}, ${none}, 'rejected'
FROM (SELECT * FROM ${writer.table('sends')} WHERE journey = ${writer.bound('journey')} AND ${mine}) AS sent
JOIN ${quoteTable(rejected, writer.dialect)} AS refused ON refused.${CUSTOMER_ID} = sent.${CUSTOMER_ID}`,
  ].map((text) => writer.statement(text, values));
}
