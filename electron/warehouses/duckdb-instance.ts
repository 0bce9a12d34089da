import { mkdir, readdir, rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { systemCode } from '../domain/system-code.ts';
import type { DuckdbApi } from './duckdb-value.ts';

/** Share of the machine's memory that one engine may use; an export runs in an engine of its own beside the first. */
const MEMORY_SHARE = 0.4;

/** A text as an SQL literal, for the few places that take no bound value: paths and settings. */
export function sqlLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What an engine may touch once it is locked. */
export interface LockedInstanceOptions {
  /** Where statements that need more memory than there is put what does not fit, encrypted, until they end. */
  readonly spillFolder: string;
  /** Folders that statements may read after the lock. */
  readonly folders?: readonly string[];
  /** The files that statements may write. */
  readonly files?: readonly string[];
  readonly connections: number;
  /** Memory that the engine may use; a share of the machine's unless stated. */
  readonly memoryMiB?: number;
  /** Opens the catalogs, before the lock. */
  readonly attach: (connection: DuckDBConnection) => Promise<void>;
}

export interface LockedInstance {
  readonly instance: DuckDBInstance;
  readonly connections: readonly DuckDBConnection[];
}

/**
 * Makes an engine in memory, opens its catalogs, then locks it: from then on no statement, and no view of an opened file, can read or write
 * a file or the network beyond what the options name, load an extension, or change a setting.
 */
export async function openLockedInstance(
  api: DuckdbApi,
  options: LockedInstanceOptions,
): Promise<LockedInstance> {
  const spillFolder = await claimSpillFolder(options.spillFolder);
  const instance = await api.DuckDBInstance.create(
    ':memory:',
    instanceConfig(spillFolder, options.memoryMiB),
  );
  try {
    const connections: DuckDBConnection[] = [];
    for (let count = 0; count < options.connections; count += 1) {
      const connection = await instance.connect();
      connections.push(connection);
      // These three settings belong to a connection, and none can be changed after the lock.
      await runAll(connection, [
        `SET TimeZone = 'UTC'`,
        'SET enable_progress_bar = true',
        'SET enable_progress_bar_print = false',
      ]);
    }
    const [first] = connections;
    if (first !== undefined) {
      await options.attach(first);
      const folders = (options.folders ?? []).map(sqlLiteral).join(', ');
      const files = (options.files ?? []).map(sqlLiteral).join(', ');
      await runAll(first, [
        // Without an extension for cryptography DuckDB writes encrypted spill files only when told that its own
        // random numbers will do; the key lives in memory and the files go when the statement ends.
        'SET temp_file_encryption = true',
        `SET force_mbedtls_unsafe = 'true'`,
        `SET allowed_directories = [${folders}]`,
        `SET allowed_paths = [${files}]`,
        'SET enable_external_access = false',
        'SET lock_configuration = true',
      ]);
    }
    return { instance, connections };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

let claimed = 0;

/**
 * Names a folder for one engine alone, since DuckDB numbers its spill files from 0 in each. DuckDB makes and removes the folder itself;
 * what a crashed process left is removed here.
 */
async function claimSpillFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (!isRunning(Number(name.split('-')[0])))
      await rm(join(parent, name), { recursive: true, force: true });
  }
  claimed += 1;
  return join(parent, `${process.pid}-${claimed}`);
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // ESRCH: no such process. EPERM: it runs under another account.
    return systemCode(error) === 'EPERM';
  }
}

/** Settings of every engine: bounded memory, one processor left to the app, nothing fetched from the network. */
export function instanceConfig(spillFolder: string, memoryMiB = shareOfMemory()): Record<string, string> {
  return {
    memory_limit: `${memoryMiB}MiB`,
    threads: String(Math.max(1, availableParallelism() - 1)),
    temp_directory: spillFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  };
}

function shareOfMemory(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(256, Math.floor((memory * MEMORY_SHARE) / 1_048_576));
}

async function runAll(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.run(statement);
}
