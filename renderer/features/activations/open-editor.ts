import { createQuery } from '@tanstack/svelte-query';
import type { Activation } from '../../../electron/domain/activation.ts';
import { getEngine } from '../../shell/context.ts';
import { describedQuery } from '../../shell/described-destination.ts';
import { queryKeys } from '../../shell/query-keys.ts';
import { ActivationEditor, type ActivationSetting } from './activation-editor.svelte.ts';
import type { Given } from '../../shell/definitions.svelte.ts';

/**
 * Opens the editor of an activation against what the engine tells of its draft as it comes to rest. For a component's start; `readGiven` is
 * read reactively.
 */
export function openEditor(
  connectionId: string,
  readGiven: () => Given,
  activation: Activation | undefined,
): ActivationEditor {
  const engine = getEngine();
  const setting: ActivationSetting = {
    get model() {
      return readGiven().model;
    },
    get destinations() {
      return readGiven().destinations;
    },
    get kinds() {
      return readGiven().kinds;
    },
    get described() {
      return described.data;
    },
    get abilities() {
      return abilities.data;
    },
    get found() {
      return checked.data?.problems ?? [];
    },
  };
  // The queries read the editor as they are made, and it reads them later only.
  const editor = new ActivationEditor(engine, connectionId, () => setting, activation);
  const abilities = createQuery(() => ({
    queryKey: queryKeys.abilities(connectionId),
    queryFn: ({ signal }) => engine.activations.abilities({ connectionId }, { signal }),
  }));
  const described = createQuery(() => ({
    ...describedQuery(engine, editor.calm, readGiven()),
    placeholderData: (previous) => previous,
  }));
  const checked = createQuery(() => {
    const { form } = editor;
    return {
      queryKey: [...queryKeys.activationCheck(connectionId), form ?? null],
      queryFn: async ({ signal }) =>
        form === undefined ? { problems: [] } : engine.activations.check({ connectionId, form }, { signal }),
      enabled: form !== undefined,
      placeholderData: (previous) => previous,
      gcTime: 0,
    };
  });
  return editor;
}
