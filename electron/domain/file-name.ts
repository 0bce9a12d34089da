import type { FileFormat } from './run.ts';

/** What a file name pattern may hold in braces. */
const PLACEHOLDERS = ['activation', 'audience', 'date', 'time', 'run', 'part'] as const;

/** The values of a file name, the same for all files of a run. */
export interface FileNameValues {
  readonly activation: string;
  readonly audience: string;
  readonly run: string;
  /** The instant the run began, ISO 8601; its UTC date and time stand in the name. */
  readonly at: string;
}

/** What decides the ending of a file's name. */
export interface FileNaming {
  readonly pattern: string;
  readonly format: FileFormat;
  readonly compression: 'none' | 'gzip';
  /** Whether the content may go into several files: their names then always hold a number. */
  readonly isSplit: boolean;
}

/** The pattern of a new activation. */
export const DEFAULT_FILE_NAME = '{activation}-{date}-{time}';

const LONGEST_PATTERN = 120;
/** Letters of one value in a name: with the pattern's own they stay below the 255 bytes that disks allow. */
const LONGEST_VALUE = 40;
const ENDING = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet)$/i;
const CONTROL = /\p{Cc}/u;
/** Not allowed in names on one system or another. */
const UNSAFE = /[\p{Cc}/\\:*?"<>|]+/gu;

/** Why a pattern of file names cannot be used, one sentence; undefined where it can. */
export function checkFileNamePattern(pattern: string): string | undefined {
  const text = pattern.trim();
  if (text === '') return 'The file name is missing.';
  if (text.length > LONGEST_PATTERN) return `The file name is longer than ${LONGEST_PATTERN} letters.`;
  if (/[/\\]/.test(text)) return 'The file name holds a slash. Folders belong into the destination.';
  if (CONTROL.test(text)) return 'The file name holds a control character.';
  if (/[:*?"<>|]/.test(text)) return 'The file name holds one of : * ? " < > |, which some systems refuse.';
  if (text.startsWith('.')) return 'The file name begins with a dot, which hides the file.';
  const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].find(
    ([, name]) => !PLACEHOLDERS.some((each) => each === name),
  );
  if (unknown !== undefined) {
    const known = PLACEHOLDERS.map((each) => `{${each}}`).join(', ');
    return `The file name holds “${unknown[0]}”, which stands for nothing. Known are ${known}.`;
  }
  if (/[{}]/.test(text.replaceAll(/\{[^{}]*\}/g, '')))
    return 'The file name holds a brace without its other.';
  return undefined;
}

/** The name of a run's file, `part` counted from 1. The pattern has passed {@link checkFileNamePattern}. */
export function nameFile(naming: FileNaming, values: FileNameValues, part: number): string {
  const { base, ending } = splitEnding(naming);
  const numbered = naming.isSplit && !base.includes('{part}') ? `${base}-{part}` : base;
  return fill(numbered, values, String(part).padStart(3, '0')) + ending;
}

/** The name of the manifest that tells of a run's files. */
export function nameManifest(naming: FileNaming, values: FileNameValues): string {
  const unnumbered = splitEnding(naming).base.replaceAll(/[-_. ]?\{part\}/g, '');
  return `${fill(unnumbered === '' ? DEFAULT_FILE_NAME : unnumbered, values, '')}.manifest.json`;
}

function splitEnding({ pattern, format, compression }: FileNaming): { base: string; ending: string } {
  const zipped = compression === 'gzip' ? '.gz' : '';
  const plain = zipped === '' ? pattern.trim() : pattern.trim().replace(/\.gz$/i, '');
  const ending = ENDING.exec(plain)?.[0] ?? '';
  const base = plain.slice(0, plain.length - ending.length);
  return { base, ending: (ending === '' ? `.${format}` : ending) + zipped };
}

function fill(pattern: string, values: FileNameValues, part: string): string {
  const [date = '', time = ''] = values.at.split('T');
  const given: Readonly<Record<string, string>> = {
    activation: nameSafely(values.activation),
    audience: nameSafely(values.audience),
    run: nameSafely(values.run),
    date,
    time: time.slice(0, 8).replaceAll(':', ''),
    part,
  };
  const name = pattern.replaceAll(/\{([^{}]*)\}/g, (_, key: string) => given[key] ?? '');
  return name.replace(/^[. ]+/, '') || 'file';
}

function nameSafely(value: string): string {
  const safe = value.normalize('NFC').replaceAll(UNSAFE, '-').replaceAll(/[{}]/g, '').trim();
  return Array.from(safe).slice(0, LONGEST_VALUE).join('').trim();
}
