import type { ApiRequest, RunningApi } from './running-api.ts';
import { createProfileServer } from './profile-server.ts';
import type { FilledProfileStore } from './profile-store.ts';
import { isFilled, openProfileStore } from './stores.ts';
import { tellDefects } from './tell-defects.ts';

/** Opens store and server of a Profile API in this thread. @throws AppError SETTINGS_INVALID, HOST_UNREACHABLE, AUTH_FAILED */
export async function openApi({
  settings,
  store: { kind, settings: given },
  secrets,
}: ApiRequest): Promise<RunningApi> {
  const store = await openProfileStore(kind, {
    settings: given,
    secrets,
    parts: settings.parts.map(({ id }) => id),
    identifiers: settings.identifiers,
  });
  const server = createProfileServer({
    settings,
    store,
    clock: Date.now,
    onFailure: tellDefects((text) => void process.stderr.write(`${text}\n`)),
  });
  let port: number;
  try {
    port = await server.listen();
  } catch (error) {
    await store.close();
    throw error;
  }
  const requireFilled = (): FilledProfileStore => {
    if (isFilled(store)) return store;
    throw new RangeError('A store that is synced elsewhere is not filled.');
  };
  return {
    port,
    isFilled: isFilled(store),
    update(next) {
      server.update(next);
      return Promise.resolve();
    },
    begin: (request) => requireFilled().begin(request),
    forget: (part) => requireFilled().forget(part),
    warn(part, text) {
      server.warn(part, text);
      return Promise.resolve();
    },
    state: () => Promise.resolve({ parts: store.parts(), latency: server.latency() }),
    takeReads: () => Promise.resolve(server.takeReads()),
    async stop() {
      await server.close();
      await store.close();
    },
  };
}
