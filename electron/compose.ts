import { mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DESTINATIONS } from './destinations/index.ts';
import { withEnvironmentSecrets } from './keychain/environment-secrets.ts';
import { createOsSecrets } from './keychain/os-secrets.ts';
import type { SecretStore } from './keychain/secret-store.ts';
import { createSessionSecrets } from './keychain/session-secrets.ts';
import { openInThread } from './profile-api/open-thread.ts';
import { PROFILE_STORES } from './profile-api/stores.ts';
import { type Router, createRouter } from './rpc/router.ts';
import { sampleModel } from './sample/sample-model.ts';
import { type Services, createServices } from './services/index.ts';
import { claimStore } from './store/claim-store.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { WAREHOUSES } from './warehouses/index.ts';
import { sample } from './warehouses/sample.ts';

/** What an engine is started with. `home` is the absolute folder of the store and the sample. */
export interface EngineConfig {
  readonly home: string;
  /** `memory` keeps secrets for the session only, for tests. */
  readonly keychain: 'os' | 'memory';
  readonly version: string;
  /** The store's file; `slipway.db` in `home` unless stated. `:memory:` keeps nothing. */
  readonly store?: string;
  /** Whether activations start by their schedules while the engine runs; they do unless it is false. */
  readonly schedules?: boolean;
  /** Environment variables that may hold secrets of connections, for the command line. */
  readonly secretVariables?: Readonly<Record<string, string | undefined>>;
}

/** A running engine. Whoever composed it closes it. */
export interface Engine {
  readonly router: Router;
  readonly services: Services;
  close(): Promise<void>;
}

/** Makes every concrete thing of the engine and joins them. @throws AppError STORE_UNUSABLE */
export async function composeEngine(config: EngineConfig): Promise<Engine> {
  mkdirSync(config.home, { recursive: true });
  const path = config.store ?? join(config.home, 'slipway.db');
  const claim = path === ':memory:' ? undefined : claimStore(path);
  let store: Store;
  try {
    store = openStore(path);
  } catch (error) {
    claim?.release();
    throw error;
  }
  const services = createServices({
    store,
    secrets: chooseSecrets(config),
    warehouses: WAREHOUSES,
    destinations: DESTINATIONS,
    profileApi: { open: openInThread(profileThread()), stores: PROFILE_STORES },
    sample: { kind: sample.kind, label: sample.label, model: sampleModel() },
    clock: () => new Date().toISOString(),
    home: config.home,
    user: readUserName(),
    version: config.version,
  });
  await services.exports.endLeftovers();
  services.activationRuns.markInterrupted();
  services.journeyTicks.markInterrupted();
  if (config.schedules !== false) {
    services.schedules.start();
    void services.profileApis.startAll();
  }
  return {
    router: createRouter(services),
    services,
    close: async () => {
      await services.close();
      store.close();
      claim?.release();
    },
  };
}

function chooseSecrets({ keychain, secretVariables }: EngineConfig): SecretStore {
  const secrets = keychain === 'os' ? createOsSecrets() : createSessionSecrets();
  if (secretVariables === undefined) return secrets;
  const fields = [...WAREHOUSES, ...DESTINATIONS, ...PROFILE_STORES].flatMap((kind) =>
    kind.settings.filter((field) => field.kind === 'secret'),
  );
  return withEnvironmentSecrets(
    secrets,
    secretVariables,
    fields.map((field) => field.key),
  );
}

/** The file of the Profile API's thread: beside the engine's own, or its source where that runs. */
function profileThread(): URL {
  const here = import.meta.url;
  if (here.endsWith('.ts')) return new URL('./profile-api/thread-entry.ts', here);
  // A thread cannot be started from inside an archive.
  return new URL('../profiles/profiles.mjs', here.replace('/app.asar/', '/app.asar.unpacked/'));
}

/** The account of the operating system; some containers have a number without a name. */
function readUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
