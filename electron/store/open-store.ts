import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { AppError } from '../domain/app-error.ts';
import { createActivationRuns } from './activation-runs.ts';
import { createCatalogChanges } from './catalog-changes.ts';
import { createCatalogTables, dropUnfinishedReadings } from './catalog-tables.ts';
import { createDefinitions } from './definitions.ts';
import { createEgress } from './egress.ts';
import { APPLICATION_ID, LATEST_VERSION, migrate } from './migrations.ts';
import { createRecipes } from './recipes.ts';
import { createRuns } from './runs.ts';
import { createProfileReads } from './profile-apis.ts';
import { createTicks } from './ticks.ts';
import type { Store } from './store.ts';

/** How long a call waits for another process that writes, in milliseconds. */
const BUSY_TIMEOUT = 3_000;

/**
 * Opens the store at `path`, or one in memory for `:memory:`. A corrupt or foreign file is renamed aside, with its journal, and a fresh
 * store takes its place; `notices` then names the kept file. Nothing is ever overwritten or deleted.
 * @throws AppError STORE_UNUSABLE where a newer version wrote the file (it is left untouched), or where it cannot be opened at all.
 */
export function openStore(path: string): Store {
  const notices: string[] = [];
  if (path !== ':memory:') {
    refuseOnFailure(path, () => mkdirSync(dirname(path), { recursive: true }));
    const finding = inspect(path);
    if (finding !== undefined) notices.push(setAside(path, finding));
  }
  try {
    return openDatabase(path, notices);
  } catch (error) {
    if (path === ':memory:' || !isCorruption(error)) throw storeUnusable(path, error);
    notices.push(setAside(path, 'is damaged'));
    return openDatabase(path, notices);
  }
}

function openDatabase(path: string, notices: readonly string[]): Store {
  const database = new BetterSqlite3(path, { timeout: BUSY_TIMEOUT });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    migrate(database);
    dropUnfinishedReadings(database);
    const { keepChanges, ...changes } = createCatalogChanges(database);
    return {
      notices,
      ...createDefinitions(database),
      ...createCatalogTables(database, keepChanges),
      ...changes,
      ...createRuns(database),
      ...createActivationRuns(database),
      ...createRecipes(database),
      ...createEgress(database),
      ...createTicks(database),
      ...createProfileReads(database),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Looks at an existing file without changing it (read-only, so that a journal is neither merged nor removed).
 * @returns why it cannot be used, or undefined where it can.
 */
function inspect(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  let database: BetterSqlite3.Database | undefined;
  try {
    database = new BetterSqlite3(path, { readonly: true, timeout: BUSY_TIMEOUT });
    const application = Number(database.pragma('application_id', { simple: true }));
    const version = Number(database.pragma('user_version', { simple: true }));
    if (application === APPLICATION_ID && version > LATEST_VERSION) throw newerVersion(path);
    if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') return 'is damaged';
    const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
    return application === APPLICATION_ID || isEmpty ? undefined : 'is not a Slipway store';
  } catch (error) {
    if (isCorruption(error)) return 'is damaged';
    throw error instanceof AppError ? error : storeUnusable(path, error);
  } finally {
    database?.close();
  }
}

/** Renames the file and its journal to a free name. @returns the notice that says so. */
function setAside(path: string, reason: string): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  let kept = `${path}.corrupt-${stamp}`;
  for (let count = 2; existsSync(kept); count += 1) kept = `${path}.corrupt-${stamp}-${count}`;
  refuseOnFailure(path, () => {
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
    }
  });
  return `The file ${path} ${reason}. It is kept as ${kept}, and an empty store took its place. Import a workspace file to restore definitions.`;
}

function isCorruption(error: unknown): boolean {
  if (!(error instanceof BetterSqlite3.SqliteError)) return false;
  return error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT');
}

function refuseOnFailure(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw storeUnusable(path, error);
  }
}

function newerVersion(path: string): AppError {
  return new AppError({
    code: 'STORE_UNUSABLE',
    message: `A newer version of Slipway wrote ${path}. This version does not read it and left it untouched.`,
    help: 'Start the newer version, or move the file aside to begin with an empty store.',
    retry: 'after-fix',
  });
}

function storeUnusable(path: string, cause: unknown): AppError {
  const busy = cause instanceof BetterSqlite3.SqliteError && cause.code.startsWith('SQLITE_BUSY');
  return new AppError(
    {
      code: 'STORE_UNUSABLE',
      message: busy
        ? `Another program holds ${path} locked.`
        : `The store ${path} cannot be opened for reading and writing.`,
      help: busy
        ? 'Close the other program, then start Slipway again.'
        : 'Check the permissions and the free space of its folder, then start Slipway again.',
      retry: 'after-fix',
    },
    { cause },
  );
}
