import { createRouterClient, implement } from '@orpc/server';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { contract } from '../../../electron/contract/contract.ts';
import type {
  JourneyCounts,
  JourneyResults,
  JourneySummary,
  Trace,
} from '../../../electron/contract/journeys.ts';
import { makeId } from '../../../electron/domain/audience.ts';
import { checkJourney } from '../../../electron/domain/check-journey.ts';
import { definitionOf, type Journey, type JourneyForm } from '../../../electron/domain/journey.ts';
import { waysOf } from '../../../electron/domain/journey-ways.ts';
import { hasErrors, type Problem } from '../../../electron/domain/problem.ts';
import type { Tick } from '../../../electron/domain/tick.ts';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { makeActivationRouter, startState, type ActivationStart } from './activation-engine.ts';
import { AUDIENCES } from './canned-destinations.ts';
import { AS_OF } from './canned-lakehouse.ts';
import { NO_RESULTS, makeTick } from './canned-journeys.ts';
import { refuse, wait, type ActivationState } from './destination-answers.ts';
import Harness from './Harness.svelte';
import { sampleModel } from '../../../electron/sample/sample-model.ts';

/** What the engine of journey tests knows beside destinations; a test changes it as it goes. */
export type JourneyState = ActivationState & {
  journeys: Journey[];
  /** The ticks of all journeys, the newest last. */
  ticks: Tick[];
  results: JourneyResults;
  traces: Record<string, Trace>;
  /** How the counts of a form come out; without it 100 customers come to every step. */
  count: (form: JourneyForm) => JourneyCounts;
  /** Looks at a running tick until it is done. */
  looks: number;
};

export type JourneyStart = ActivationStart & Partial<JourneyState>;

function countAll(form: JourneyForm): JourneyCounts {
  return {
    asOf: AS_OF,
    steps: form.steps.map(({ id }) => ({ step: id, customers: 100 })),
    ways: form.steps.flatMap((step) =>
      waysOf(step).map(({ key }) => ({ step: step.id, way: key, customers: 50 })),
    ),
    unknown: [],
  };
}

