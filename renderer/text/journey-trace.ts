import type { Step } from '../../electron/domain/journey.ts';
import type { TraceRow } from '../../electron/domain/tick.ts';
import { describeEnd, describeNotSent, nameStep, nameWay } from './journey-words.ts';

/** The step of an id in a version of the journey; undefined where the version is not known. */
export type FindStep = (version: number, stepId: string) => Step | undefined;

/** What happened to a customer, in a sentence. `rows` are all that happened, of which `row` is one. */
export function describeTraceRow(row: TraceRow, rows: readonly TraceRow[], find: FindStep): string {
  const name = (id: string): string => {
    const step = find(row.version, id);
    return `“${step === undefined ? id : nameStep(step)}”`;
  };
  const way = (key: string): string => `“${nameWay(find(row.version, row.step), key)}”`;
  switch (row.kind) {
    case 'entered':
      return `Entered at ${name(row.step)}, version ${row.version}`;
    case 'passed': {
      const by = row.way === undefined || row.way === 'next' ? '' : ` by ${way(row.way)}`;
      const to = row.nextStep === undefined ? '' : ` to ${name(row.nextStep)}`;
      return `Went from ${name(row.step)}${by}${to}`;
    }
    case 'sent':
      return `Sent ${name(row.step)}`;
    case 'not-sent':
      return describeMissed(row, rows, name, way);
    case 'goal':
      return 'Reached the goal';
    case 'left':
      return `Left at ${name(row.step)}: ${describeEnd(row.reason ?? 'end')}`;
  }
}

function describeMissed(
  { step, tick, entry, reason = '', way: lost }: TraceRow,
  rows: readonly TraceRow[],
  name: (id: string) => string,
  way: (key: string) => string,
): string {
  if (reason !== 'priority' || lost === undefined)
    return `Not sent ${name(step)}: ${describeNotSent(reason)}`;
  const passed = rows.find(
    (each) => each.kind === 'passed' && each.step === step && each.tick === tick && each.entry === entry,
  );
  const won = passed?.way === undefined ? 'an earlier branch' : `branch ${way(passed.way)}`;
  return `Not sent ${way(lost)} of ${name(step)}: lost to ${won} by priority`;
}
