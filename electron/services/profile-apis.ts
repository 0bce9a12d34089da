import type { ProfileApiForm, ProfileApiState, ProfileApiView } from '../contract/contract.ts';
import { AppError } from '../domain/app-error.ts';
import { makeId } from '../domain/audience.ts';
import { checkProfileApi } from '../domain/check-profile-api.ts';
import type { Secrets } from '../domain/field-spec.ts';
import type { Problem } from '../domain/problem.ts';
import { ProfileApi, type ProfileKey, type ReadCount } from '../domain/profile-api.ts';
import { digestOf, makeToken } from '../profile-api/api-keys.ts';
import { refuseProblems } from './audience-checks.ts';
import type { ServiceContext } from './context.ts';
import { findDefinitions, notFound, requireConnection } from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import { ProfileFeed } from './profile-feed.ts';
import { readSettingsForm } from './settings-form.ts';
import { hasSecretFields, listStoredSecrets, readStoredSecrets, saveWithSecrets } from './stored-secrets.ts';
import { toAppError } from './to-app-error.ts';

/** The most counts of reads that are listed. */
const MOST_READS = 200;

const OFF: ProfileApiState = { status: 'off', parts: [], latency: [] };

export type ProfileApis = ReturnType<typeof createProfileApis>;

/** Profile APIs, one for each connection: their definitions and keys, and those that are on. */
export function createProfileApis(context: ServiceContext, runner: ModelRunner) {
  const { store, secrets, profileApi, clock } = context;
  const feeds = new Map<string, Promise<ProfileFeed>>();
  /** Why an API that should be on is not. */
  const failures = new Map<string, AppError>();

  const find = (connectionId: string): ProfileApi => {
    requireConnection(store, connectionId);
    return store.findProfileApi(connectionId) ?? ProfileApi.parse({});
  };
  const fieldsOf = ({ store: { kind } }: Pick<ProfileApi, 'store'>) =>
    requireStoreKind(context, kind).settings;
  const secretsOf = (connectionId: string, api: ProfileApi): Promise<Secrets> =>
    readStoredSecrets(secrets, fieldsOf(api), profileApiOwner(connectionId));
  const check = (connectionId: string, api: ProfileApi): Problem[] =>
    checkProfileApi(api, findDefinitions(store, connectionId));

  const view = async (connectionId: string): Promise<ProfileApiView> => {
    const api = find(connectionId);
    const { keys, isOn, ...form } = api;
    return {
      form,
      isOn,
      keys: keys.map(({ sha256: _, ...key }) => key),
      problems: check(connectionId, api),
      storedSecrets: await listStoredSecrets(secrets, fieldsOf(api), profileApiOwner(connectionId)),
      stores: profileApi.stores.map(({ kind, label, description, settings }) => ({
        kind,
        label,
        description,
        settings: [...settings],
      })),
    };
  };

  const stop = async (connectionId: string): Promise<void> => {
    const feed = feeds.get(connectionId);
    feeds.delete(connectionId);
    failures.delete(connectionId);
    await (await feed?.catch(() => undefined))?.stop();
  };

  const start = async (connectionId: string): Promise<void> => {
    await stop(connectionId);
    const api = find(connectionId);
    refuseProblems(check(connectionId, api));
    const starting = secretsOf(connectionId, api).then((held) =>
      ProfileFeed.start({ context, runner, open: profileApi.open, connectionId }, api, held),
    );
    feeds.set(connectionId, starting);
    try {
      await starting;
    } catch (error) {
      if (feeds.get(connectionId) === starting) feeds.delete(connectionId);
      failures.set(connectionId, toAppError(error));
      throw error;
    }
  };

  /**
   * Lets an API that is on follow a definition: as it goes on where that can be, else by a new start. `held` are its secrets where they may have
   * changed: a key that is revoked must not wait for the keychain.
   */
  const takeOver = async (connectionId: string, next: ProfileApi, held?: Secrets): Promise<void> => {
    const feed = await feeds.get(connectionId)?.catch(() => undefined);
    if (feed === undefined) return;
    if (feed.canTakeOver(next, held)) await feed.takeOver(next);
    else await start(connectionId);
  };
  const put = async (connectionId: string, next: ProfileApi): Promise<void> => {
    store.saveProfileApi(connectionId, next);
    await takeOver(connectionId, next);
  };

  const state = async (connectionId: string): Promise<ProfileApiState> => {
    requireConnection(store, connectionId);
    const starting = feeds.get(connectionId);
    if (starting === undefined) {
      const failure = failures.get(connectionId);
      return failure === undefined ? OFF : { ...OFF, status: 'failed', error: failure.toShape() };
    }
    const feed = await starting.catch(() => undefined);
    return feed === undefined ? OFF : feed.state();
  };

  return {
    view,
    state,

    check: (connectionId: string, form: ProfileApiForm): { problems: Problem[] } => ({
      problems: check(connectionId, { ...form, keys: find(connectionId).keys, isOn: false }),
    }),

    /** @throws AppError RULE_INVALID, SETTINGS_INVALID, KEYCHAIN_UNAVAILABLE; then nothing was saved */
    async save(
      connectionId: string,
      { form, secrets: given }: { readonly form: ProfileApiForm; readonly secrets: Secrets },
    ): Promise<ProfileApiView> {
      const { keys, isOn } = find(connectionId);
      const owner = profileApiOwner(connectionId);
      const fields = fieldsOf(form);
      const before = await readStoredSecrets(secrets, fields, owner);
      const kept = readSettingsForm(fields, { settings: form.store.settings, secrets: given }, before);
      const next: ProfileApi = {
        ...form,
        store: { kind: form.store.kind, settings: kept.settings },
        keys,
        isOn,
      };
      refuseProblems(check(connectionId, next));
      await saveWithSecrets(secrets, owner, kept.secrets, before, () =>
        store.saveProfileApi(connectionId, next),
      );
      await takeOver(connectionId, next, kept.secrets);
      return view(connectionId);
    },

    /** Makes a key. Its token is in the answer and nowhere else. @throws AppError NAME_TAKEN, NOT_FOUND */
    async addKey(
      connectionId: string,
      { name, parts }: { readonly name: string; readonly parts: readonly string[] },
    ): Promise<{ token: string; view: ProfileApiView }> {
      const api = find(connectionId);
      const unknown = parts.find((id) => !api.parts.some((part) => part.id === id));
      if (unknown !== undefined)
        throw notFound(`There is no part “${unknown}”.`, 'Save the part first, then make the key.');
      const taken = api.keys.find((key) => key.revokedAt === undefined && key.name === name.trim());
      if (taken !== undefined) {
        throw new AppError({
          code: 'NAME_TAKEN',
          message: `There is a key named “${taken.name}”.`,
          help: 'Choose another name, or revoke that key first.',
          retry: 'after-fix',
          where: 'name',
        });
      }
      const token = makeToken();
      const id = makeId(name, new Set(api.keys.map((key) => key.id)));
      const key = { id, name: name.trim(), sha256: digestOf(token), parts: [...parts], createdAt: clock() };
      await put(connectionId, { ...api, keys: [...api.keys, key] });
      return { token, view: await view(connectionId) };
    },

    /** The key of a name, with its digest, as a workspace file holds it. @throws AppError NOT_FOUND */
    keyOf(connectionId: string, name: string): ProfileKey {
      const key = find(connectionId).keys.findLast((each) => each.name === name.trim());
      if (key === undefined) throw notFound(`There is no key named “${name}”.`);
      return key;
    },

    /** From now on the key opens nothing. It stays in the list, since reads are told by it. @throws AppError NOT_FOUND */
    async revokeKey(connectionId: string, keyId: string): Promise<ProfileApiView> {
      const api = find(connectionId);
      if (!api.keys.some(({ id }) => id === keyId)) throw notFound(`There is no key “${keyId}”.`);
      const keys = api.keys.map((key) => (key.id === keyId ? { revokedAt: clock(), ...key } : key));
      await put(connectionId, { ...api, keys });
      return view(connectionId);
    },

    /** @throws AppError RULE_INVALID, SETTINGS_INVALID where the port is taken */
    async turnOn(connectionId: string): Promise<ProfileApiState> {
      await start(connectionId);
      store.saveProfileApi(connectionId, { ...find(connectionId), isOn: true });
      return state(connectionId);
    },

    async turnOff(connectionId: string): Promise<void> {
      await stop(connectionId);
      store.saveProfileApi(connectionId, { ...find(connectionId), isOn: false });
    },

    /** Ends the API of a connection that is removed, and lets its secrets go. @throws AppError KEYCHAIN_UNAVAILABLE */
    async remove(connectionId: string): Promise<void> {
      await stop(connectionId);
      if (hasSecretFields(fieldsOf(find(connectionId)))) await secrets.remove(profileApiOwner(connectionId));
    },

    async refresh(connectionId: string): Promise<void> {
      (await feeds.get(connectionId))?.refresh();
    },

    /** Waits until no part is being read. */
    async settled(connectionId: string): Promise<void> {
      await (await feeds.get(connectionId))?.settled();
    },

    reads(connectionId: string): ReadCount[] {
      requireConnection(store, connectionId);
      return store.listProfileReads(connectionId, MOST_READS);
    },

    /** Starts those that are on, as the engine starts; one that cannot says so on its page. @returns the connections of those that listen */
    async startAll(): Promise<string[]> {
      const on = store.listConnections().filter(({ id }) => store.findProfileApi(id)?.isOn === true);
      const started = await Promise.all(
        on.map(({ id }) =>
          start(id).then(
            () => [id],
            (error: unknown) => {
              failures.set(id, toAppError(error));
              return [];
            },
          ),
        ),
      );
      return started.flat();
    },

    /** Ends what was removed with its connection, or replaced by a workspace that was read. */
    async follow(): Promise<void> {
      for (const id of [...feeds.keys()]) {
        const next = store.findConnection(id) === undefined ? undefined : store.findProfileApi(id);
        if (next?.isOn !== true) await stop(id);
        else await takeOver(id, next).catch(() => undefined);
      }
    },

    async close(): Promise<void> {
      await Promise.all([...feeds.keys()].map(stop));
    },
  };
}

/** Under whose name the secrets of a connection's profile store are kept. */
export function profileApiOwner(connectionId: string): string {
  return `profile-api:${connectionId}`;
}

function requireStoreKind({ profileApi }: ServiceContext, kind: string) {
  const found = profileApi.stores.find((each) => each.kind === kind);
  if (found !== undefined) return found;
  throw notFound(`There is no kind of profile store “${kind}”.`);
}
