import type { DestinationKindView, DestinationView, TestEvent } from '../contract/contract.ts';
import { DeliveryFailure, type DestinationKind } from '../destinations/destination.ts';
import { AppError } from '../domain/app-error.ts';
import { makeId } from '../domain/audience.ts';
import type { Destination } from '../domain/destination.ts';
import type { Journey } from '../domain/journey.ts';
import { versionsInPlay } from '../sql/journey-graph.ts';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import { describeRecipe } from '../domain/recipe.ts';
import type { Store } from '../store/store.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { notFound } from './find-definitions.ts';
import { readSettingsForm, refuseOtherKind } from './settings-form.ts';
import { namesOf, refuseTakenName } from './taken-name.ts';
import { hasSecretFields, listStoredSecrets, readStoredSecrets, saveWithSecrets } from './stored-secrets.ts';

/** A destination as the form gives it. Without `id` it is a new one; secrets left out or empty keep their stored values. */
export interface DestinationForm {
  readonly id?: string | undefined;
  readonly label: string;
  readonly kind: string;
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** A destination to test: as the form gives it, with the stored secrets of `destinationId`. */
export interface DestinationTest {
  readonly destinationId?: string | undefined;
  readonly kind: string;
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** Destinations: their settings in the store, their secrets in the keychain. */
export function createDestinations(context: ServiceContext) {
  const { store, secrets, destinations: kinds } = context;

  const view = async (destination: Destination): Promise<DestinationView> => {
    const kind = kinds.find((each) => each.kind === destination.kind);
    return {
      ...destination,
      kindLabel: kind?.label ?? destination.kind,
      ...(kind === undefined ? {} : { channel: kind.channel }),
      storedSecrets: await listStoredSecrets(secrets, kind?.settings ?? [], destinationOwner(destination.id)),
      usedBy: findUsers(store, destination.id),
    };
  };

  return {
    kinds: (): DestinationKindView[] => kinds.map((kind) => describeKind(kind, {}, {})),

    /** The kind of a destination as it is with its settings and for this target. @throws AppError NOT_FOUND */
    describe(destinationId: string, target: Settings): DestinationKindView {
      const destination = requireDestination(store, destinationId);
      return describeKind(requireDestinationKind(kinds, destination.kind), destination.settings, target);
    },

    list: (): Promise<DestinationView[]> => Promise.all(store.listDestinations().map(view)),

    /** @throws AppError SETTINGS_INVALID, NAME_TAKEN, NOT_FOUND, KEYCHAIN_UNAVAILABLE; then nothing was saved. */
    async save(form: DestinationForm): Promise<DestinationView> {
      const existing = form.id === undefined ? undefined : requireDestination(store, form.id);
      refuseOtherKind('destination', existing, form.kind);
      const kind = requireDestinationKind(kinds, form.kind);
      refuseTakenName('destination', form.label, form.id, namesOf(store.listDestinations()), 'label');
      const before =
        existing === undefined
          ? {}
          : await readStoredSecrets(secrets, kind.settings, destinationOwner(existing.id));
      const kept = readSettingsForm(kind.settings, form, before);
      const taken = new Set(store.listDestinations().map((each) => each.id));
      const destination: Destination = {
        id: existing?.id ?? makeId(form.label, taken),
        label: form.label.trim(),
        kind: form.kind,
        settings: kept.settings,
      };
      const save = (): void => store.saveDestination(destination);
      await saveWithSecrets(secrets, destinationOwner(destination.id), kept.secrets, before, save);
      return view(destination);
    },

    /** Removes the destination with its secrets; its runs stay in the ledger. @throws AppError IN_USE naming the activations and journeys that send there */
    async remove(destinationId: string): Promise<void> {
      const destination = requireDestination(store, destinationId);
      const users = findUsers(store, destinationId);
      if (users.length > 0) {
        throw new AppError({
          code: 'IN_USE',
          message: `${users.map(({ name }) => `“${name}”`).join(', ')} ${users.length === 1 ? 'sends' : 'send'} to “${destination.label}”.`,
          help: 'Give them another destination first, or remove them.',
          retry: 'after-fix',
        });
      }
      const kind = kinds.find((each) => each.kind === destination.kind);
      if (kind === undefined || hasSecretFields(kind.settings))
        await secrets.remove(destinationOwner(destinationId));
      store.removeDestination(destinationId);
    },

    /** Walks the test of a destination with these settings; nothing is saved, and nothing changes there. @throws AppError at the failing step */
    async test(
      test: DestinationTest,
      onEvent: (event: TestEvent) => void,
      { signal = new AbortController().signal }: ActOptions,
    ): Promise<void> {
      const kind = requireDestinationKind(kinds, test.kind);
      const stored =
        test.destinationId === undefined
          ? {}
          : await readStoredSecrets(
              secrets,
              kind.settings,
              destinationOwner(requireDestination(store, test.destinationId).id),
            );
      const form = readSettingsForm(kind.settings, test, stored);
      try {
        await kind.test({ ...form, signal }, (step) => onEvent({ kind: 'step', ...step }));
      } catch (error) {
        throw error instanceof DeliveryFailure ? new AppError(error.error, { cause: error }) : error;
      }
    },
  };
}

/** The destination. @throws AppError NOT_FOUND */
export function requireDestination(store: Store, id: string): Destination {
  const destination = store.findDestination(id);
  if (destination === undefined) throw notFound(`The destination “${id}” does not exist.`);
  return destination;
}

/** The kind of a destination. @throws AppError NOT_FOUND */
export function requireDestinationKind(kinds: readonly DestinationKind[], kind: string): DestinationKind {
  const found = kinds.find((each) => each.kind === kind);
  if (found !== undefined) return found;
  const known = kinds.map((each) => each.kind).join(', ');
  throw notFound(`There is no kind of destination “${kind}”.`, `Choose one of: ${known}.`);
}

/** The owner under which a destination's secrets are kept. */
export function destinationOwner(id: string): string {
  return `destination:${id}`;
}

function findUsers(store: Store, destinationId: string): DestinationView['usedBy'] {
  return store.listConnections().flatMap(({ id: connectionId }) => [
    ...store
      .listActivations(connectionId)
      .filter(({ destination }) => destination === destinationId)
      .map(({ id, name }) => ({ kind: 'activation' as const, connectionId, id, name })),
    ...store
      .listJourneys(connectionId)
      .filter((journey) => sendsTo(journey, destinationId))
      .map(({ id, name }) => ({ kind: 'journey' as const, connectionId, id, name })),
  ]);
}

/** True where the draft, or a version that customers may be in, has a step that sends there. */
function sendsTo({ steps, versions, status }: Journey, destinationId: string): boolean {
  const published = status === 'stopped' ? [] : versionsInPlay(versions).versions;
  const all = [...steps, ...published.flatMap(({ definition }) => definition.steps)];
  return all.some((step) => step.kind === 'activate' && step.activation?.destination === destinationId);
}

function describeKind(kind: DestinationKind, settings: Settings, target: Settings): DestinationKindView {
  return {
    kind: kind.kind,
    label: kind.label,
    description: kind.description,
    channel: kind.channel,
    by: kind.delivery.by,
    settings: [...kind.settings],
    target: [...kind.target],
    modes: [...(kind.modesFor?.(target) ?? kind.modes)],
    fields: kind.fields.map(({ key, label, pii, isIdentifier, recipe }) => ({
      key,
      label,
      pii: [...pii],
      isIdentifier,
      recipe: describeRecipe(recipe(settings, target)),
    })),
    freeFields: kind.freeFields !== undefined,
    ...(kind.minimumSize === undefined ? {} : { minimumSize: kind.minimumSize }),
  };
}
