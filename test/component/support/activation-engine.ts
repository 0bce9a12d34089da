import { createRouterClient, implement } from '@orpc/server';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';
import { render } from 'vitest-browser-svelte';
import {
  contract,
  type ActivationForm,
  type ActivationSummary,
  type DestinationKindView,
  type DestinationView,
  type DryRun,
} from '../../../electron/contract/contract.ts';
import type { Activation } from '../../../electron/domain/activation.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { makeId } from '../../../electron/domain/audience.ts';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import { errorAt, type Problem } from '../../../electron/domain/problem.ts';
import type { ActivationRun } from '../../../electron/domain/run.ts';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { AUDIENCES, DESTINATION_KINDS, MAIL, META, PARTNER } from './canned-destinations.ts';
import { AS_OF } from './canned-lakehouse.ts';
import { makeActivationRun } from './canned-runs.ts';
import Harness from './Harness.svelte';
import { makeRetailEngine, type RetailStart } from './retail-engine.ts';
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

/** What such a test starts with. */
export type ActivationStart = RetailStart & Partial<ActivationState>;

function refuse(code: AppErrorShape['code'], message: string, where?: string): { data: AppErrorShape } {
  const shape = { code, message, help: 'Change it.', retry: 'after-fix' as const };
  return { data: where === undefined ? shape : { ...shape, where } };
}

