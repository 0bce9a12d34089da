import { createRouterClient, implement } from '@orpc/server';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';
import { render } from 'vitest-browser-svelte';
import {
  contract,
  type ActivationForm,
  type ActivationSummary,
} from '../../../electron/contract/contract.ts';
import type { Activation } from '../../../electron/domain/activation.ts';
import { makeId } from '../../../electron/domain/audience.ts';
import { errorAt, type Problem } from '../../../electron/domain/problem.ts';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { AUDIENCES, MAIL, META, PARTNER } from './canned-destinations.ts';
import { DRY_RUN } from './canned-dry-run.ts';
import { AS_OF } from './canned-lakehouse.ts';
import { makeActivationRun } from './canned-runs.ts';
import {
  answerDestinations,
  destinationOf,
  kindOf,
  refuse,
  wait,
  type ActivationState,
} from './destination-answers.ts';
import Harness from './Harness.svelte';
import { makeRetailEngine, type RetailStart } from './retail-engine.ts';

/** What such a test starts with. */
export type ActivationStart = RetailStart & Partial<ActivationState>;

/** The answers of such an engine, for engines that answer more. */
export function makeActivationRouter(start: ActivationStart, state: ActivationState) {
  const os = implement(contract);
  const note = (what: string, input: unknown): void => {
    state.asked.push({ what, input });
  };

  function check(form: ActivationForm): Problem[] {
    const { fields } = kindOf(destinationOf(state, form.destination).kind);
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
    const destination = destinationOf(state, activation.destination);
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
    destinations: answerDestinations(state),
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
        const { channel, fields } = kindOf(destinationOf(state, input.destinationId).kind);
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
      dryRun: os.activations.dryRun.handler(async function* ({ input, errors, signal }) {
        note('dryRun', input.form);
        yield { kind: 'progress' as const, text: 'Counting the members', fraction: 0.4 };
        await wait(state.pace, signal);
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

/** What such an engine knows at the start. */
export function startState(start: ActivationStart): ActivationState {
  return {
    destinations: [META, PARTNER, MAIL],
    activations: [],
    lastRuns: {},
    abilities: { state: true },
    warnings: [],
    pace: 0,
    asked: [],
    ...start,
  };
}

/** An engine over definitions in memory, with the true contract, and what it knows. */
export function makeActivationEngine(start: ActivationStart = {}): {
  engine: Engine;
  state: ActivationState;
} {
  const state = startState(start);
  // The pages under test call only the parts of the contract that are canned.
  return { engine: createRouterClient(makeActivationRouter(start, state)) as Engine, state };
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
