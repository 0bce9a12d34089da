import { mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createOsSecrets } from './keychain/os-secrets.ts';
import type { SecretStore } from './keychain/secret-store.ts';
import { createSessionSecrets } from './keychain/session-secrets.ts';
import { type Router, createRouter } from './rpc/router.ts';
import { sampleModel } from './sample/sample-model.ts';
import { type Services, createServices } from './services/index.ts';
import { openStore } from './store/open-store.ts';
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
  /** Secrets that come before the keychain's, by connection: the command line reads them from the environment. */
  readonly secretOverrides?: (connectionId: string) => Record<string, string>;
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
  const store = openStore(config.store ?? join(config.home, 'slipway.db'));
  const services = createServices({
    store,
    secrets: chooseSecrets(config),
    warehouses: WAREHOUSES,
    sample: { kind: sample.kind, label: sample.label, model: sampleModel() },
    clock: () => new Date().toISOString(),
    home: config.home,
    user: userInfo().username,
    version: config.version,
  });
  await services.exports.endLeftovers();
  return {
    router: createRouter(services),
    services,
    close: async () => {
      await services.close();
      store.close();
    },
  };
}

function chooseSecrets({ keychain, secretOverrides }: EngineConfig): SecretStore {
  const secrets = keychain === 'os' ? createOsSecrets() : createSessionSecrets();
  if (secretOverrides === undefined) return secrets;
  return {
    ...secrets,
    read: async (owner) => {
      const given = secretOverrides(owner.replace(/^connection:/, ''));
      return Object.keys(given).length > 0 ? given : secrets.read(owner);
    },
  };
}
