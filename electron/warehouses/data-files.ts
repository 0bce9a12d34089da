import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Identifier } from '../domain/table-path.ts';

export type FileReader = 'parquet' | 'csv' | 'jsonl';

/** A table that is a data file, or a folder of Parquet parts. */
export interface DataFile {
  readonly schema: string;
  readonly table: string;
  readonly reader: FileReader;
  /** The path as DuckDB reads it: its glob characters are escaped, a folder of parts ends in a glob. */
  readonly pattern: string;
  /** Bytes of a single file; undefined for a folder of parts. */
  readonly bytes?: number;
  /** Changes when the file does; undefined where only reading it again would tell. */
  readonly stamp?: string;
}

/** Data files of a folder, and the names of what looks like a table and is not read. */
export interface FoundFiles {
  readonly files: readonly DataFile[];
  readonly leftOut: readonly string[];
}

/** The schema of files that lie directly in the folder. */
export const TOP_SCHEMA = 'default';

const ENDINGS: readonly (readonly [RegExp, FileReader])[] = [
  [/\.parquet$/i, 'parquet'],
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'jsonl'],
];

/** How the file of this name is read, or undefined where it is no data file. */
export function readerOf(name: string): FileReader | undefined {
  return ENDINGS.find(([ending]) => ending.test(name))?.[1];
}

/** The name without its ending: `Sales 2026.csv.gz` → `Sales 2026`. */
function stemOf(name: string): string {
  return ENDINGS.reduce((stem, [ending]) => stem.replace(ending, ''), name);
}

/** A single data file as a table of the top schema. @returns undefined where the name is not of a data file. */
export async function describeDataFile(
  folder: string,
  name: string,
  schema: string,
): Promise<DataFile | undefined> {
  const reader = readerOf(name);
  if (reader === undefined) return undefined;
  const path = join(folder, name);
  const { size, mtimeMs } = await stat(path);
  const pattern = escapeGlob(path);
  return { schema, table: stemOf(name), reader, pattern, bytes: size, stamp: `${size}-${mtimeMs}` };
}

/**
 * Finds the tables of a folder. A data file is a table of the schema `default`; a subfolder of Parquet parts (written by an engine, or split
 * by `key=value`) is one table; any other subfolder is a schema whose files and part folders are its tables.
 */
export async function findDataFiles(folder: string): Promise<FoundFiles> {
  const files: DataFile[] = [];
  const leftOut: string[] = [];
  await collect(folder, TOP_SCHEMA, files, leftOut, true);
  return { files: withUniqueNames(files, leftOut), leftOut };
}

async function collect(
  folder: string,
  schema: string,
  files: DataFile[],
  leftOut: string[],
  isTop: boolean,
): Promise<void> {
  const entries = (await readdir(folder)).filter((name) => !/^[._]/.test(name)).sort();
  for (const name of entries) {
    const path = join(folder, name);
    if (!(await stat(path)).isDirectory()) {
      const file = await describeDataFile(folder, name, schema);
      if (file?.bytes === 0) leftOut.push(name);
      else if (file !== undefined) files.push(file);
      continue;
    }
    const inside = await readdir(path);
    if (inside.includes('_delta_log')) {
      // The Parquet files of a Delta table hold deleted and old rows as well; only its log tells which count.
      leftOut.push(name);
    } else if (isPartFolder(name, inside)) {
      files.push({
        schema,
        table: stemOf(name),
        reader: 'parquet',
        pattern: join(escapeGlob(path), '**', '*.parquet'),
      });
    } else if (isTop) {
      await collect(path, name, files, leftOut, false);
    }
  }
}

/** True for a folder that an engine wrote as one table. */
function isPartFolder(name: string, inside: readonly string[]): boolean {
  const shown = inside.filter((each) => !/^[._]/.test(each));
  const isPart = (each: string): boolean =>
    /^(part|data)[-_]?\d.*\.parquet$/i.test(each) || /^[^=]+=[^=]*$/.test(each);
  return shown.length > 0 && (name.toLowerCase().endsWith('.parquet') || shown.every(isPart));
}

/** A path as a pattern that matches it alone: DuckDB reads these marks as wildcards, and a class of one mark as the mark itself. */
export function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, (mark) => `[${mark}]`);
}

/** DuckDB ignores case in names: of two tables with one name the later keeps its file's ending, and is left out if even that is taken. */
function withUniqueNames(files: readonly DataFile[], leftOut: string[]): DataFile[] {
  const taken = new Set<string>();
  const unique: DataFile[] = [];
  for (const file of files) {
    const name = [file.table, `${file.table}.${file.reader}`].find(
      (each) => !taken.has(`${file.schema}\n${each}`.toLowerCase()),
    );
    const isValid = Identifier.safeParse(name).success && Identifier.safeParse(file.schema).success;
    if (name === undefined || !isValid) {
      leftOut.push(file.table);
      continue;
    }
    taken.add(`${file.schema}\n${name}`.toLowerCase());
    unique.push({ ...file, table: name });
  }
  return unique;
}
