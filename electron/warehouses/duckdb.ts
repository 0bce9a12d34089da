import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { AppError, throwIfCancelled } from '../domain/app-error.ts';
import type { Settings } from '../domain/field-spec.ts';
import { systemCode } from '../domain/system-code.ts';
import { quoteIdentifier } from '../sql/printer.ts';
import { readerOf } from './data-files.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { fileInvalid } from './duckdb-error.ts';
import { sqlLiteral } from './duckdb-instance.ts';
import { DuckdbSession } from './duckdb-session.ts';
import type { DuckdbSource } from './duckdb-source.ts';
import { STATE_SCHEMA } from './duckdb-state.ts';
import { FileSource } from './file-source.ts';
import { defineWarehouse } from './warehouse.ts';

const DATABASE_ENDINGS = ['.duckdb', '.ddb', '.db'];
/** Names that an engine in memory uses itself. */
const TAKEN_CATALOGS = ['memory', 'system', 'temp', STATE_SCHEMA.catalog];

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
    {
      key: 'stateFile',
      label: 'State file',
      kind: 'path',
      required: false,
      picks: 'file',
      extensions: ['duckdb'],
      placeholder: '/data/slipway-state.duckdb',
      help: 'Where runs keep what was synced last. Needed for mirror. Made if it is not there; nothing else is written.',
    },
  ],
  dialect: duckdbDialect,
  stateSchema: (settings) => (stateFileOf(settings) === undefined ? undefined : STATE_SCHEMA),
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
    const source = await findSource(resolve(path.trim()));
    const stateFile = stateFileOf(settings);
    if (stateFile === resolve(path.trim())) {
      throw new AppError({
        code: 'SETTINGS_INVALID',
        message: 'The state file is the database that is read.',
        help: 'Choose another file, or the name of a new one.',
        retry: 'after-fix',
        where: 'settings.stateFile',
      });
    }
    return DuckdbSession.open(source, home, stateFile);
  },
});

/** The full path of the state file; undefined where none is set. */
function stateFileOf(settings: Settings): string | undefined {
  const path = settings['stateFile'];
  return typeof path === 'string' && path.trim() !== '' ? resolve(path.trim()) : undefined;
}

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