function makeRouter(start: JourneyStart, state: JourneyState) {
  const os = implement(contract);
  const activations = makeActivationRouter(start, state);
  const note = (what: string, input: unknown): void => {
    state.asked.push({ what, input });
  };
  const check = (form: JourneyForm): Problem[] =>
    checkJourney(form, {
      model: sampleModel(),
      audiences: start.audiences ?? AUDIENCES,
      destinations: state.destinations,
    });
  /** The newest first. */
  const ticksOf = (id: string): Tick[] => state.ticks.filter(({ journeyId }) => journeyId === id).reverse();
  const find = (id: string): Journey => {
    const found = state.journeys.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no journey ${id}`);
    return found;
  };
  const replace = (journey: Journey): JourneySummary => {
    state.journeys = [...state.journeys.filter(({ id }) => id !== journey.id), journey];
    return summarize(journey);
  };
  const summarize = (journey: Journey): JourneySummary => {
    const lastTick = ticksOf(journey.id).at(0);
    const published = journey.versions.at(-1)?.definition;
    return {
      journey,
      problems: check(journey),
      isChanged: JSON.stringify(published) !== JSON.stringify(definitionOf(journey)),
      ...(lastTick === undefined ? {} : { lastTick }),
      ...(journey.schedule === undefined ? {} : { nextTick: '2026-11-23T05:30:00.000Z' }),
    };
  };

  return {
    ...activations,
    journeys: {
      list: os.journeys.list.handler(() => state.journeys.map(summarize)),
      get: os.journeys.get.handler(({ input }) => summarize(find(input.journeyId))),
      save: os.journeys.save.handler(({ input: { form }, errors }) => {
        note('journeys.save', form);
        if (state.journeys.some((each) => each.name === form.name && each.id !== form.id)) {
          throw errors.APP_ERROR(refuse('NAME_TAKEN', `Another journey is named “${form.name}”.`));
        }
        const id = form.id ?? makeId(form.name, new Set(state.journeys.map((each) => each.id)));
        const before = state.journeys.find((each) => each.id === id);
        return replace({
          ...form,
          id,
          status: before?.status ?? 'draft',
          versions: before?.versions ?? [],
        });
      }),
      duplicate: os.journeys.duplicate.handler(({ input }) => {
        const original = find(input.journeyId);
        const id = makeId(original.id, new Set(state.journeys.map((each) => each.id)));
        return replace({ ...original, id, name: `${original.name} (copy)`, status: 'draft', versions: [] });
      }),
      remove: os.journeys.remove.handler(({ input }) => {
        state.journeys = state.journeys.filter((each) => each.id !== input.journeyId);
        return {};
      }),
      check: os.journeys.check.handler(({ input }) => ({ problems: check(input.form) })),
      counts: os.journeys.counts.handler(async ({ input, signal }) => {
        note('counts', input.form);
        await wait(state.pace, signal);
        return state.count(input.form);
      }),
      publish: os.journeys.publish.handler(({ input, errors }) => {
        note('publish', input);
        const journey = find(input.journeyId);
        if (hasErrors(check(journey)))
          throw errors.APP_ERROR(refuse('RULE_INVALID', 'The journey has problems.'));
        const version = {
          number: journey.versions.length + 1,
          publishedAt: AS_OF,
          inside: input.inside,
          definition: definitionOf(journey),
          audiences: {},
        };
        return replace({ ...journey, status: 'live', versions: [...journey.versions, version] });
      }),
      pause: os.journeys.pause.handler(({ input }) =>
        replace({ ...find(input.journeyId), status: 'paused' }),
      ),
      resume: os.journeys.resume.handler(({ input }) =>
        replace({ ...find(input.journeyId), status: 'live' }),
      ),
      stop: os.journeys.stop.handler(async function* ({ input }) {
        yield { kind: 'progress' as const, text: 'Closing the entries' };
        yield {
          kind: 'done' as const,
          result: replace({ ...find(input.journeyId), status: 'stopped' as const }),
        };
      }),
      tick: os.journeys.tick.handler(({ input }) => {
        note('tick', input.journeyId);
        const tick = makeTick({
          journeyId: input.journeyId,
          number: state.ticks.length + 1,
          status: 'running',
        });
        state.ticks = [...state.ticks, tick];
        return tick;
      }),
      progress: os.journeys.progress.handler(({ input }) => {
        const tick = ticksOf(input.journeyId).at(0);
        if (tick === undefined) return { tick: null };
        if (tick.status !== 'running') return { tick };
        state.looks -= 1;
        if (state.looks > 0) return { tick, text: '3 of 9 statements' };
        const done = makeTick({ ...tick, status: 'done', phase: 'done' });
        state.ticks = state.ticks.map((each) => (each.id === tick.id ? done : each));
        return { tick: done };
      }),
      ticks: os.journeys.ticks.handler(({ input }) => ticksOf(input.journeyId).slice(0, input.limit)),
      results: os.journeys.results.handler(async function* () {
        yield { kind: 'progress' as const, text: 'Reading the log' };
        yield { kind: 'done' as const, result: state.results };
      }),
      trace: os.journeys.trace.handler(({ input }) => {
        note('trace', input.customerId);
        return state.traces[input.customerId] ?? { rows: [], isComplete: true };
      }),
      acceptState: os.journeys.acceptState.handler(async function* ({ input }) {
        note('acceptState', input.journeyId);
        yield { kind: 'done' as const, result: {} };
      }),
    },
  };
}

/** Renders a page at `path` over an engine with journeys in memory; returns what the engine knows. */
export async function renderJourneys(
  component: Component<{ rest: readonly string[] }>,
  path: readonly [page: string, ...rest: string[]],
  start: JourneyStart = {},
): Promise<JourneyState> {
  localStorage.clear();
  const state: JourneyState = {
    journeys: [],
    ticks: [],
    results: NO_RESULTS,
    traces: {},
    count: countAll,
    looks: 2,
    ...startState(start),
    ...start,
  };
  // The pages under test call only the parts of the contract that are canned.
  const engine = createRouterClient(makeRouter(start, state)) as Engine;
  router.replace(...path);
  onTestFinished(router.start());
  await render(Harness, { engine, component });
  return state;
}
