import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { AppError, cancelled, throwIfCancelled } from '../domain/app-error.ts';
import { untilAborted } from '../domain/until-aborted.ts';
import { fileInvalid } from './duckdb-error.ts';
import { sqlLiteral } from './duckdb-instance.ts';
import { targetUnwritable } from './target-error.ts';

/** The schema that may be written, by the engine's names. */
export const STATE_SCHEMA = { catalog: 'slipway_state', schema: 'main' } as const;

/** DuckDB lets one process at a time open a file for writing: others get it this long after its last statement. */
const RELEASE_AFTER_MS = 1_000;
/** How long a statement waits for a file that another holds. */
const WAIT_MS = 5_000;
const RETRY_EVERY_MS = 50;

/**
 * Files that an engine of this process holds, by their real path. The lock of the system is one of processes: a second engine of the same
 * process would open the file beside the first and damage it.
 */
const held = new Map<string, DuckdbStateFile>();

/** The files that DuckDB opens for a database file. */
export function stateFilePaths(path: string): string[] {
  return ['', '.wal', '.wal.checkpoint', '.wal.recovery'].map((ending) => path + ending);
}

/** True where a statement reads or writes the state. */
export function mentionsState(text: string): boolean {
  return text.toLowerCase().includes(STATE_SCHEMA.catalog);
}

/** The file with the state: attached at the first statement that needs it, released when no statement has needed it for a while. */
export class DuckdbStateFile {
  readonly path: string;
  readonly #connection: DuckDBConnection;
  readonly #closing: AbortSignal;
  #users = 0;
  #attached: Promise<void> | undefined;
  /** What was done last; the next act comes after it. */
  #last: Promise<void> = Promise.resolve();
  #release: NodeJS.Timeout | undefined;
  #place: string | undefined;

  /** `connection` attaches and detaches; nothing else runs on it. An abort of `closing` ends a wait for the file. */
  constructor(path: string, connection: DuckDBConnection, closing: AbortSignal) {
    this.path = path;
    this.#connection = connection;
    this.#closing = closing;
  }

  /** Runs an act while the file is attached. @throws AppError TARGET_UNWRITABLE, FILE_INVALID */
  async use<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    clearTimeout(this.#release);
    this.#users += 1;
    try {
      this.#attached ??= this.#next(() => this.#attach());
      await untilAborted(this.#attached, signal, cancelled);
      return await act();
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#release = setTimeout(() => void this.release(), RELEASE_AFTER_MS).unref();
    }
  }

  /** Detaches the file, so that others may have it; does nothing while a statement needs it. */
  async release(): Promise<void> {
    if (this.#users > 0) return;
    clearTimeout(this.#release);
    this.#attached = undefined;
    await this.#next(() => this.#detach());
  }

  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #attach(): Promise<void> {
    if (this.#place !== undefined) return;
    try {
      const until = Date.now() + WAIT_MS;
      while (!(await this.#tryAttach())) {
        if (Date.now() >= until) throw inUse(this.path);
        await delay(RETRY_EVERY_MS, undefined, { signal: this.#closing }).catch(() => undefined);
        throwIfCancelled(this.#closing);
      }
    } catch (error) {
      // The next statement tries anew.
      this.#attached = undefined;
      throw error;
    }
  }

  /** False where another engine or process holds the file. */
  async #tryAttach(): Promise<boolean> {
    const place = await realPlace(this.path);
    const holder = held.get(place);
    if (holder !== undefined) {
      await holder.release();
      return false;
    }
    held.set(place, this);
    try {
      await this.#connection.run(`ATTACH ${sqlLiteral(this.path)} AS ${STATE_SCHEMA.catalog} (TYPE duckdb)`);
      this.#place = place;
      return true;
    } catch (error) {
      held.delete(place);
      const text = error instanceof Error ? error.message : '';
      if (/set lock|being used by another/i.test(text)) return false;
      throw stateError(text, this.path);
    }
  }

  async #detach(): Promise<void> {
    if (this.#place === undefined) return;
    try {
      await this.#connection.run(`DETACH ${STATE_SCHEMA.catalog}`);
    } catch {
      // It is detached although its log could not be worked in, such as on a full disk: that is done when it is next opened.
    } finally {
      held.delete(this.#place);
      this.#place = undefined;
    }
  }
}

async function realPlace(path: string): Promise<string> {
  try {
    return join(await realpath(dirname(path)), basename(path));
  } catch (error) {
    throw targetUnwritable(path, error);
  }
}

function inUse(path: string): AppError {
  return new AppError({
    code: 'TARGET_UNWRITABLE',
    message: `“${path}” cannot be written: another run or another Slipway process uses it.`,
    help: 'Wait until the run there has ended or close the other process, then try again.',
    retry: 'later',
    details: { path },
  });
}

function stateError(text: string, path: string): AppError {
  if (/No space left|quota exceeded/i.test(text)) return targetUnwritable(path, 'the disk is full');
  if (/Permission denied|Read-only file system|read-only/i.test(text))
    return targetUnwritable(path, 'it may not be written');
  if (/Is a directory/i.test(text)) return targetUnwritable(path, 'a folder has this name');
  if (/newer version|storage version|version number/i.test(text)) {
    return fileInvalid(
      `“${basename(path)}”, where runs keep what was synced last, was written by another version of DuckDB.`,
      'Open the connection with the version of Slipway that wrote it, or move the file away to begin anew.',
    );
  }
  return fileInvalid(
    `“${basename(path)}”, where runs keep what was synced last, is damaged or not a DuckDB database.`,
    'Restore it from a backup, or move it away to begin anew: the next mirror then takes no row as synced.',
  );
}
