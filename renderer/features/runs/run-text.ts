import type { FileFormat, Run } from '../../../electron/domain/run.ts';

/** The words and the colour of a run's state. */
export function describeStatus(status: Run['status']): {
  label: string;
  tone: 'neutral' | 'success' | 'warning' | 'danger';
} {
  switch (status) {
    case 'running':
      return { label: 'Running', tone: 'warning' };
    case 'succeeded':
      return { label: 'Succeeded', tone: 'success' };
    case 'failed':
      return { label: 'Failed', tone: 'danger' };
    case 'cancelled':
      return { label: 'Cancelled', tone: 'neutral' };
  }
}

const FORMATS: Record<FileFormat, string> = { csv: 'CSV', jsonl: 'JSON Lines', parquet: 'Parquet' };

/** The name of a file format. */
export function describeFormat(format: FileFormat): string {
  return FORMATS[format];
}

/** How long an ended run took, in milliseconds. */
export function durationOf(run: Run): number | undefined {
  return run.endedAt === undefined ? undefined : Date.parse(run.endedAt) - Date.parse(run.startedAt);
}

/** The last part of a path of any operating system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
