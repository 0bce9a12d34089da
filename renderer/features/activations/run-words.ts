import type { DryRun } from '../../../electron/contract/contract.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
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
