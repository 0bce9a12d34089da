import { CUSTOMER_ID } from '../domain/audience.ts';
import { bindText } from './bind-value.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { type FinishedTick, keepFingerprint } from './journey-fingerprint.ts';
import type { JourneyTables } from './journey-tables.ts';
import { quoteTable } from './printer.ts';
import { usedOf } from './used-values.ts';

/** The statements of stopping, which counts as a tick: everybody leaves. In this order; each done again gives the same. */
export function compileStop(request: FinishedTick, tables: JourneyTables, dialect: Dialect): CompiledQuery[] {
  const { number } = request;
  const [state, log] = [quoteTable(tables.state, dialect), quoteTable(tables.log, dialect)];
  const { text, timestamp } = dialect.castTypes;
  const p = (name: string): string => dialect.parameterPrefix + name;
  const none = `CAST(NULL AS ${text})`;
  const noTime = `CAST(NULL AS ${timestamp})`;
  const left = `ended_why = 'stopped' AND tick = ${number}`;
  return [
    statement(
      `UPDATE ${state} SET since = ${noTime}, due_at = ${noTime}, ended_at = ${p('at')}, ended_why = 'stopped', tick = ${number} WHERE ended_at IS NULL`,
      request,
      dialect,
    ),
    statement(`DELETE FROM ${log} WHERE tick = ${number}`, request, dialect),
    statement(
      `INSERT INTO ${log} SELECT ${number}, ${p('at')}, ${CUSTOMER_ID}, entry, 0, 'left', version, step, ${none}, ${none}, 'stopped' FROM ${state} WHERE ${left}`,
      request,
      dialect,
    ),
    ...keepFingerprint(request, tables, dialect),
  ];
}

function statement(text: string, { journeyId, at }: FinishedTick, dialect: Dialect): CompiledQuery {
  const values = { journey: bindText(journeyId), at: { type: 'timestamp', value: at } as const };
  return { text, values: usedOf(values, text, dialect), columns: [] };
}
