import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJourney } from '../../../electron/domain/check-journey.ts';
import { JourneyDefinition } from '../../../electron/domain/journey.ts';
import { hasErrors } from '../../../electron/domain/problem.ts';
import { scenes } from '../../support/journeys/journey-arbitrary.ts';
import { DESTINATIONS, worldModel } from '../../support/journeys/world.ts';

const PLACE = { catalog: 'main', schema: 'shop' };
const model = worldModel(PLACE);
const definitions = {
  model: {
    ...model,
    entities: [
      ...model.entities,
      {
        id: 'notes',
        label: 'Notes',
        table: { ...PLACE, table: 'notes' },
        key: 'customer_id',
        cardinality: 'one-to-many' as const,
        attributes: [],
      },
    ],
  },
  audiences: [
    { id: 'all', name: 'All', rule: { kind: 'all' as const, rules: [] }, columns: [] },
    { id: 'loop', name: 'Loop', rule: { kind: 'audience' as const, audience: 'loop' }, columns: [] },
  ],
  destinations: [...DESTINATIONS],
};

const entry = (next?: string) => ({
  kind: 'entry',
  id: 'entry',
  audience: 'all',
  ...(next === undefined ? {} : { next }),
});
const exit = { kind: 'exit', id: 'end' };
const wait = (id: string, next: string) => ({
  kind: 'wait',
  id,
  wait: { for: { amount: 1, unit: 'days' } },
  next,
});
const until = (id: string, next: string) => ({
  kind: 'wait',
  id,
  wait: { until: '2026-11-01T00:00:00.000Z' },
  next,
});
const activation = {
  destination: 'mail',
  mode: 'send',
  fields: [{ to: 'email', from: { kind: 'customer-id' } }],
};
const send = (id: string, next?: string) => ({
  kind: 'activate',
  id,
  activation,
  ...(next === undefined ? {} : { next }),
});
const branch = (id: string, next: string, more: object = { audience: 'all' }) => ({
  id,
  name: id,
  next,
  ...more,
});
const split = (id: string, branches: readonly object[], next = 'end') => ({
  kind: 'audience-split',
  id,
  branches,
  others: { next },
});
const deal = (id: string, percents: readonly (number | undefined)[], holdOut = 0, next = 'end') => ({
  kind: 'random-split',
  id,
  holdOut,
  branches: percents.map((percent, at) => branch(`b${at}`, next, percent === undefined ? {} : { percent })),
});
const awaits = (id: string, thing: object, met: string, timeout: string) => ({
  kind: 'wait-until',
  id,
  until: thing,
  limit: { amount: 1, unit: 'days' },
  met: { next: met },
  timeout: { next: timeout },
});

/** The problems of a journey of these steps, each as `severity place: message`. */
function check(steps: readonly object[], rules: object = {}, where?: string): string[] {
  const journey = JourneyDefinition.parse({ steps, ...rules });
  return checkJourney(journey, definitions, where).map(
    (problem) => `${problem.severity} ${problem.where}: ${problem.message}`,
  );
}

