import { createQueries, createQuery } from '@tanstack/svelte-query';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import type { Journey } from '../../../electron/domain/journey.ts';
import { getEngine } from '../../shell/context.ts';
import { queryKeys } from '../../shell/query-keys.ts';
import { closeTarget, type DeliveryDraft } from '../../ui/delivery/delivery-draft.ts';
import type { Given } from './given.ts';
import { JourneyEditor, type JourneySetting } from './journey-editor.svelte.ts';

/** What is asked of a destination: how it is under a target. */
interface Ask {
  readonly destinationId: string;
  readonly target: Settings;
  readonly isKnown: boolean;
}

function keyOf({ destinationId, target }: Ask): string {
  return JSON.stringify([destinationId, target]);
}

/**
 * Opens the editor of a journey against what the engine tells of its draft as it comes to rest. For a component's start; `readGiven` is
 * read reactively.
 */
export function openEditor(
  connectionId: string,
  readGiven: () => Given,
  journey: Journey | undefined,
): JourneyEditor {
  const engine = getEngine();
  const setting: JourneySetting = {
    get model() {
      return readGiven().model;
    },
    get audiences() {
      return readGiven().audiences;
    },
    get destinations() {
      return readGiven().destinations;
    },
    get kinds() {
      return readGiven().kinds;
    },
    describedOf: (stepId) => {
      const delivery = editor.calm.deliveries[stepId];
      const key = delivery === undefined ? undefined : keyOf(askOf(delivery));
      return described[asked().findIndex((ask) => keyOf(ask) === key)]?.data;
    },
    get found() {
      return checked.data?.problems ?? [];
    },
  };
  // The queries read the editor as they are made, and it reads them later only.
  const editor = new JourneyEditor(engine, connectionId, () => setting, journey);
  const askOf = ({ destination, target }: DeliveryDraft): Ask => {
    const given = readGiven();
    const kind = given.destinations.find((each) => each.id === destination)?.kind;
    const specs = given.kinds.find((each) => each.kind === kind)?.target ?? [];
    return { destinationId: destination, target: closeTarget(specs, target), isKnown: kind !== undefined };
  };
  /** Steps that send to the same destination alike ask once. */
  const asked = (): Ask[] => [
    ...new Map(
      Object.values(editor.calm.deliveries)
        .map(askOf)
        .map((ask) => [keyOf(ask), ask]),
    ).values(),
  ];
  const described = createQueries(() => ({
    queries: asked().map(({ destinationId, target, isKnown }) => ({
      queryKey: queryKeys.describedDestination(destinationId, target),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        engine.destinations.describe({ destinationId, target }, { signal }),
      enabled: isKnown,
    })),
  }));
  const checked = createQuery(() => {
    const { form } = editor;
    return {
      queryKey: [...queryKeys.journeyCheck(connectionId), form],
      queryFn: ({ signal }) => engine.journeys.check({ connectionId, form }, { signal }),
      placeholderData: (previous) => previous,
      gcTime: 0,
    };
  });
  return editor;
}
