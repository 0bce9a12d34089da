import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/domain/app-error.ts';
import type { Connection } from '../../../electron/domain/workspace.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';

const shop: Connection = { id: 'shop', label: 'Shop', kind: 'duckdb', settings: {} };

function storePath(): string {
  return join(makeTemporaryFolder(), 'home', 'slipway.db');
}

function keptAside(path: string): string[] {
  return readdirSync(join(path, '..')).filter((name) => /\.corrupt-[^-]+(-\d+)?$/.test(name));
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return undefined;
}

describe('openStore', () => {
  it('keeps definitions from one opening to the next, without a notice', () => {
    const path = storePath();
    const first = openStore(path);
    first.saveConnection(shop);
    first.close();
    const second = openStore(path);
    expect(second.listConnections()).toEqual([shop]);
    expect(second.notices).toEqual([]);
    second.close();
  });

  it('keeps a file that is no database aside and says where', () => {
    const path = storePath();
    mkdirSync(join(path, '..'));
    writeFileSync(path, 'household_key,email\n'.repeat(500));
    const store = openStore(path);
    expect(store.listConnections()).toEqual([]);
    store.close();
    const [kept = ''] = keptAside(path);
    expect(store.notices).toHaveLength(1);
    expect(store.notices[0]).toContain(kept);
    expect(readFileSync(join(path, '..', kept), 'utf8')).toBe('household_key,email\n'.repeat(500));
  });

  it('keeps a damaged store aside, byte by byte, and both of two damaged ones', () => {
    const path = storePath();
    const first = openStore(path);
    for (let index = 0; index < 2_000; index += 1) first.saveConnection({ ...shop, id: `shop-${index}` });
    first.close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 8_192, 40_960);
    writeFileSync(path, bytes);
    openStore(path).close();
    expect(readFileSync(join(path, '..', keptAside(path)[0] ?? ''))).toEqual(bytes);
    writeFileSync(path, bytes);
    openStore(path).close();
    expect(keptAside(path)).toHaveLength(2);
  });

  it('keeps the journal beside the file it belongs to', () => {
    const path = storePath();
    mkdirSync(join(path, '..'));
    writeFileSync(path, 'not a database, but long enough to be read as one'.repeat(50));
    writeFileSync(`${path}-wal`, 'journal');
    openStore(path).close();
    expect(existsSync(join(path, '..', `${keptAside(path)[0] ?? ''}-wal`))).toBe(true);
  });

  it('keeps a database of another program aside', () => {
    const path = storePath();
    mkdirSync(join(path, '..'));
    const foreign = new BetterSqlite3(path);
    foreign.exec('CREATE TABLE bookmarks (url TEXT)');
    foreign.close();
    const store = openStore(path);
    expect(store.notices[0]).toContain('is not a Slipway store');
    store.close();
    expect(keptAside(path)).toHaveLength(1);
  });

  it('refuses a store of a newer version and leaves it untouched', () => {
    const path = storePath();
    openStore(path).close();
    const newer = new BetterSqlite3(path);
    newer.pragma('user_version = 999');
    newer.close();
    const before = readFileSync(path);
    expect(codeOf(() => openStore(path))).toBe('STORE_UNUSABLE');
    expect(readFileSync(path)).toEqual(before);
    expect(keptAside(path)).toEqual([]);
  });

  it('says so when the store is locked by another program, and moves nothing', () => {
    const path = storePath();
    openStore(path).close();
    const other = new BetterSqlite3(path);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE; CREATE TABLE held (a); COMMIT');
    expect(codeOf(() => openStore(path))).toBe('STORE_UNUSABLE');
    other.close();
    expect(keptAside(path)).toEqual([]);
  });

  it('says so when its place cannot be used', () => {
    const folder = makeTemporaryFolder();
    expect(codeOf(() => openStore(folder))).toBe('STORE_UNUSABLE');
    writeFileSync(join(folder, 'file'), '');
    expect(codeOf(() => openStore(join(folder, 'file', 'slipway.db')))).toBe('STORE_UNUSABLE');
    expect(statSync(join(folder, 'file')).size).toBe(0);
  });

  it('takes an empty file as an empty store', () => {
    const path = storePath();
    mkdirSync(join(path, '..'));
    writeFileSync(path, '');
    const store = openStore(path);
    expect(store.notices).toEqual([]);
    store.close();
  });

  it('drops metadata that a crash left half-read', () => {
    const path = storePath();
    openStore(path).close();
    const crashed = new BetterSqlite3(path);
    crashed.exec(
      `INSERT INTO connections VALUES ('shop', 1, '${JSON.stringify(shop)}'); INSERT INTO readings (connection_id) VALUES ('shop')`,
    );
    crashed.close();
    const store = openStore(path);
    expect(store.catalogAsOf('shop')).toBeUndefined();
    store.close();
    const after = new BetterSqlite3(path);
    expect(after.prepare('SELECT count(*) AS n FROM readings').get()).toEqual({ n: 0 });
    after.close();
  });
});