describe('checkJourney', () => {
  it('finds nothing wrong with a journey of every kind of step', () => {
    const event = {
      kind: 'event',
      entity: 'events',
      where: [{ column: 'kind', test: { op: 'equals', value: 'buy' } }],
    };
    const steps = [
      entry('split'),
      split('split', [branch('x', 'deal')], 'send'),
      deal('deal', [60, 30.5], 9.5, 'wait'),
      wait('wait', 'await'),
      awaits('await', event, 'member', 'split'),
      awaits('member', { kind: 'audience', audience: 'all' }, 'send', 'date'),
      until('date', 'send'),
      send('send', 'exit'),
      { ...exit, id: 'exit' },
    ];
    expect(check(steps)).toEqual([]);
  });

  it.each<[string, readonly object[], string]>([
    ['no entry', [exit], 'error steps[0]: The journey has no entry.'],
    [
      'two entries',
      [entry('end'), { ...entry('end'), id: 'two' }, exit],
      'error steps[1]: The journey has two entries.',
    ],
    ['an id twice', [entry('end'), exit, exit], 'error steps[2].id: The step id “end” occurs twice.'],
    [
      'a way to no step',
      [entry('away'), exit],
      'error steps[0]: The way leads to the step “away”, which does not exist.',
    ],
    [
      'a branch to no step',
      [entry('a'), split('a', [branch('x', 'away')]), exit],
      'error steps[1]: The way “x” leads to the step “away”, which does not exist.',
    ],
    ['an entry that leads nowhere', [entry(), exit], 'error steps[0]: The step leads nowhere.'],
    [
      'a way that leads nowhere',
      [entry('a'), { ...split('a', [branch('x', 'end')]), others: {} }, exit],
      'error steps[1]: The way “Others” leads nowhere.',
    ],
    [
      'no audience',
      [{ kind: 'entry', id: 'entry', next: 'end' }, exit],
      'error steps[0].audience: No audience is chosen.',
    ],
    [
      'an audience that was deleted',
      [entry('a'), split('a', [branch('x', 'end', { audience: 'old' })]), exit],
      'error steps[1].branches[0].audience: The audience “old” does not exist.',
    ],
    [
      'an awaited audience that was deleted',
      [entry('a'), awaits('a', { kind: 'audience', audience: 'old' }, 'end', 'end'), exit],
      'error steps[1].until.audience: The audience “old” does not exist.',
    ],
    [
      'no destination',
      [entry('a'), { kind: 'activate', id: 'a' }],
      'error steps[1].activation: No destination is chosen.',
    ],
    [
      'a destination that was deleted',
      [entry('a'), { ...send('a'), activation: { ...activation, destination: 'old' } }],
      'error steps[1].activation.destination: The destination “old” does not exist.',
    ],
    [
      'consent that is no yes or no',
      [
        entry('a'),
        {
          ...send('a'),
          activation: { ...activation, consent: { entity: 'customer', column: 'customer_id' } },
        },
      ],
      'error steps[1].activation.consent.column: customer_id is VARCHAR, and consent has to be yes or no.',
    ],
    [
      'an event without a time',
      [entry('a'), awaits('a', { kind: 'event', entity: 'notes' }, 'end', 'end'), exit],
      'error steps[1].until.entity: Notes has no time column, so that nothing tells when its rows came.',
    ],
    [
      'percentages that do not sum to 100',
      [entry('a'), deal('a', [60, 30]), exit],
      'error steps[1].branches: The percentages sum to 90, not to 100.',
    ],
    [
      'percentages that only the hold-out makes too many',
      [entry('a'), deal('a', [60, 40], 0.5), exit],
      'error steps[1].branches: The percentages sum to 100.5, not to 100.',
    ],
    [
      'a branch without a percentage beside one with',
      [entry('a'), deal('a', [60, undefined]), exit],
      'error steps[1].branches: Some branches have a percentage and some have none.',
    ],
    [
      'a branch id twice',
      [entry('a'), split('a', [branch('x', 'end'), { ...branch('x', 'end'), name: 'Y' }]), exit],
      'error steps[1].branches[1].id: The branch id “x” occurs twice.',
    ],
    [
      'a branch name twice',
      [entry('a'), split('a', [branch('x', 'end'), { ...branch('y', 'end'), name: 'X' }]), exit],
      'warning steps[1].branches[1].name: Two branches are called “X”.',
    ],
    [
      'a step that nobody reaches',
      [entry('end'), send('a'), exit],
      'warning steps[1]: Unreachable: no way leads to this step.',
    ],
    [
      'a journey that sends nothing',
      [entry('end'), exit],
      'warning steps[0]: This step ends without activation.',
    ],
    [
      'a branch that sends nothing',
      [entry('a'), split('a', [branch('x', 'b')]), send('b'), exit],
      'warning steps[1]: “Others” ends without activation.',
    ],
  ])('finds %s', (_name, steps, problem) => {
    expect(check(steps)).toContain(problem);
  });

  it.each<[string, object, string]>([
    [
      'exits that were deleted',
      { exits: ['all', 'old'] },
      'error exits[1]: The audience “old” does not exist.',
    ],
    [
      'a suppression that was deleted',
      { suppress: ['old'] },
      'error suppress[0]: The audience “old” does not exist.',
    ],
    [
      'a goal without an audience',
      { goal: { within: { amount: 1, unit: 'days' } } },
      'error goal.audience: No audience is chosen.',
    ],
    [
      'an end that is not after the start',
      { startsAt: '2026-11-01T00:00:00.000Z', endsAt: '2026-11-01T00:00:00.000Z' },
      'error endsAt: The journey ends before it starts.',
    ],
    [
      'two caps for the same time',
      { caps: [1, 2].map((sends) => ({ channel: 'email', sends, per: { amount: 1, unit: 'days' } })) },
      'error caps[1]: This channel has two caps for the same time.',
    ],
  ])('finds %s', (_name, rules, problem) => {
    expect(check([entry('a'), send('a')], rules)).toEqual([problem]);
  });

  it('finds an audience that contains itself', () => {
    const found = check([{ ...entry('a'), audience: 'loop' }, send('a')]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^error steps\[0\]\.audience/);
  });

  it('tells places within a document', () => {
    const [problem] = check([entry(), exit], {}, 'journeys[2]');
    expect(problem).toBe('error journeys[2].steps[0]: The step leads nowhere.');
  });

  it.each<[string, readonly object[]]>([
    ['activations', [entry('a'), send('a', 'b'), send('b', 'a')]],
    ['a wait until an instant', [entry('a'), send('a', 'b'), until('b', 'a')]],
    ['a split to itself', [entry('a'), split('a', [branch('x', 'a')]), exit]],
    [
      'membership that is met at once',
      [entry('a'), awaits('a', { kind: 'audience', audience: 'all' }, 'b', 'end'), send('b', 'a'), exit],
    ],
  ])('finds a circle without a wait, over %s', (_name, steps) => {
    expect(check(steps).filter((problem) => problem.includes('circle'))[0]).toMatch(/^error steps\[\d\]: /);
  });

  it.each<[string, readonly object[]]>([
    ['a wait for a duration', [entry('a'), send('a', 'b'), wait('b', 'a')]],
    ['an event', [entry('a'), send('a', 'b'), awaits('b', { kind: 'event', entity: 'events' }, 'a', 'a')]],
    [
      'the time limit of a membership',
      [entry('a'), awaits('a', { kind: 'audience', audience: 'all' }, 'end', 'b'), send('b', 'a'), exit],
    ],
  ])('allows a circle over %s', (_name, steps) => {
    expect(check(steps).filter((problem) => problem.startsWith('error'))).toEqual([]);
  });

  it('refuses a circle without a wait also where only customers who are moved to its wait come to it', () => {
    const steps = [entry('end'), wait('w', 'a'), send('a', 'b'), send('b', 'a'), exit];
    expect(check(steps).some((problem) => problem.startsWith('error'))).toBe(true);
  });

  it('finds no error in journeys that the model test draws, and one where any step of theirs is taken away', () => {
    let broken = 0;
    for (const { acts } of fc.sample(scenes(PLACE, { customers: 0, acts: 6 }), { numRuns: 100, seed: 7 })) {
      const [act] = acts;
      const definition = act?.versions[0]?.definition;
      if (act === undefined || definition === undefined) continue;
      const known = { ...act.world, audiences: [...act.world.audiences], destinations: [...DESTINATIONS] };
      expect(hasErrors(checkJourney(definition, known))).toBe(false);
      const led = new Set(
        definition.steps.flatMap((step) => ('next' in step && step.next !== step.id ? [step.next] : [])),
      );
      for (const { id } of definition.steps.filter((step) => led.has(step.id))) {
        const steps = definition.steps.filter((step) => step.id !== id);
        expect(hasErrors(checkJourney({ ...definition, steps }, known))).toBe(true);
        broken += 1;
      }
    }
    expect(broken).toBeGreaterThan(100);
  });
});
