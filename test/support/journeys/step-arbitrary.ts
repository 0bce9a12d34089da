import fc from 'fast-check';
import type { Consent } from '../../../electron/domain/activation.ts';
import { type Duration, type Instant, addDuration } from '../../../electron/domain/duration.ts';
import {
  type AwaitedThing,
  type RandomSplit,
  type Step,
  Step as StepShape,
} from '../../../electron/domain/journey.ts';
import type { Filter } from '../../../electron/domain/rule.ts';
import { DESTINATIONS, EVENT_KINDS } from './world.ts';

/** Few, so that they meet: ends of waits and ticks fall together, and months differ from days. */
export const DURATIONS: readonly Duration[] = [
  { amount: 1, unit: 'minutes' },
  { amount: 60, unit: 'minutes' },
  { amount: 1, unit: 'hours' },
  { amount: 24, unit: 'hours' },
  { amount: 1, unit: 'days' },
  { amount: 7, unit: 'days' },
  { amount: 1, unit: 'weeks' },
  { amount: 1, unit: 'months' },
  { amount: 2, unit: 'months' },
  { amount: 1, unit: 'years' },
];
export const duration = fc.constantFrom(...DURATIONS);

/** A value in so many cases of ten. */
export function sometimes<T>(tenths: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: 10 - tenths, arbitrary: fc.constant(undefined) },
    { weight: tenths, arbitrary: value },
  );
}

/** An instant on or near a tick of a scene. */
export const when: fc.Arbitrary<(ticks: readonly Instant[]) => Instant> = fc
  .record({
    tick: fc.nat(6),
    off: fc.constantFrom(0, 0, 0, 1, -1, 1_000, -30_000, 3_600_000, -86_400_000, 86_400_000),
  })
  .map(({ tick, off }) => (ticks) => {
    const at = ticks[tick % Math.max(ticks.length, 1)] ?? '2026-01-01T00:00:00.000Z';
    return new Date(Date.parse(at) + off).toISOString();
  });

/** The ids of the audiences of a scene; the last is everybody. */
export const AUDIENCES = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'everyone'] as const;
export const audience = fc.constantFrom(...AUDIENCES);

/** Ids of steps and branches, some of which could be taken for something else. */
export const STEP_IDS = ['start', 'a', '1', '01', 'a-1', 'wait', 'next', 'others', 'end'] as const;
const BRANCH_IDS = ['1', 'others', 'held-out', 'next', '01'] as const;

/** Where the ways of a step may lead: to a later step, or to any, where customers stay before they take that way. */
export interface Links {
  readonly id: string;
  readonly later: (draw: number) => string;
  readonly any: (draw: number) => string;
  readonly ticks: readonly Instant[];
}

/** A step that is not yet linked. */
export type StepMaker = (links: Links) => Step;

const draw = fc.nat(20);
const branchCount = fc.integer({ min: 1, max: 4 });

const audienceSplit = fc
  .record({ branches: fc.array(fc.tuple(audience, draw), { minLength: 1, maxLength: 4 }), others: draw })
  .map(({ branches, others }): StepMaker => ({ id, later }) => ({
    kind: 'audience-split',
    id,
    branches: branches.map(([members, to], at) => ({
      id: BRANCH_IDS[at] ?? `b${at}`,
      name: `Branch ${at}`,
      audience: members,
      next: later(to),
    })),
    others: { next: later(others) },
  }));

/** Percentages as whole hundredths that sum to what is not held out, at least one for each branch. */
function dealOut(parts: readonly number[], holdOut: number): number[] {
  const total = parts.reduce((sum, each) => sum + each, 0);
  const left = 10_000 - Math.round(holdOut * 100);
  const shares = parts.map((part) => Math.max(1, Math.floor((part / total) * left)));
  const rest = left - shares.slice(1).reduce((sum, each) => sum + each, 0);
  return [rest, ...shares.slice(1)].map((each) => each / 100);
}

const randomSplit = fc
  .record({
    parts: branchCount.chain((count) =>
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: count, maxLength: count }),
    ),
    targets: fc.array(draw, { minLength: 4, maxLength: 4 }),
    holdOut: fc.constantFrom(0, 0, 0.01, 12.5, 33.33, 80),
    isEven: fc.boolean(),
  })
  .map(({ parts, targets, holdOut, isEven }): StepMaker => ({ id, later }) => {
    const percents = dealOut(parts, holdOut);
    const branches: RandomSplit['branches'] = parts.map((_, at) => ({
      id: BRANCH_IDS[at] ?? `b${at}`,
      name: `Branch ${at}`,
      ...(isEven ? {} : { percent: percents[at] }),
      next: later(targets[at] ?? 0),
    }));
    return { kind: 'random-split', id, branches, holdOut };
  });

