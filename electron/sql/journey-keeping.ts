import { CUSTOMER_ID } from '../domain/audience.ts';
import { bindText } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import { keepFingerprint } from './journey-fingerprint.ts';
import { compileLog } from './journey-log.ts';
import { compileMerge } from './journey-merge.ts';
import type { MovedTick } from './journey-moves.ts';
import type { JourneyWriter } from './journey-tables.ts';

/**
 * The statements that write a tick from its moves, in this order; each done again gives the same, since what it writes carries the tick's number and
 * goes first.
 */
export function compileKeeping(request: MovedTick, writer: JourneyWriter): CompiledQuery[] {
  const { number, journeyId } = request;
  const [log, sends] = [writer.table('log'), writer.table('sends')];
  const journey = writer.bound('journey');
  const values = { journey: bindText(journeyId) };
  return [
    writer.statement(`DELETE FROM ${log} WHERE tick = ${number}`),
    compileLog(request, writer),
    writer.statement(`DELETE FROM ${sends} WHERE journey = ${journey} AND tick = ${number}`, values),
    writer.statement(
      `INSERT INTO ${sends}
SELECT ${journey}, tick, occurred_at, ${CUSTOMER_ID}, entry, version, step, ${channelOfStep(request, writer.nullText)}
FROM ${log} WHERE tick = ${number} AND kind = 'sent'`,
      values,
    ),
    compileMerge(request, writer),
    ...keepFingerprint(request, writer),
  ];
}

function channelOfStep({ graph: { sends } }: MovedTick, none: string): string {
  if (sends.length === 0) return none;
  const whens = sends.map(
    ({ place, channel }) =>
      ` WHEN version = ${place.version} AND step = '${place.step.id}' THEN '${channel}'`,
  );
  return `CASE${whens.join('')} END`;
}
