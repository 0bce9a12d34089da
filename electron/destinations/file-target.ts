import { DEFAULT_FILE_NAME, checkFileNamePattern } from '../domain/file-name.ts';
import type { FieldSpec, Settings } from '../domain/field-spec.ts';
import type { DestinationKind } from './destination.ts';
import { invalidSetting } from './failure.ts';
import { readText } from './read-settings.ts';

const TEXT_FORMATS = ['csv', 'jsonl'];

/** What an activation chooses of the files it writes, whatever place they go to. Read by `readFileOptions` of the runner. */
export const FILE_TARGET: readonly FieldSpec[] = [
  {
    key: 'fileName',
    label: 'File name',
    kind: 'text',
    required: true,
    initial: DEFAULT_FILE_NAME,
    help: 'Of {activation}, {audience}, {date}, {time}, {run} and {part}. Without {date}, {time} or {run} each run replaces the file of the last one. The ending follows from the format.',
  },
  {
    key: 'format',
    label: 'Format',
    kind: 'select',
    required: true,
    initial: 'csv',
    options: [
      { value: 'csv', label: 'CSV' },
      { value: 'jsonl', label: 'JSON Lines' },
      { value: 'parquet', label: 'Parquet' },
    ],
  },
  {
    key: 'delimiter',
    label: 'Delimiter',
    kind: 'select',
    required: true,
    initial: 'comma',
    options: [
      { value: 'comma', label: 'Comma' },
      { value: 'semicolon', label: 'Semicolon' },
      { value: 'tab', label: 'Tab' },
      { value: 'pipe', label: 'Pipe' },
    ],
    showIf: { key: 'format', in: ['csv'] },
  },
  {
    key: 'header',
    label: 'Column names in the first line',
    kind: 'switch',
    required: false,
    initial: true,
    showIf: { key: 'format', in: ['csv'] },
  },
  {
    key: 'compression',
    label: 'Compression',
    kind: 'select',
    required: true,
    initial: 'none',
    options: [
      { value: 'none', label: 'None' },
      { value: 'gzip', label: 'gzip' },
    ],
    showIf: { key: 'format', in: TEXT_FORMATS },
  },
  {
    key: 'splitMegabytes',
    label: 'Split above (MB)',
    kind: 'number',
    required: false,
    initial: 0,
    help: 'No file is larger than this before compression, unless a single row is. 0 writes one file.',
    showIf: { key: 'format', in: TEXT_FORMATS },
  },
  {
    key: 'manifest',
    label: 'Write a manifest',
    kind: 'switch',
    required: false,
    initial: false,
    help: 'A JSON file beside the others, written last: their names, rows, bytes and SHA-256.',
  },
];

const LONGEST_COLUMN = 120;

/** What all kinds of destination that take files have in common. */
export const FILE_KIND = {
  channel: 'file',
  target: FILE_TARGET,
  modes: ['replace'],
  fields: [],
  freeFields: { checkName: checkColumnName },
  checkFields: (_fields: readonly string[], target: Settings) => {
    const problem = checkFileNamePattern(readText(target, 'fileName', DEFAULT_FILE_NAME));
    return problem === undefined ? [] : [problem];
  },
} as const satisfies Partial<DestinationKind>;

function checkColumnName(name: string): string | undefined {
  if (name.trim() === '') return 'The column needs a name.';
  if (name !== name.trim()) return 'The name of the column begins or ends with a blank.';
  if (/\p{Cc}/u.test(name)) return 'The name of the column holds a control character.';
  if (name.length > LONGEST_COLUMN) return `The name of the column is longer than ${LONGEST_COLUMN} letters.`;
  return undefined;
}

/** A name as a place takes it: of a file, not of a folder or of one elsewhere. @throws DeliveryFailure SETTINGS_INVALID */
export function requireFileName(name: string): string {
  if (!/[/\\\p{Cc}]/u.test(name) && !['', '.', '..'].includes(name)) return name;
  throw invalidSetting(
    'target.fileName',
    'The file name is not one that a file can have.',
    'Correct the file name of the activation.',
  );
}

/** The name a file has until it is whole: hidden, in the same folder, at most 255 bytes. */
export function namePart(name: string, random: string): string {
  return `.${Array.from(name).slice(0, 58).join('')}.${random}.part`;
}
