import { implement } from '@orpc/server';
import {
  contract,
  type DestinationKindView,
  type DestinationView,
} from '../../../electron/contract/contract.ts';
import type { Activation } from '../../../electron/domain/activation.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { makeId } from '../../../electron/domain/audience.ts';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import type { ActivationRun } from '../../../electron/domain/run.ts';
import { DESTINATION_KINDS } from './canned-destinations.ts';
import { SERVER_KEY } from './server-key.ts';

/** What the engine of destination and activation tests knows; a test changes it as it goes. */
export type ActivationState = {
  destinations: DestinationView[];
  activations: Activation[];
  lastRuns: Record<string, ActivationRun>;
  abilities: { state: boolean; why?: string };
  /** What a check finds beside a missing identifier. */
  warnings: Problem[];
  /** Where given, every dry run ends with it. */
  dryRunFailure?: AppErrorShape;
  /** Milliseconds of each step of a long act. */
  pace: number;
  /** What was asked of the engine, with its input. */
  readonly asked: { readonly what: string; readonly input: unknown }[];
};

/** A refusal of the engine. */
export function refuse(
  code: AppErrorShape['code'],
  message: string,
  where?: string,
): { data: AppErrorShape } {
  const shape = { code, message, help: 'Change it.', retry: 'after-fix' as const };
  return { data: where === undefined ? shape : { ...shape, where } };
}

/** The canned kind of this name. */
export function kindOf(kind: string): DestinationKindView {
  const found = DESTINATION_KINDS.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

/** SparkPost sends where it is told a template, and writes a list otherwise. */
function describe(kind: DestinationKindView, target: Settings): DestinationKindView {
  if (kind.kind !== 'sparkpost') return kind;
  return { ...kind, modes: target['what'] === 'transmission' ? ['send'] : ['replace'] };
}

/** Waits, and rejects as soon as the caller gives up. */
export function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')));
  });
}

/** The destination of this id. */
export function destinationOf(state: ActivationState, id: string): DestinationView {
  const found = state.destinations.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no destination ${id}`);
  return found;
}

/** What the engine answers of destinations, which it keeps in `state`. */
export function answerDestinations(state: ActivationState) {
  const os = implement(contract);
  const note = (what: string, input: unknown): void => {
    state.asked.push({ what, input });
  };
  const usedBy = (id: string) =>
    state.activations
      .filter((each) => each.destination === id)
      .map((each) => ({ kind: 'activation' as const, connectionId: 'sample', id: each.id, name: each.name }));

  return {
    kinds: os.destinations.kinds.handler(() => DESTINATION_KINDS),
    describe: os.destinations.describe.handler(({ input }) => {
      note('describe', input);
      return describe(kindOf(destinationOf(state, input.destinationId).kind), input.target);
    }),
    list: os.destinations.list.handler(() =>
      state.destinations.map((each) => ({ ...each, usedBy: usedBy(each.id) })),
    ),
    save: os.destinations.save.handler(({ input, errors }) => {
      note('destinations.save', input);
      if (state.destinations.some((each) => each.label === input.label && each.id !== input.id)) {
        throw errors.APP_ERROR(
          refuse('NAME_TAKEN', `Another destination is named “${input.label}”.`, 'label'),
        );
      }
      const { label: kindLabel, channel } = kindOf(input.kind);
      const id = input.id ?? makeId(input.label, new Set(state.destinations.map((each) => each.id)));
      const before = state.destinations.find((each) => each.id === id);
      const saved: DestinationView = {
        id,
        label: input.label,
        kind: input.kind,
        settings: input.settings,
        kindLabel,
        channel,
        storedSecrets: [...new Set([...(before?.storedSecrets ?? []), ...Object.keys(input.secrets)])],
        usedBy: usedBy(id),
      };
      state.destinations = [...state.destinations.filter((each) => each.id !== id), saved];
      return saved;
    }),
    remove: os.destinations.remove.handler(({ input, errors }) => {
      const users = usedBy(input.destinationId).map((each) => `“${each.name}”`);
      if (users.length > 0) {
        throw errors.APP_ERROR(refuse('IN_USE', `The destination is used by ${users.join(', ')}.`));
      }
      state.destinations = state.destinations.filter((each) => each.id !== input.destinationId);
      return {};
    }),
    test: os.destinations.test.handler(async function* ({ input, errors, signal }) {
      note('destinations.test', input);
      yield {
        kind: 'step' as const,
        id: 'connect',
        label: 'Compare the host key',
        status: 'running' as const,
      };
      await wait(state.pace, signal);
      if (input.kind === 'sftp' && input.settings['hostKey'] !== SERVER_KEY) {
        throw errors.APP_ERROR(
          refuse(
            'SETTINGS_INVALID',
            `The key of “sftp.example.com” is not known yet. The server shows ${SERVER_KEY}.`,
            'settings.hostKey',
          ),
        );
      }
      yield {
        kind: 'step' as const,
        id: 'connect',
        label: 'Compare the host key',
        status: 'passed' as const,
      };
      yield {
        kind: 'step' as const,
        id: 'folder',
        label: 'Find the folder',
        status: 'passed' as const,
        detail: 'It is there.',
      };
      yield { kind: 'done' as const };
    }),
  };
}
