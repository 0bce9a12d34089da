import type { Run } from '../../electron/domain/run.ts';

/** The words and the colour of a run's state. */
export type RunStatusText = {
  readonly label: string;
  readonly tone: 'neutral' | 'accent' | 'success' | 'warning' | 'danger';
};

const STATUSES: Readonly<Record<Run['status'], RunStatusText>> = {
  running: { label: 'Running', tone: 'accent' },
  paused: { label: 'Paused', tone: 'warning' },
  interrupted: { label: 'Interrupted', tone: 'warning' },
  succeeded: { label: 'Succeeded', tone: 'success' },
  incomplete: { label: 'Incomplete', tone: 'warning' },
  failed: { label: 'Failed', tone: 'danger' },
  cancelled: { label: 'Cancelled', tone: 'neutral' },
};

/** The words and the colour of a run's state. */
export function describeRunStatus(status: Run['status']): RunStatusText {
  return STATUSES[status];
}
