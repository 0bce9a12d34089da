import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { TestEvent } from '../../../electron/contract/contract.ts';
import { AppError } from '../../../electron/domain/app-error.ts';
import type { SecretStore } from '../../../electron/keychain/secret-store.ts';
import { DESTINATIONS } from '../../../electron/destinations/index.ts';
import { createSessionSecrets } from '../../../electron/keychain/session-secrets.ts';
import { openApi } from '../../../electron/profile-api/open-api.ts';
import { PROFILE_STORES } from '../../../electron/profile-api/stores.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { type Services, createServices } from '../../../electron/services/index.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import type { Store } from '../../../electron/store/store.ts';
import { WAREHOUSES } from '../../../electron/warehouses/index.ts';
import { failureOf } from '../../support/engine.ts';
import { SHOP_SQL, changeDatabase } from '../../support/shop.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';

const TOKEN = 'canary-token-7f3a';
const databricks = {
  label: 'Lakehouse',
  kind: 'databricks',
  settings: { host: 'adb-1.2.azuredatabricks.net', path: '/sql/1.0/warehouses/abc', port: 443 },
};

let home: string;
let store: Store;
let secrets: SecretStore;
let services: Services;

function start(changes: { store?: Partial<Store>; secrets?: Partial<SecretStore> } = {}): Services {
  return createServices({
    store: { ...store, ...changes.store },
    secrets: { ...secrets, ...changes.secrets },
    warehouses: WAREHOUSES,
    destinations: DESTINATIONS,
    profileApi: { open: openApi, stores: PROFILE_STORES },
    sample: { kind: 'sample', label: 'Sample lakehouse', model: sampleModel() },
    clock: () => '2026-11-01T00:00:00.000Z',
    home,
    user: 'tester',
    version: '1.0.0',
  });
}
beforeEach(() => {
  home = makeTemporaryFolder();
  store = openStore(join(home, 'slipway.db'));
  secrets = createSessionSecrets();
  services = start();
  onTestFinished(async () => {
    await services.close();
    store.close();
  });
});

/** The files of the home that hold a text. */
function filesWith(text: string): string[] {
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(home, name)).isFile(),
  );
  return files.filter((name) => readFileSync(join(home, name)).includes(text));
}

describe('saving a connection', () => {
  it('keeps settings in the store and secrets in the keychain only', async () => {
    const saved = await services.connections.save({ ...databricks, secrets: { token: TOKEN } });
    expect(saved).toMatchObject({
      id: 'lakehouse',
      kindLabel: 'Databricks',
      storedSecrets: ['token'],
      hasModel: false,
    });
    expect(await secrets.read('connection:lakehouse')).toEqual({ token: TOKEN });
    expect(JSON.stringify(await services.connections.list())).not.toContain(TOKEN);
    expect(services.workspaces.export().text).not.toContain(TOKEN);
    expect(filesWith('adb-1.2')).not.toEqual([]);
    expect(filesWith(TOKEN)).toEqual([]);
  });

  it('keeps stored secrets that are left out or empty', async () => {
    await services.connections.save({ ...databricks, secrets: { token: TOKEN } });
    await services.connections.save({
      ...databricks,
      id: 'lakehouse',
      label: 'Renamed',
      secrets: { token: '' },
    });
    expect(await secrets.read('connection:lakehouse')).toEqual({ token: TOKEN });
    await services.connections.save({ ...databricks, id: 'lakehouse', secrets: { token: 'next' } });
    expect(await secrets.read('connection:lakehouse')).toEqual({ token: 'next' });
  });

  it.each([
    [{ ...databricks, secrets: {} }, 'token'],
    [{ ...databricks, settings: { ...databricks.settings, host: '' }, secrets: { token: TOKEN } }, 'host'],
    [
      { ...databricks, settings: { ...databricks.settings, port: 'many' }, secrets: { token: TOKEN } },
      'port',
    ],
    [
      { ...databricks, settings: { ...databricks.settings, colour: 'red' }, secrets: { token: TOKEN } },
      'colour',
    ],
    [
      { ...databricks, settings: { ...databricks.settings, token: TOKEN }, secrets: { token: TOKEN } },
      'token',
    ],
    [{ ...databricks, secrets: { token: TOKEN, host: 'x' } }, 'host'],
  ])('names the field that is wrong (%#)', async (form, field) => {
    const failure = await failureOf(() => services.connections.save(form));
    expect(failure).toMatchObject({ code: 'SETTINGS_INVALID', where: field });
    expect(Object.keys(failure.details ?? {})).toContain(field);
    expect(JSON.stringify(failure.toShape())).not.toContain(TOKEN);
    expect(await services.connections.list()).toEqual([]);
    expect(await secrets.read('connection:lakehouse')).toEqual({});
  });

  it('refuses a name that is taken, an unknown kind and another kind', async () => {
    await services.connections.save({ ...databricks, secrets: { token: TOKEN } });
    const again = { ...databricks, label: ' LAKEHOUSE', secrets: { token: TOKEN } };
    expect((await failureOf(() => services.connections.save(again))).code).toBe('NAME_TAKEN');
    const unknown = { ...databricks, label: 'Other', kind: 'oracle', secrets: {} };
    expect((await failureOf(() => services.connections.save(unknown))).code).toBe('NOT_FOUND');
    const moved = {
      id: 'lakehouse',
      label: 'Lakehouse',
      kind: 'duckdb',
      settings: { path: '/x' },
      secrets: {},
    };
    expect((await failureOf(() => services.connections.save(moved))).code).toBe('SETTINGS_INVALID');
  });

  it('saves nothing when the keychain fails, and no secret when the store fails', async () => {
    const locked = new AppError({
      code: 'KEYCHAIN_UNAVAILABLE',
      message: 'Locked.',
      help: 'Unlock.',
      retry: 'after-fix',
    });
    const withoutKeychain = start({ secrets: { write: () => Promise.reject(locked) } });
    const form = { ...databricks, secrets: { token: TOKEN } };
    expect((await failureOf(() => withoutKeychain.connections.save(form))).code).toBe('KEYCHAIN_UNAVAILABLE');
    expect(store.listConnections()).toEqual([]);
    const withoutStore = start({
      store: {
        saveConnection: () => {
          throw locked;
        },
      },
    });
    await failureOf(() => withoutStore.connections.save(form));
    expect(await secrets.read('connection:lakehouse')).toEqual({});
  });

  it('lists connections while the keychain is locked', async () => {
    await services.connections.save({ ...databricks, secrets: { token: TOKEN } });
    const locked = start({ secrets: { read: () => Promise.reject(new Error('locked')) } });
    expect(await locked.connections.list()).toMatchObject([{ id: 'lakehouse', storedSecrets: [] }]);
  });
});

