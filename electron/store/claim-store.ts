import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from '../domain/app-error.ts';

/** How long an engine waits for another one that is about to end, in milliseconds. */
const PATIENCE = 3_000;

/**
 * Claims the store at `path` for this engine until `release`, or until the process ends in whatever way. Of two engines on one store the
 * second would take the running exports and readings of the first for what a crash left, and end them.
 * The lock is SQLite's on a file of its own, since the operating system lifts it after a crash; a file with a process id would outlive one.
 * @throws AppError STORE_UNUSABLE where another engine holds it.
 */
export function claimStore(path: string): { readonly release: () => void } {
  let lock: BetterSqlite3.Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    lock = new BetterSqlite3(`${path}.lock`, { timeout: PATIENCE });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    const held = cause instanceof BetterSqlite3.SqliteError && cause.code.startsWith('SQLITE_BUSY');
    throw new AppError(
      {
        code: 'STORE_UNUSABLE',
        message: held
          ? `Another Slipway that is running uses ${path}.`
          : `The folder of ${path} cannot be written to.`,
        help: held
          ? 'Close the other one, in its window or its browser server, then start Slipway again.'
          : 'Check the permissions and the free space of the folder, then start Slipway again.',
        retry: 'after-fix',
      },
      { cause },
    );
  }
  const held = lock;
  return { release: () => void held.close() };
}
