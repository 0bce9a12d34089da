import { createRouterClient, implement } from '@orpc/server';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';
import { render } from 'vitest-browser-svelte';
import {
  contract,
  type CustomerProfile,
  type ProfileApiForm,
  type ProfileApiState,
  type ProfileApiView,
} from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { makeId } from '../../../electron/domain/audience.ts';
import { checkProfileApi } from '../../../electron/domain/check-profile-api.ts';
import { hasErrors, type Problem } from '../../../electron/domain/problem.ts';
import { ProfileApi, type ProfileKey, type ReadCount } from '../../../electron/domain/profile-api.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { LIVE_BUNDLE } from './canned-journeys.ts';
import { AUDIENCES } from './canned-destinations.ts';
import { AS_OF } from './canned-lakehouse.ts';
import { STORES } from './canned-profiles.ts';
import { refuse, wait } from './destination-answers.ts';
import Harness from './Harness.svelte';
import { makeRetailEngine, type RetailStart } from './retail-engine.ts';

/** What the engine of profile tests knows; a test changes it as it goes. */
export type ProfileState = {
  api: ProfileApi;
  profiles: Record<string, CustomerProfile>;
  reads: ReadCount[];
  status: ProfileApiState;
  storedSecrets: string[];
  /** Where given, turning on fails with it. */
  failure: AppErrorShape | undefined;
  /** Where given, each look-up fails with it. */
  lookUpFailure: AppErrorShape | undefined;
  /** Milliseconds that a look-up takes. */
  pace: number;
  cancelled: number;
  refreshed: number;
  readonly lookUps: { customerId: string; unmasked: boolean }[];
  readonly saved: { form: ProfileApiForm; secrets: Record<string, string> }[];
};

export type ProfileStart = RetailStart & Partial<Omit<ProfileState, 'api'>> & { api?: Partial<ProfileApi> };

/** The token of every key that such an engine makes. */
export const TOKEN = `slw_${'A'.repeat(43)}`;

function makeRouter(start: ProfileStart, state: ProfileState) {
  const os = implement(contract);
  const audiences = start.audiences ?? AUDIENCES;
  const check = (api: ProfileApi): Problem[] => checkProfileApi(api, { model: sampleModel(), audiences });
  const view = (): ProfileApiView => {
    const { keys, isOn, ...form } = state.api;
    return {
      form,
      isOn,
      keys: keys.map(({ sha256: _, ...key }) => key),
      problems: check(state.api),
      storedSecrets: state.storedSecrets,
      stores: STORES,
    };
  };
  return {
    ...makeRetailEngine({ audiences, ...start }).router,
    journeys: {
      list: os.journeys.list.handler(() => [{ journey: LIVE_BUNDLE, problems: [], isChanged: false }]),
    },
    profiles: {
      get: os.profiles.get.handler(view),
      state: os.profiles.state.handler(() => state.status),
      save: os.profiles.save.handler(({ input: { form, secrets }, errors }) => {
        const next = { ...state.api, ...form };
        if (hasErrors(check(next))) throw errors.APP_ERROR(refuse('RULE_INVALID', 'It has problems.'));
        state.saved.push({ form, secrets });
        state.storedSecrets = [...new Set([...state.storedSecrets, ...Object.keys(secrets)])];
        state.api = next;
        return view();
      }),
      check: os.profiles.check.handler(({ input }) => ({ problems: check({ ...state.api, ...input.form }) })),
      addKey: os.profiles.addKey.handler(({ input: { name, parts }, errors }) => {
        if (state.api.keys.some((key) => key.name === name && key.revokedAt === undefined))
          throw errors.APP_ERROR(refuse('NAME_TAKEN', `There is a key named “${name}”.`, 'name'));
        const id = makeId(name, new Set(state.api.keys.map((key) => key.id)));
        const key: ProfileKey = { id, name, parts, sha256: '0'.repeat(64), createdAt: AS_OF };
        state.api = { ...state.api, keys: [...state.api.keys, key] };
        return { token: TOKEN, view: view() };
      }),
      revokeKey: os.profiles.revokeKey.handler(({ input: { keyId } }) => {
        const keys = state.api.keys.map((key) => (key.id === keyId ? { ...key, revokedAt: AS_OF } : key));
        state.api = { ...state.api, keys };
        return view();
      }),
      turnOn: os.profiles.turnOn.handler(({ errors }) => {
        if (state.failure !== undefined) throw errors.APP_ERROR({ data: state.failure });
        state.api = { ...state.api, isOn: true };
        state.status = {
          ...state.status,
          status: 'on',
          url: `http://127.0.0.1:${state.api.port}`,
          parts: state.api.parts.map(({ id }) => ({
            id,
            asOf: new Date(Date.now() - 12.5 * 60_000).toISOString(),
            triedAt: new Date(Date.now() - 12.5 * 60_000).toISOString(),
            customers: 2500,
            changed: 40,
            isRefreshing: false,
          })),
        };
        return state.status;
      }),
      turnOff: os.profiles.turnOff.handler(() => {
        state.api = { ...state.api, isOn: false };
        state.status = { status: 'off', parts: [], latency: [] };
        return {};
      }),
      refresh: os.profiles.refresh.handler(() => {
        state.refreshed += 1;
        return {};
      }),
      reads: os.profiles.reads.handler(() => state.reads),
      lookUp: os.profiles.lookUp.handler(async ({ input: { customerId, unmasked }, signal, errors }) => {
        state.lookUps.push({ customerId, unmasked });
        signal?.addEventListener('abort', () => (state.cancelled += 1));
        await wait(state.pace, signal);
        if (state.lookUpFailure !== undefined) throw errors.APP_ERROR({ data: state.lookUpFailure });
        const found = state.profiles[customerId];
        if (found === undefined) throw errors.APP_ERROR(refuse('NOT_FOUND', 'No customer has this id.'));
        return {
          ...found,
          attributes: found.attributes.map((each) =>
            each.masked && !unmasked ? { ...each, value: 'p•••' } : { ...each, masked: false },
          ),
        };
      }),
    },
  };
}

/** Renders a page at `path` over an engine with a Profile API in memory; returns what the engine knows. */
export async function renderProfiles(
  component: Component<{ rest: readonly string[] }>,
  path: readonly [page: string, ...rest: string[]],
  start: ProfileStart = {},
): Promise<ProfileState> {
  localStorage.clear();
  const { api, ...rest } = start;
  const state: ProfileState = {
    profiles: {},
    reads: [],
    status: { status: 'off', parts: [], latency: [] },
    storedSecrets: [],
    failure: undefined,
    lookUpFailure: undefined,
    pace: 0,
    cancelled: 0,
    refreshed: 0,
    lookUps: [],
    saved: [],
    ...rest,
    api: ProfileApi.parse(api ?? {}),
  };
  // The pages under test call only the parts of the contract that are canned.
  const engine = createRouterClient(makeRouter(start, state)) as Engine;
  router.replace(...path);
  onTestFinished(router.start());
  await render(Harness, { engine, component });
  return state;
}