function kindOf(kind: string): DestinationKindView {
  const found = DESTINATION_KINDS.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

/** SparkPost sends where it is told a template, and writes a list otherwise. */
function describe(kind: DestinationKindView, target: Settings): DestinationKindView {
  if (kind.kind !== 'sparkpost') return kind;
  return { ...kind, modes: target['what'] === 'transmission' ? ['send'] : ['replace'] };
}

export const DRY_RUN: DryRun = {
  asOf: AS_OF,
  members: 1240,
  withoutConsent: 310,
  adds: 1204,
  removes: 36,
  unchanged: 18,
  rejected: [
    { field: 'EMAIL', reason: 'It is no email address.', rows: 7 },
    { reason: 'No identifier is left.', rows: 2 },
  ],
  checked: 1000,
  batches: 2,
  problems: [],
  payload: {
    columns: ['EMAIL', 'PHONE'],
    rows: [
      ['9f86…0a08', '60303…91'],
      ['fd61…03af', null],
    ],
  },
  sql: {
    text: 'SELECT c.email AS email\nFROM main.retail.households AS c\nWHERE c.ads_consent',
    values: [{ name: 'p1', type: 'timestamp', value: AS_OF }],
  },
};

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function makeRouter(start: ActivationStart, state: ActivationState) {
  const os = implement(contract);
  const note = (what: string, input: unknown): void => {
    state.asked.push({ what, input });
  };
  const destinationOf = (id: string): DestinationView => {
    const found = state.destinations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no destination ${id}`);
    return found;
  };
  const usedBy = (id: string) =>
    state.activations
      .filter((each) => each.destination === id)
      .map((each) => ({ connectionId: 'sample', id: each.id, name: each.name }));

  function check(form: ActivationForm): Problem[] {
    const { fields } = kindOf(destinationOf(form.destination).kind);
    const identifiers = fields.filter((each) => each.isIdentifier).map((each) => each.key);
    const hasOne = identifiers.length === 0 || form.fields.some((each) => identifiers.includes(each.to));
    return [
      ...(hasOne
        ? []
        : [errorAt('fields', 'No identifier is mapped.', `Map one of ${identifiers.join(', ')}.`)]),
      ...state.warnings,
    ];
  }

  const summarize = (activation: Activation): ActivationSummary => {
    const destination = destinationOf(activation.destination);
    const lastRun = state.lastRuns[activation.id];
    return {
      activation,
      audienceName: AUDIENCES.find((each) => each.id === activation.audience)?.name ?? activation.audience,
      destinationLabel: destination.label,
      destinationKind: destination.kind,
      problems: check(activation),
      ...(lastRun === undefined ? {} : { lastRun }),
      ...(activation.schedule === undefined ? {} : { nextRun: '2026-11-23T05:30:00.000Z' }),
    };
  };
  const findActivation = (id: string): Activation => {
    const found = state.activations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no activation ${id}`);
    return found;
  };

  return {
    ...makeRetailEngine({ audiences: AUDIENCES, ...start }).router,
    destinations: {
      kinds: os.destinations.kinds.handler(() => DESTINATION_KINDS),
      describe: os.destinations.describe.handler(({ input }) => {
        note('describe', input);
        return describe(kindOf(destinationOf(input.destinationId).kind), input.target);
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
      test: os.destinations.test.handler(async function* ({ input, errors }) {
        note('destinations.test', input);
        yield {
          kind: 'step' as const,
          id: 'connect',
          label: 'Compare the host key',
          status: 'running' as const,
        };
        await wait(state.pace);
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
    },
    activations: {
      list: os.activations.list.handler(() => state.activations.map(summarize)),
      get: os.activations.get.handler(({ input }) => summarize(findActivation(input.activationId))),
      save: os.activations.save.handler(({ input: { form }, errors }) => {
        note('activations.save', form);
        if (state.activations.some((each) => each.name === form.name && each.id !== form.id)) {
          throw errors.APP_ERROR(refuse('NAME_TAKEN', `Another activation is named “${form.name}”.`));
        }
        const id = form.id ?? makeId(form.name, new Set(state.activations.map((each) => each.id)));
        const saved: Activation = { ...form, id };
        state.activations = [...state.activations.filter((each) => each.id !== id), saved];
        return summarize(saved);
      }),
      remove: os.activations.remove.handler(({ input }) => {
        state.activations = state.activations.filter((each) => each.id !== input.activationId);
        return {};
      }),
      suggest: os.activations.suggest.handler(({ input }) => {
        note('suggest', input);
        const { channel, fields } = kindOf(destinationOf(input.destinationId).kind);
        const email = fields.find((each) => each.pii.includes('email'))?.key ?? 'email';
        const from = { kind: 'attribute' as const, entity: 'customer', column: 'email' };
        const column = channel === 'email' ? 'email_consent' : 'ads_consent';
        const form = fields.length === 0 ? ('as-is' as const) : ('vendor' as const);
        return {
          fields: [{ to: email, from, form }],
          ...(channel === 'file' ? {} : { consent: { entity: 'customer', column } }),
        };
      }),
      check: os.activations.check.handler(({ input }) => {
        note('check', input.form);
        return { problems: check(input.form) };
      }),
      preview: os.activations.preview.handler(({ input }) => ({
        columns: input.form.fields.map(({ to }) => ({ name: to, masked: true })),
        rows: [input.form.fields.map(() => 'p•••'), input.form.fields.map(() => null)],
        asOf: AS_OF,
      })),
      abilities: os.activations.abilities.handler(() => state.abilities),
      dryRun: os.activations.dryRun.handler(async function* ({ input, errors }) {
        note('dryRun', input.form);
        yield { kind: 'progress' as const, text: 'Counting the members', fraction: 0.4 };
        await wait(state.pace);
        if (state.dryRunFailure !== undefined) throw errors.APP_ERROR({ data: state.dryRunFailure });
        yield { kind: 'done' as const, result: { ...DRY_RUN, problems: check(input.form) } };
      }),
      run: os.activations.run.handler(({ input, errors }) => {
        note('run', input.activationId);
        if (state.lastRuns[input.activationId]?.status === 'running') {
          throw errors.APP_ERROR(refuse('IN_USE', 'A run of this activation is under way.'));
        }
        return makeActivationRun({ id: 'run-77', status: 'running', activationId: input.activationId });
      }),
    },
  };
}

/** An engine over definitions in memory, with the true contract, and what it knows. */
export function makeActivationEngine(start: ActivationStart = {}): {
  engine: Engine;
  state: ActivationState;
} {
  const state: ActivationState = {
    destinations: [META, PARTNER, MAIL],
    activations: [],
    lastRuns: {},
    abilities: { state: true },
    warnings: [],
    pace: 0,
    asked: [],
    ...start,
  };
  // The pages under test call only the parts of the contract that are canned.
  return { engine: createRouterClient(makeRouter(start, state)) as Engine, state };
}

/** Renders a page at `path` over such an engine; returns what the engine knows. */
export async function renderActivations(
  component: Component<{ rest: readonly string[] }>,
  path: readonly [page: string, ...rest: string[]],
  start: ActivationStart = {},
): Promise<ActivationState> {
  localStorage.clear();
  const { engine, state } = makeActivationEngine(start);
  router.replace(...path);
  onTestFinished(router.start());
  await render(Harness, { engine, component });
  return state;
}

/** The inputs of what was asked of the engine under a name, in order. */
export function inputsOf(state: ActivationState, what: string): unknown[] {
  return state.asked.filter((each) => each.what === what).map((each) => each.input);
}
