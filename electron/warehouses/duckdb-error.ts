import { AppError } from '../domain/app-error.ts';
import { targetUnwritable } from './target-error.ts';

/**
 * Maps an error of DuckDB to one for people. DuckDB quotes row values in its messages (“Could not convert string 'x'”), so its text is
 * never passed on: only names of tables and columns, line numbers and the kind of failure are. For the same reason the cause is dropped.
 * `target` is the file being written, if one is.
 */
export function mapDuckdbError(error: unknown, target?: string): AppError {
  if (error instanceof AppError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (target !== undefined) {
    const unwritable = mapTargetError(text, target);
    if (unwritable !== undefined) return unwritable;
  }
  return mapModelError(text) ?? mapFileError(text) ?? mapRunError(text);
}

function mapTargetError(text: string, target: string): AppError | undefined {
  if (!/^(IO|Permission) Error/.test(text) || !text.includes(target)) return undefined;
  const full = /No space left|quota exceeded|File too large/i.test(text);
  return targetUnwritable(target, full ? 'the disk is full' : reasonOf(text));
}

function reasonOf(text: string): string {
  if (/Read-only file system/i.test(text)) return 'the disk is read-only';
  if (/No such file or directory/i.test(text)) return 'its folder does not exist';
  if (/Permission denied/i.test(text)) return 'it may not be written';
  if (/Is a directory/i.test(text)) return 'a folder has this name';
  return 'it cannot be opened';
}

function mapModelError(text: string): AppError | undefined {
  const table =
    /Table with name "?([^"\n]+?)"? does not exist/.exec(text)?.[1] ??
    /View with name "?([^"\n]+?)"? does not exist/.exec(text)?.[1] ??
    /Catalog "([^"\n]+)" does not exist/.exec(text)?.[1] ??
    /schema "([^"\n]+)" does not exist/.exec(text)?.[1];
  if (table !== undefined) return tableMissing(table);
  const column =
    /Referenced column "((?:[^"\n]|"")+)" not found/.exec(text)?.[1] ??
    /does not have a column named "((?:[^"\n]|"")+)"/.exec(text)?.[1] ??
    /Could not find key "((?:[^"\n]|"")+)" in struct/.exec(text)?.[1];
  if (column !== undefined) {
    return new AppError({
      code: 'COLUMN_MISSING',
      message: `The column “${column}” no longer exists.`,
      help: 'Refresh the catalog, then map the column anew or remove it from the rule.',
      retry: 'after-fix',
    });
  }
  const changed =
    /^Binder Error: (No function matches|Cannot compare values|Cannot mix|Contents of view were altered)/.test(
      text,
    ) || /Unimplemented type for cast/.test(text);
  if (!changed) return undefined;
  return new AppError({
    code: 'COLUMN_CHANGED',
    message: 'A column has another type than the model says.',
    help: 'Refresh the catalog, then check the types of the mapped columns.',
    retry: 'after-fix',
  });
}

/** The error of a table that is not there. */
export function tableMissing(name: string): AppError {
  return new AppError({
    code: 'TABLE_MISSING',
    message: `The table “${name}” does not exist.`,
    help: 'Refresh the catalog, then choose another table or restore this one.',
    retry: 'after-fix',
  });
}

function mapFileError(text: string): AppError | undefined {
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1] ?? /Malformed JSON.* in line (\d+)/.exec(text)?.[1];
  if (line !== undefined) {
    const column = /converting column "([^"\n]+)"/.exec(text)?.[1];
    const where = column === undefined ? '' : `, column “${column}”`;
    return fileInvalid(
      `A data file cannot be read at line ${line}${where}.`,
      'Correct that line, or save the file as Parquet.',
    );
  }
  if (/No files found that match the pattern/.test(text)) {
    return tableMissing(/the pattern "[^"\n]*?([^"\n/\\]+)"/.exec(text)?.[1] ?? 'file');
  }
  if (
    /magic bytes|not a valid DuckDB database|Corrupt database file|too small to be a Parquet file|Invalid unicode|not utf-8/i.test(
      text,
    )
  ) {
    return fileInvalid('A data file is damaged or of another kind than its name says.', 'Replace the file.');
  }
  return undefined;
}

/** The error of a file that is not what it should be. */
export function fileInvalid(message: string, help: string): AppError {
  return new AppError({ code: 'FILE_INVALID', message, help, retry: 'after-fix' });
}

/** What the first words of DuckDB's message say, in words for people. */
const RUN_FAILURES: readonly (readonly [RegExp, string, string])[] = [
  [
    /^Out of Memory Error/,
    'it needs more memory than there is',
    'Close other programs, or narrow the audience.',
  ],
  [/No space left/, 'the disk is full', 'Free some space, then try again.'],
  [
    /^Conversion Error/,
    'a value could not be converted to the type of its column',
    'Check the data of the column.',
  ],
  [/^Out of Range Error/, 'a number grew beyond its type', 'Check the data of the column that is summed.'],
  [/^Permission Error/, 'the table reads a file outside this connection', 'Choose another table.'],
  [/\bParser Error/, 'its SQL is not valid', 'Report this with the steps that led here.'],
  [/^Binder Error/, 'its SQL does not fit the tables', 'Refresh the catalog, then check the model.'],
  [/^INTERRUPT Error/, 'it was interrupted', 'Run it again.'],
];

function mapRunError(text: string): AppError {
  const known = RUN_FAILURES.find(([pattern]) => pattern.test(text));
  const kind = /^([A-Z][A-Za-z ]{2,40} Error):/.exec(text)?.[1];
  const column = /when casting from source column ([A-Za-z0-9_]+)/.exec(text)?.[1];
  const at = column === undefined ? '' : ` (column “${column}”)`;
  return new AppError({
    code: 'QUERY_FAILED',
    message: `The query failed${at}: ${known?.[1] ?? kind ?? 'DuckDB gave an unknown error'}.`,
    help: known?.[2] ?? 'Run it again; if it fails again, check the data of the tables it reads.',
    retry: 'after-fix',
  });
}
