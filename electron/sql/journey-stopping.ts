import { CUSTOMER_ID } from '../domain/audience.ts';
import { bindInstant } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import { type FinishedTick, keepFingerprint } from './journey-fingerprint.ts';
import type { JourneyWriter } from './journey-tables.ts';

/** The statements of stopping, which counts as a tick: everybody leaves. In this order; each done again gives the same. */
export function compileStop(tick: FinishedTick, writer: JourneyWriter): CompiledQuery[] {
  const { number, at } = tick;
  const [state, log] = [writer.table('state'), writer.table('log')];
  const { nullText, nullTime } = writer;
  const now = writer.bound('at');
  const texts = [
    `UPDATE ${state} SET since = ${nullTime}, due_at = ${nullTime}, ended_at = ${now}, ended_why = 'stopped', tick = ${number} WHERE ended_at IS NULL`,
    `DELETE FROM ${log} WHERE tick = ${number}`,
    `INSERT INTO ${log} SELECT ${number}, ${now}, ${CUSTOMER_ID}, entry, 0, 'left', version, step, ${nullText}, ${nullText}, 'stopped' FROM ${state} WHERE ended_why = 'stopped' AND tick = ${number}`,
  ];
  return [
    ...texts.map((text) => writer.statement(text, { at: bindInstant(at) })),
    ...keepFingerprint(tick, writer),
  ];
}
