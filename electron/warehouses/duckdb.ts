import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { AppError, throwIfCancelled } from '../domain/app-error.ts';
import { systemCode } from '../domain/system-code.ts';
import { quoteIdentifier } from '../sql/printer.ts';
import { readerOf } from './data-files.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { fileInvalid } from './duckdb-error.ts';
import { sqlLiteral } from './duckdb-instance.ts';
import { DuckdbSession, type DuckdbSource } from './duckdb-session.ts';
import { FileSource } from './file-source.ts';
import { defineWarehouse } from './warehouse.ts';

const DATABASE_ENDINGS = ['.duckdb', '.ddb', '.db'];
/** Names that an engine in memory uses itself. */
const TAKEN_CATALOGS = ['memory', 'system', 'temp'];

/** A DuckDB database file, a data file, or a folder of data files; read-only. */
export const duckdb = defineWarehouse({
  kind: 'duckdb',
  label: 'DuckDB or Parquet/CSV folder',
  description:
    'A DuckDB database, or a folder with Parquet, CSV or JSON Lines files, on this computer. Only read.',
  settings: [
    {
      key: 'path',
      label: 'File or folder',
      kind: 'path',
      required: true,
      picks: 'either',
      extensions: ['duckdb', 'ddb', 'db', 'parquet', 'csv', 'gz', 'jsonl', 'ndjson'],
      placeholder: '/data/retail.duckdb',
      help: 'In a folder each data file is a table of the schema default; a subfolder is a schema of its own.',
    },
  ],
  dialect: duckdbDialect,
  async open({ settings, home, signal }) {
    throwIfCancelled(signal);
    const path = settings['path'];
    if (typeof path !== 'string' || path.trim() === '') {
      throw new AppError({
        code: 'SETTINGS_INVALID',
        message: 'No file or folder is chosen.',
        help: 'Choose a DuckDB database, a data file or a folder.',
        retry: 'after-fix',
        where: 'settings.path',
      });
    }
    return DuckdbSession.open(await findSource(resolve(path.trim())), home);
  },
});

async function findSource(path: string): Promise<DuckdbSource> {
  const found = await stat(path).catch((error: unknown) => {
    const code = systemCode(error);
    throw code === 'EACCES' || code === 'EPERM'
      ? fileInvalid(`“${path}” may not be read.`, 'Give this account the right to read it.')
      : fileInvalid(`“${path}” does not exist.`, 'Choose a file or folder that exists.');
  });
  if (found.isDirectory()) return FileSource.ofFolder(path);
  if (readerOf(path) !== undefined) return FileSource.ofFile(path);
  if (DATABASE_ENDINGS.includes(extname(path).toLowerCase())) return databaseFile(path);
  throw fileInvalid(
    `“${basename(path)}” is not a DuckDB database, Parquet, CSV or JSON Lines file.`,
    'Choose a file that ends in .duckdb, .parquet, .csv, .csv.gz or .jsonl, or a folder of such files.',
  );
}

function databaseFile(path: string): DuckdbSource {
  const stem = basename(path, extname(path));
  const catalog = TAKEN_CATALOGS.includes(stem.toLowerCase())
    ? `${stem}_db`
    : (duckdbDialect.catalogAliases[stem] ?? stem);
  return {
    label: `the file “${basename(path)}”`,
    catalogs: [catalog],
    folders: [],
    async attach(connection) {
      try {
        await connection.run(
          `ATTACH ${sqlLiteral(path)} AS ${quoteIdentifier(catalog, duckdbDialect)} (READ_ONLY, TYPE duckdb)`,
        );
      } catch (error) {
        throw databaseError(error, basename(path));
      }
    },
  };
}

function databaseError(error: unknown, name: string): AppError {
  const text = error instanceof Error ? error.message : '';
  if (/set lock|being used by another/i.test(text)) {
    return fileInvalid(`“${name}” is open in another program.`, 'Close it there, then try again.');
  }
  if (/encrypt/i.test(text)) {
    return fileInvalid(`“${name}” is encrypted.`, 'Choose a database that is not encrypted.');
  }
  if (/newer version|storage version|version number/i.test(text)) {
    return fileInvalid(
      `“${name}” was written by a version of DuckDB that cannot be read here.`,
      'Export its tables to Parquet and connect the folder.',
    );
  }
  return fileInvalid(`“${name}” is not a DuckDB database, or is damaged.`, 'Choose another file.');
}
