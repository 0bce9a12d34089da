import { unreachable } from '../../electron/domain/app-error.ts';
import type { ActivationRun, ExportRun, Run } from '../../electron/domain/run.ts';
import { formatCount, formatCounted } from './format.ts';

/** The last part of a path of any operating system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** Where a run sends to: the destination, or the file of an export by its name. */
export function nameTarget(run: Run): string {
  return run.kind === 'export' ? fileName(run.target.path) : run.destinationLabel;
}

/** What a run sends where: `Paid media → Facebook`. */
export function nameRun(run: Run): string {
  return `${run.audienceName} → ${nameTarget(run)}`;
}

/** What came of a run that does not go on by itself: `107 taken, 2 rejected`. */
export function describeOutcome(run: Run): string {
  return run.kind === 'export' ? describeExport(run) : describeActivation(run);
}

function describeExport({ status, rows }: ExportRun): string {
  switch (status) {
    case 'running':
      return 'running';
    case 'succeeded':
      return rows === undefined ? 'written' : `${formatCounted(rows, 'row')} written`;
    case 'failed':
      return 'failed';
    case 'cancelled':
      return 'cancelled';
    default:
      return unreachable(status);
  }
}

function describeActivation(run: ActivationRun): string {
  switch (run.status) {
    case 'succeeded':
    case 'incomplete':
      return describeCounts(run);
    case 'running':
      return 'running';
    case 'paused':
    case 'interrupted':
    case 'failed':
    case 'cancelled':
      return `${run.status}, ${describeCounts(run)}`;
    default:
      return unreachable(run.status);
  }
}

/** What became of the rows of a run: `107 taken, 2 rejected`, and of how many while it goes on. */
export function describeCounts({ counts, status }: ActivationRun): string {
  const { adds, removes, taken, rejected, unknown } = counts;
  const total = adds + removes;
  const goesOn = status === 'running';
  if (total === 0 && !goesOn) return 'nothing to send';
  return [
    goesOn ? `${formatCount(taken)} of ${formatCount(total)} taken` : `${formatCount(taken)} taken`,
    ...(rejected === 0 ? [] : [`${formatCount(rejected)} rejected`]),
    ...(unknown === 0 ? [] : [`${formatCount(unknown)} unknown`]),
  ].join(', ');
}
