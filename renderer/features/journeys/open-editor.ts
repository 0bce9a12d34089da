import { createQueries, createQuery } from '@tanstack/svelte-query';
import type { Journey } from '../../../electron/domain/journey.ts';
import { getEngine } from '../../shell/context.ts';
import { describedQuery, type DescribedQuery } from '../../shell/described-destination.ts';
import { queryKeys } from '../../shell/query-keys.ts';
import type { DeliveryDraft } from '../../ui/delivery/delivery-draft.ts';
import type { Given } from '../../shell/definitions.svelte.ts';
import { JourneyEditor, type JourneySetting } from './journey-editor.svelte.ts';

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
      const key = delivery === undefined ? undefined : keyOf(queryOf(delivery));
      return described[asked().findIndex((query) => keyOf(query) === key)]?.data;
    },
    get found() {
      return checked.data?.problems ?? [];
    },
  };
  // The queries read the editor as they are made, and it reads them later only.
  const editor = new JourneyEditor(engine, connectionId, () => setting, journey);
  const queryOf = (delivery: DeliveryDraft): DescribedQuery => describedQuery(engine, delivery, readGiven());
  const keyOf = ({ queryKey }: DescribedQuery): string => JSON.stringify(queryKey);
  /** Steps that send to the same destination alike ask once. */
  const asked = (): DescribedQuery[] => [
    ...new Map(
      Object.values(editor.calm.deliveries)
        .map(queryOf)
        .map((query) => [keyOf(query), query]),
    ).values(),
  ];
  const described = createQueries(() => ({ queries: asked() }));
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
