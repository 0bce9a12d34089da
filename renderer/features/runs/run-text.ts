import { unreachable } from '../../../electron/domain/app-error.ts';
import type { ActivationRun, ExportRun, FileFormat, Run, RunBatch } from '../../../electron/domain/run.ts';
import { describeMode } from '../../text/destination-words.ts';
import { formatCounted } from '../../text/format.ts';
import type { RunStatusText } from '../../text/run-status.ts';

type Tone = RunStatusText['tone'];

const FORMATS: Record<FileFormat, string> = { csv: 'CSV', jsonl: 'JSON Lines', parquet: 'Parquet' };
const BATCHES: Record<RunBatch['status'], { label: string; tone: Tone; meaning: string }> = {
  sent: { label: 'Sent', tone: 'accent', meaning: 'It was sent and has no answer yet.' },
  waiting: { label: 'Waiting', tone: 'accent', meaning: 'It was not taken, and is sent again.' },
  taken: { label: 'Taken', tone: 'success', meaning: 'The destination took it.' },
  unknown: {
    label: 'Unknown',
    tone: 'warning',
    meaning: 'The connection broke after it was sent: it may have been taken.',
  },
  refused: { label: 'Refused', tone: 'danger', meaning: 'The destination refused it as it is.' },
};
const STARTED_FROM: Record<ActivationRun['startedFrom'], string | undefined> = {
  app: undefined,
  schedule: 'schedule',
  'command-line': 'command line',
};

/** The words, the colour and the meaning of a batch's state. */
export function describeBatch(status: RunBatch['status']): { label: string; tone: Tone; meaning: string } {
  return BATCHES[status];
}

/** The name of a file format. */
export function describeFormat(format: FileFormat): string {
  return FORMATS[format];
}

/** How a run sends: the mode of an activation, `Export` for a file written by hand. */
export function nameMode(run: Run): string {
  return run.kind === 'export' ? 'Export' : describeMode(run.mode).label;
}

/** Who started a run: `ana`, or `ana, schedule` where it was not by hand. */
export function describeStarter(run: Run): string {
  const from = run.kind === 'export' ? undefined : STARTED_FROM[run.startedFrom];
  return from === undefined ? run.startedBy : `${run.startedBy}, ${from}`;
}

/** How long an ended run took, in milliseconds. */
export function durationOf(run: Run): number | undefined {
  return run.endedAt === undefined ? undefined : Date.parse(run.endedAt) - Date.parse(run.startedAt);
}

/** What a run's state means, and the next act. */
export function explainRun(run: Run): string {
  return run.kind === 'export' ? explainExport(run.status) : explainActivation(run);
}

function explainExport(status: ExportRun['status']): string {
  switch (status) {
    case 'running':
      return 'The file is being written. It appears under its name once it is complete.';
    case 'succeeded':
      return 'The file is complete. Its digest shows whether it was changed since.';
    case 'failed':
      return 'No file was written. Mend the cause, then export the audience again.';
    case 'cancelled':
      return 'It was cancelled and left no file behind.';
    default:
      return unreachable(status);
  }
}

function explainActivation(run: ActivationRun): string {
  const { counts } = run;
  const refused = counts.rejected > 0 ? ' The reasons are under Rejected.' : '';
  switch (run.status) {
    case 'running':
      return 'Rows are on their way. Slipway has to stay open until the run has ended.';
    case 'paused':
      return 'Nothing more is sent until it is decided: send anyway, or cancel. What was taken stays.';
    case 'interrupted':
      return 'Slipway stopped while this run was under way. Resume goes on at the batch where it stopped.';
    case 'succeeded':
      if (counts.adds + counts.removes > 0) return 'The destination took every row.';
      return counts.unchanged > 0
        ? 'Nothing had changed since the last run, so nothing was sent.'
        : 'No row was to be sent.';
    case 'incomplete':
      return `It ended with rows that were not taken.${explainUnknown(counts.unknown)}${refused}`;
    case 'failed':
      return `It stopped before all rows were sent. Mend the cause, then resume: it goes on at the batch where it stopped.${explainUnknown(counts.unknown)}`;
    case 'cancelled':
      return 'It was cancelled. What was taken before stays at the destination.';
    default:
      return unreachable(run.status);
  }
}

function explainUnknown(unknown: number): string {
  if (unknown === 0) return '';
  return ` Of ${formatCounted(unknown, 'row')} it cannot be told whether they were taken; see the batches marked Unknown.`;
}

/** The time that is left, roughly. */
export function describeTimeLeft(seconds: number): string {
  if (seconds < 60) return 'less than a minute left';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min left`;
  return `about ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
