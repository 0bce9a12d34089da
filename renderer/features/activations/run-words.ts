import type { DryRun } from '../../../electron/contract/contract.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { ActivationRun } from '../../../electron/domain/run.ts';
import { formatCount, formatCounted } from '../../text/format.ts';

/** What a run would do at a destination, in one sentence. */
export function describeAct(
  mode: ActivationMode,
  { adds, removes, unchanged }: DryRun,
  where: string,
): string {
  const customers = (count: number): string => formatCounted(count, 'customer');
  switch (mode) {
    case 'add':
      return `Adds ${customers(adds)} to ${where}.`;
    case 'remove':
      return `Removes ${customers(removes)} from ${where}.`;
    case 'mirror':
      return `Adds ${customers(adds)} to ${where} and removes ${formatCount(removes)}; ${formatCount(unchanged)} unchanged.`;
    case 'replace':
      return `Replaces what is in ${where} by ${customers(adds)}.`;
    case 'send':
      return `Sends a message to ${customers(adds)} through ${where}.`;
  }
}

/** The counts of a run, as short as a cell of a table. */
export function describeCounts({ counts, status }: ActivationRun): string {
  const { adds, removes, taken, rejected, unknown } = counts;
  const total = adds + removes;
  return [
    status === 'running'
      ? `${formatCount(taken)} of ${formatCount(total)} taken`
      : `${formatCount(taken)} taken`,
    ...(rejected === 0 ? [] : [`${formatCount(rejected)} rejected`]),
    ...(unknown === 0 ? [] : [`${formatCount(unknown)} unknown`]),
  ].join(', ');
}