describe('a connection', () => {
  it('is removed with its secrets', async () => {
    await services.connections.save({ ...databricks, secrets: { token: TOKEN } });
    await services.connections.remove('lakehouse');
    expect(await secrets.read('connection:lakehouse')).toEqual({});
    expect(await services.connections.list()).toEqual([]);
    expect((await failureOf(() => services.connections.remove('lakehouse'))).code).toBe('NOT_FOUND');
  });

  it('is tested step by step without being saved', async () => {
    const file = join(home, 'shop.duckdb');
    await changeDatabase(file, ...SHOP_SQL);
    const events: TestEvent[] = [];
    const test = { kind: 'duckdb', settings: { path: file }, secrets: {} };
    await services.connections.test(test, (event) => events.push(event), {});
    const passed = events.flatMap((event) =>
      event.kind === 'step' && event.status === 'passed' ? [event.label] : [],
    );
    expect(passed).toEqual(['Open the file “shop.duckdb”', 'List tables', 'Read shop.main.customers']);
    expect(store.listConnections()).toEqual([]);
    const missing = { ...test, settings: { path: `${file}.none` } };
    expect((await failureOf(() => services.connections.test(missing, () => undefined, {}))).code).toBe(
      'FILE_INVALID',
    );
  });

  it('to the sample is ready to compose in: catalog and model are there, audiences are not', async () => {
    const progress: string[] = [];
    const view = await services.connections.addSample({ onProgress: ({ text }) => progress.push(text) });
    expect(view).toMatchObject({
      id: 'sample',
      label: 'Sample lakehouse',
      kind: 'sample',
      hasModel: true,
      audiences: 0,
    });
    expect(view.catalogAsOf).toBe('2026-11-01T00:00:00.000Z');
    expect(progress.length).toBeGreaterThan(2);
    expect(services.models.get('sample')).toEqual({ model: sampleModel(), problems: [] });
    expect((await services.models.readiness('sample', {})).ready).toBe(true);
    expect(await services.connections.addSample({})).toEqual(view);
  });

  it('to the sample is not left half made when it is cancelled', async () => {
    const cancel = new AbortController();
    const failure = await failureOf(() =>
      services.connections.addSample({ signal: cancel.signal, onProgress: () => cancel.abort() }),
    );
    expect(failure.code).toBe('CANCELLED');
    expect(await services.connections.list()).toEqual([]);
    expect((await services.connections.addSample({})).hasModel).toBe(true);
  });
});

describe('the status', () => {
  it('says where secrets live and what happened to the store', async () => {
    secrets = createSessionSecrets('No OS keychain answers.');
    expect(await start().status()).toEqual({
      version: '1.0.0',
      home,
      keychain: 'session',
      notices: ['No OS keychain answers.'],
    });
  });
});
