import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { LATEST_VERSION } from '../../../electron/store/migrations.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';
import { activation, activationRun, destination, egressEntry } from '../../support/activation-samples.ts';

const layout2 = readFileSync(new URL('layout-2.sql', import.meta.url), 'utf8');

/** The tables, indexes and triggers of a file as they were made. */
function layoutOf(path: string): unknown[] {
  const database = new BetterSqlite3(path, { readonly: true });
  try {
    return database.prepare('SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name').all();
  } finally {
    database.close();
  }
}

describe('a store of layout 2', () => {
  it('keeps all that was in it and takes what activation adds', () => {
    const path = join(makeTemporaryFolder(), 'slipway.db');
    const old = new BetterSqlite3(path);
    old.exec(layout2);
    old.close();
    const store = openStore(path);
    expect(store.notices).toEqual([]);
    expect(store.listConnections().map((each) => each.label)).toEqual(['Shop']);
    expect(store.listAudiences('shop').map((each) => each.audience.name)).toEqual(['Everybody']);
    expect(store.catalogAsOf('shop')).toBe('2026-11-01T12:00:00.000Z');
    expect(store.listChanges('shop').map((each) => each.change.kind)).toEqual(['table-gone']);
    expect(store.listRuns(10).map((each) => [each.id, each.kind])).toEqual([
      ['r2', 'export'],
      ['r1', 'export'],
    ]);
    expect(store.findRun('r1')).toMatchObject({ kind: 'export', rows: 2, target: { path: 'out.csv' } });
    expect(store.listUnfinishedRuns().map((each) => each.id)).toEqual(['r2']);
    expect(store.exportWorkspace()).toMatchObject({ destinations: [], models: [{ activations: [] }] });

    store.saveDestination(destination);
    store.saveActivation('shop', activation);
    store.saveRun(activationRun('r3'));
    store.appendEgress(egressEntry('1'));
    store.close();
    const again = openStore(path);
    expect(again.listActivations('shop')).toEqual([activation]);
    expect(again.findLastRun('shop', activation.id)?.id).toBe('r3');
    expect(again.verifyEgress().entries).toBe(1);
    again.close();
  });

  it('has the layout of a new store afterwards', () => {
    const folder = makeTemporaryFolder();
    const [migrated, fresh] = [join(folder, 'old.db'), join(folder, 'new.db')];
    const old = new BetterSqlite3(migrated);
    old.exec(layout2);
    old.close();
    for (const path of [migrated, fresh]) openStore(path).close();
    expect(layoutOf(migrated)).toEqual(layoutOf(fresh));
    const database = new BetterSqlite3(migrated, { readonly: true });
    expect(database.pragma('user_version', { simple: true })).toBe(LATEST_VERSION);
    database.close();
  });
});
