import fc from 'fast-check';
import type { Instant } from '../../../electron/domain/duration.ts';
import {
  type FrequencyCap,
  type InsideChoice,
  type JourneyVersion,
  type Step,
  JourneyDefinition,
} from '../../../electron/domain/journey.ts';
import { withWay, waysOf } from '../../../electron/domain/journey-ways.ts';
import {
  STEP_IDS,
  type StepMaker,
  audience,
  duration,
  sometimes,
  stepMaker,
  when,
} from './step-arbitrary.ts';

/** The most steps between the entry and the last exit. */
const MOST_STEPS = 7;

/** What is published anew: which of the steps are others, how many there are, and the rules. */
export interface Edit {
  readonly others: readonly (StepMaker | undefined)[];
  readonly count: number;
  readonly shift: number;
  readonly isReversed: boolean;
  readonly isCut: boolean;
  readonly inside: InsideChoice;
  readonly rules: (ticks: readonly Instant[]) => Omit<JourneyDefinition, 'steps'>;
  readonly entry: (links: { readonly next: string }) => Step;
}

// Not everybody: a journey that nobody enters tells nothing.
const fewAudiences = fc.uniqueArray(fc.constantFrom('a1', 'a2', 'a3', 'a4'), { minLength: 1, maxLength: 2 });
const cap: fc.Arbitrary<FrequencyCap> = fc.record({
  channel: fc.constantFrom('email', 'email', 'email', 'paid-media', 'webhook'),
  sends: fc.constantFrom(1, 1, 2, 3),
  per: duration,
});

const rules = fc
  .record({
    reentry: fc.oneof(
      fc.constant({ kind: 'once' as const }),
      duration.map((each) => ({ kind: 'after' as const, duration: each })),
    ),
    exits: sometimes(5, fewAudiences),
    suppress: sometimes(2, fewAudiences),
    goal: sometimes(6, fc.record({ audience, within: duration, leaves: fc.boolean() })),
    caps: fc.uniqueArray(cap, {
      maxLength: 3,
      size: 'max',
      selector: ({ channel, per }) => `${channel} ${JSON.stringify(per)}`,
    }),
    starts: sometimes(3, when),
    ends: sometimes(3, when),
  })
  .map(({ starts, ends, goal, exits = [], suppress = [], ...rest }) => (ticks: readonly Instant[]) => {
    const startsAt = starts?.(ticks);
    const end = ends?.(ticks);
    const endsAt = startsAt !== undefined && end !== undefined && end <= startsAt ? undefined : end;
    return {
      ...rest,
      exits,
      suppress,
      ...(goal === undefined ? {} : { goal }),
      ...(startsAt === undefined ? {} : { startsAt }),
      ...(endsAt === undefined ? {} : { endsAt }),
    };
  });

const entry = audience.map((members): Edit['entry'] => ({ next }) => ({
  kind: 'entry',
  id: 'entry',
  audience: members,
  next,
}));

/** What a version changes of the one before. */
export const edit: fc.Arbitrary<Edit> = fc.record({
  others: fc.array(sometimes(4, stepMaker), { minLength: MOST_STEPS, maxLength: MOST_STEPS }),
  count: fc.oneof(
    { weight: 1, arbitrary: fc.nat(2) },
    { weight: 4, arbitrary: fc.integer({ min: 3, max: MOST_STEPS }) },
  ),
  shift: fc.constantFrom(0, 0, 0, 1, 4),
  isReversed: fc.boolean(),
  isCut: fc.boolean(),
  inside: fc.constantFrom('keep', 'move', 'move', 'leave'),
  rules,
  entry,
});

/** The steps that a journey begins with. */
export const makers = fc.array(stepMaker, { minLength: MOST_STEPS, maxLength: MOST_STEPS });

/** The steps of a version: each place keeps its own, or has another. */
export function applyEdit(makers: readonly StepMaker[], { others }: Edit): StepMaker[] {
  return makers.map((maker, at) => others[at] ?? maker);
}

/**
 * A version of these steps. Ways that customers take at the tick of their arrival lead to later steps only: that is all that a journey without
 * endless circles can be.
 */
export function makeVersion(
  number: number,
  makers: readonly StepMaker[],
  edit: Edit,
  ticks: readonly Instant[],
): JourneyVersion {
  const ids = ['', ...makers.slice(0, edit.count), ''].map((_, at) =>
    at === 0 ? 'entry' : (STEP_IDS[(at + edit.shift) % STEP_IDS.length] ?? `s${at}`),
  );
  const idAt = (at: number): string => ids[at] ?? 'entry';
  const last = ids.length - 1;
  const later = (from: number) => (draw: number) => idAt(from + 1 + (draw % (last - from)));
  const any = (draw: number) => idAt(1 + (draw % last));
  const steps: Step[] = [
    edit.entry({ next: later(0)(0) }),
    ...makers
      .slice(0, edit.count)
      .map((maker, at) => maker({ id: idAt(at + 1), later: later(at + 1), any, ticks })),
    { kind: 'exit', id: idAt(last) },
  ];
  const linked = edit.isCut ? cutUnreached(steps) : steps;
  const definition = JourneyDefinition.parse({
    steps: edit.isReversed ? linked.toReversed() : linked,
    ...edit.rules(ticks),
  });
  const publishedAt = ticks[0] ?? '2026-01-01T00:00:00.000Z';
  return { number, publishedAt, inside: edit.inside, definition, audiences: {} };
}

/** Steps that no way leads to may lead nowhere: who is moved to one ends there. */
function cutUnreached(steps: readonly Step[]): Step[] {
  const reached = new Set(['entry']);
  for (let grew = true; grew;) {
    const found = steps.filter(({ id }) => reached.has(id)).flatMap((step) => waysOf(step));
    const before = reached.size;
    for (const { next } of found) if (next !== undefined) reached.add(next);
    grew = reached.size > before;
  }
  return steps.map((step) =>
    reached.has(step.id) ? step : waysOf(step).reduce((cut, { key }) => withWay(cut, key, undefined), step),
  );
}