const waitFor = fc
  .record({ length: duration, to: draw })
  .map(({ length, to }): StepMaker => ({ id, any }) => ({
    kind: 'wait',
    id,
    wait: { for: length },
    next: any(to),
  }));

const waitUntilInstant = fc
  .record({ until: when, to: draw })
  .map(({ until, to }): StepMaker => ({ id, later, ticks }) => ({
    kind: 'wait',
    id,
    wait: { until: until(ticks) },
    next: later(to),
  }));

const kindFilter: fc.Arbitrary<Filter> = fc
  .constantFrom(...EVENT_KINDS)
  .map((value) => ({ column: 'kind', test: { op: 'equals' as const, value } }));
const event: fc.Arbitrary<Extract<AwaitedThing, { kind: 'event' }>> = fc.record({
  kind: fc.constant('event' as const),
  entity: fc.constantFrom('events', 'events', 'days'),
  where: fc.oneof(
    fc.constant<Filter[]>([]),
    kindFilter.map((filter) => [filter]),
  ),
});

const awaitAudience = fc
  .record({ members: audience, limit: duration, met: draw, timeout: draw })
  .map(({ members, limit, met, timeout }): StepMaker => ({ id, later, any }) => ({
    kind: 'wait-until',
    id,
    until: { kind: 'audience', audience: members },
    limit,
    met: { next: later(met) },
    timeout: { next: any(timeout) },
  }));

const awaitEvent = fc
  .record({ until: event, limit: duration, met: draw, timeout: draw })
  .map(({ until, limit, met, timeout }): StepMaker => ({ id, any }) => ({
    kind: 'wait-until',
    id,
    until,
    limit,
    met: { next: any(met) },
    timeout: { next: any(timeout) },
  }));

const consent = fc.constantFrom<Consent | undefined>(
  undefined,
  undefined,
  undefined,
  { entity: 'customer', column: 'consent' },
  { entity: 'profiles', column: 'opted' },
);

const activate = fc
  .record({
    // One more often, so that caps are met.
    destination: fc.constantFrom('mail', 'mail', 'mail', ...DESTINATIONS.map(({ id }) => id)),
    asks: consent,
    to: sometimes(8, draw),
  })
  .map(
    ({ destination, asks, to }): StepMaker =>
      ({ id, later }) =>
        StepShape.parse({
          kind: 'activate',
          id,
          activation: {
            destination,
            mode: 'add',
            fields: [{ to: 'id', from: { kind: 'customer-id' } }],
            ...(asks === undefined ? {} : { consent: asks }),
          },
          ...(to === undefined ? {} : { next: later(to) }),
        }),
  );

const exit: fc.Arbitrary<StepMaker> = fc.constant(({ id }) => ({ kind: 'exit', id }));

/** A step of any kind but the entry. Those that wait and those that send are drawn more often. */
export const stepMaker: fc.Arbitrary<StepMaker> = fc.oneof(
  { weight: 3, arbitrary: audienceSplit },
  { weight: 2, arbitrary: randomSplit },
  { weight: 4, arbitrary: waitFor },
  { weight: 2, arbitrary: waitUntilInstant },
  { weight: 3, arbitrary: awaitAudience },
  { weight: 4, arbitrary: awaitEvent },
  { weight: 9, arbitrary: activate },
  { weight: 1, arbitrary: exit },
);

/** Mostly shorter than waits, so that customers are met while they wait. */
const gap = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...DURATIONS.slice(0, 5)) },
  { weight: 1, arbitrary: fc.constantFrom(...DURATIONS.slice(5, 9)) },
);

/** Instants of a number of ticks, each some time after the last. The first month is one with 31 days, or before a short one. */
export const ticks: fc.Arbitrary<(count: number) => Instant[]> = fc
  .record({
    first: fc.constantFrom(
      '2026-01-31T12:00:00.000Z',
      '2027-12-31T23:59:59.999Z',
      '2028-02-29T00:00:00.000Z',
      '2026-10-31T12:00:00.123Z',
    ),
    gaps: fc.array(sometimes(9, gap), { minLength: 7, maxLength: 7 }),
    slips: fc.array(fc.constantFrom(0, 0, 0, 0, 1, 59_000), { minLength: 7, maxLength: 7 }),
  })
  .map(({ first, gaps, slips }) => (count) => {
    const found: Instant[] = [];
    for (let at = 0, now: Instant = first; at < count; at += 1) {
      found.push(now);
      const gap = gaps[at];
      const later = gap === undefined ? now : addDuration(now, gap);
      now = new Date(Date.parse(later) + (gap === undefined ? 0 : (slips[at] ?? 0))).toISOString();
    }
    return found;
  });
