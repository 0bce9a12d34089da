import type { ConnectionView, TestEvent, WarehouseKindView } from '../contract/contract.ts';
import { makeId } from '../domain/audience.ts';
import { foldName } from '../domain/check-workspace.ts';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import type { Connection } from '../domain/workspace.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { Catalog } from './catalog.ts';
import type { ServiceContext } from './context.ts';
import type { ProfileApis } from './profile-apis.ts';
import { requireConnection, requireKind } from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import { readSettingsForm, refuseOtherKind } from './settings-form.ts';
import { namesOf, refuseTakenName } from './taken-name.ts';
import { hasSecretFields, listStoredSecrets, readStoredSecrets, saveWithSecrets } from './stored-secrets.ts';
import { toAppError } from './to-app-error.ts';
import { type WarehouseSessions, secretOwner } from './warehouse-sessions.ts';

/** A connection as the form gives it. Without `id` it is a new one; secrets left out or empty keep their stored values. */
export interface ConnectionForm {
  readonly id?: string | undefined;
  readonly label: string;
  readonly kind: string;
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** A connection to test: as the form gives it, with the stored secrets of `connectionId`. */
export interface ConnectionTest {
  readonly connectionId?: string | undefined;
  readonly kind: string;
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** What each connection service needs of the engine. */
interface ConnectionParts {
  readonly context: ServiceContext;
  readonly sessions: WarehouseSessions;
  readonly runner: ModelRunner;
  readonly catalog: Catalog;
  readonly profileApis: ProfileApis;
}

/** Connections: their settings in the store, their secrets in the keychain. */
export function createConnections({ context, sessions, runner, catalog, profileApis }: ConnectionParts) {
  const { store, secrets, warehouses } = context;

  const view = async (connection: Connection): Promise<ConnectionView> => {
    const kind = warehouses.find((each) => each.kind === connection.kind);
    const catalogAsOf = store.catalogAsOf(connection.id);
    return {
      ...connection,
      kindLabel: kind?.label ?? connection.kind,
      storedSecrets: await listStoredSecrets(secrets, kind?.settings ?? [], secretOwner(connection.id)),
      hasModel: store.hasModel(connection.id),
      audiences: store.countAudiences(connection.id),
      ...(catalogAsOf === undefined ? {} : { catalogAsOf }),
    };
  };

  const freeId = (label: string): string =>
    makeId(label, new Set(store.listConnections().map((each) => each.id)));

  return {
    kinds: (): WarehouseKindView[] =>
      warehouses.map(({ kind, label, description, settings }) => ({
        kind,
        label,
        description,
        settings: [...settings],
      })),

    list: (): Promise<ConnectionView[]> => Promise.all(store.listConnections().map(view)),

    /** @throws AppError SETTINGS_INVALID, NAME_TAKEN, NOT_FOUND, KEYCHAIN_UNAVAILABLE; then nothing was saved. */
    async save(form: ConnectionForm): Promise<ConnectionView> {
      const existing = form.id === undefined ? undefined : requireConnection(store, form.id);
      refuseOtherKind('connection', existing, form.kind);
      const kind = requireKind(warehouses, form.kind);
      refuseTakenName('connection', form.label, form.id, namesOf(store.listConnections()), 'label');
      const before =
        existing === undefined
          ? {}
          : await readStoredSecrets(secrets, kind.settings, secretOwner(existing.id));
      const kept = readSettingsForm(kind.settings, form, before);
      const connection: Connection = {
        id: existing?.id ?? freeId(form.label),
        label: form.label.trim(),
        kind: form.kind,
        settings: kept.settings,
      };
      await saveWithSecrets(secrets, secretOwner(connection.id), kept.secrets, before, () =>
        store.saveConnection(connection),
      );
      sessions.retire(connection.id);
      runner.forget(connection.id);
      return view(connection);
    },

    /** Removes the connection with its model, audiences, metadata and secrets. Its runs stay in the ledger. */
    async remove(connectionId: string): Promise<void> {
      const connection = requireConnection(store, connectionId);
      const kind = warehouses.find((each) => each.kind === connection.kind);
      if (kind === undefined || hasSecretFields(kind.settings)) {
        await secrets.remove(secretOwner(connectionId));
      }
      await profileApis.remove(connectionId);
      sessions.retire(connectionId);
      runner.forget(connectionId);
      store.removeConnection(connectionId);
    },

    /** Opens a warehouse of its own with these settings and walks its test. Nothing is saved. @throws AppError at the failing step */
    async test(
      test: ConnectionTest,
      onEvent: (event: TestEvent) => void,
      options: ActOptions,
    ): Promise<void> {
      const kind = requireKind(warehouses, test.kind);
      const stored =
        test.connectionId === undefined
          ? {}
          : await readStoredSecrets(
              secrets,
              kind.settings,
              secretOwner(requireConnection(store, test.connectionId).id),
            );
      const form = readSettingsForm(kind.settings, test, stored);
      const warehouse = await kind.open({ ...form, home: context.home, ...options });
      try {
        await warehouse.test((step) => onEvent({ kind: 'step', ...step }), options);
      } finally {
        await warehouse.close();
      }
    },

    /** Adds the sample lakehouse with its model and reads its catalog; the one there is when it exists. */
    async addSample(options: ActOptions): Promise<ConnectionView> {
      const { kind, label, model } = context.sample;
      const existing = store.listConnections().find((each) => each.kind === kind);
      if (existing !== undefined) return view(existing);
      const labels = new Set(store.listConnections().map((each) => foldName(each.label)));
      const connection: Connection = {
        id: freeId(kind),
        label: freeLabel(label, labels),
        kind,
        settings: readSettingsForm(requireKind(warehouses, kind).settings, { settings: {}, secrets: {} }, {})
          .settings,
      };
      store.saveConnection(connection);
      try {
        await catalog.refresh(connection.id, options);
        store.saveModel(connection.id, model);
      } catch (error) {
        sessions.retire(connection.id);
        store.removeConnection(connection.id);
        throw toAppError(error);
      }
      return view(connection);
    },
  };
}

function freeLabel(label: string, taken: ReadonlySet<string>): string {
  let free = label;
  for (let count = 2; taken.has(foldName(free)); count += 1) free = `${label} ${count}`;
  return free;
}
