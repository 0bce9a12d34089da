import type { Run } from '../../../electron/domain/run.ts';
import type { Choice } from '../../ui/choice.ts';
import { nameTarget } from '../../text/run.ts';
import { describeRunStatus } from '../../text/run-status.ts';

/** Which runs of the history are shown. */
export type RunFilter = {
  readonly status: Run['status'] | 'all';
  readonly kind: Run['kind'] | 'all';
  readonly text: string;
};

const ORDER: readonly Run['status'][] = [
  'running',
  'paused',
  'interrupted',
  'incomplete',
  'failed',
  'succeeded',
  'cancelled',
];

/** The choices of a filter by status: first what may need a person. */
export const STATUS_CHOICES: readonly Choice<RunFilter['status']>[] = [
  { value: 'all', label: 'All statuses' },
  ...ORDER.map((status) => ({ value: status, label: describeRunStatus(status).label })),
];

export const KIND_CHOICES: readonly Choice<RunFilter['kind']>[] = [
  { value: 'all', label: 'Exports and activations' },
  { value: 'activation', label: 'Activations' },
  { value: 'export', label: 'Exports' },
];

/** The runs of this status and kind that hold every word of the text in a name, id or account. */
export function filterRuns(runs: readonly Run[], { status, kind, text }: RunFilter): Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    if (status !== 'all' && run.status !== status) return false;
    if (kind !== 'all' && run.kind !== kind) return false;
    const whole = textOf(run).toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

function textOf(run: Run): string {
  const own = run.kind === 'export' ? [run.target.path] : [run.activationName, run.destinationKind];
  return [run.audienceName, nameTarget(run), run.startedBy, run.id, run.statementId ?? '', ...own].join(' ');
}
