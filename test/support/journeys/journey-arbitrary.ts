import fc from 'fast-check';
import type { Audience } from '../../../electron/domain/audience.ts';
import { type Instant, subtractDuration } from '../../../electron/domain/duration.ts';
import type { JourneyVersion } from '../../../electron/domain/journey.ts';
import type { Condition, Rule } from '../../../electron/domain/rule.ts';
import type { World } from '../oracle/evaluate.ts';
import { describeScene } from './describe-scene.ts';
import { type Place, FLAGS, worldModel } from './world.ts';
import { sometimes, ticks as tickArbitrary } from './step-arbitrary.ts';
import { type Edit, applyEdit, edit, makeVersion, makers } from './version-arbitrary.ts';
import { populate, population } from './population-arbitrary.ts';

/** One act of a scene: a tick of a journey, or its stop. */
export interface Act {
  readonly journey: string;
  readonly kind: 'tick' | 'stop';
  readonly number: number;
  readonly at: Instant;
  readonly versions: readonly JourneyVersion[];
  readonly world: World;
}

/** Two journeys of one connection, what happens to them, and the world at each instant. */
export interface Scene {
  readonly acts: readonly Act[];
}

const condition = (each: Condition): Rule => ({ kind: 'condition', condition: each });
const flag: fc.Arbitrary<Rule> = fc
  .record({
    column: fc.constantFrom(...FLAGS),
    op: fc.constantFrom('is-true' as const, 'is-true' as const, 'is-false' as const, 'is-empty' as const),
  })
  .map(({ column, op }) => condition({ kind: 'attribute', entity: 'customer', column, test: { op } }));
const bought: fc.Arbitrary<Rule> = fc.constantFrom(
  condition({ kind: 'related', entity: 'events', where: [], measure: { of: 'exists' } }),
  condition({
    kind: 'related',
    entity: 'events',
    where: [{ column: 'kind', test: { op: 'equals', value: 'buy' } }],
    window: { last: { amount: 1, unit: 'months' } },
    measure: { of: 'count' },
    test: { op: 'at-least', value: 1 },
  }),
  condition({ kind: 'related', entity: 'days', where: [], measure: { of: 'not-exists' } }),
);
const leaf = fc.oneof({ weight: 5, arbitrary: flag }, { weight: 1, arbitrary: bought });
const rule: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 1, arbitrary: leaf.map((each): Rule => ({ kind: 'not', rule: each })) },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }).map((rules): Rule => ({ kind: 'all', rules })) },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }).map((rules): Rule => ({ kind: 'any', rules })) },
);

const audiences: fc.Arbitrary<Audience[]> = fc
  .array(rule, { minLength: 6, maxLength: 6 })
  .map((rules) => [
    ...rules.map((each, at) => ({ id: `a${at + 1}`, name: `A${at + 1}`, rule: each, columns: [] })),
    { id: 'everyone', name: 'Everyone', rule: { kind: 'all', rules: [] }, columns: [] },
  ]);

interface RawAct {
  readonly journey: 0 | 1;
  readonly publish: Edit | undefined;
  readonly stops: boolean;
  readonly lags: boolean;
}

const act: fc.Arbitrary<RawAct> = fc.record({
  journey: fc.constantFrom(0, 0, 1),
  publish: sometimes(3, edit),
  stops: fc.integer({ min: 0, max: 14 }).map((draw) => draw === 14),
  lags: fc.integer({ min: 0, max: 6 }).map((draw) => draw === 6),
});

/** Scenes over tables at a place, with so many customers and acts at most. */
export function scenes(
  place: Place,
  { customers, acts }: { readonly customers: number; readonly acts: number },
): fc.Arbitrary<Scene> {
  return fc
    .record({
      acts: fc.array(act, { minLength: Math.min(3, acts), maxLength: acts, size: 'max' }),
      first: fc.tuple(makers, makers),
      begin: fc.tuple(edit, edit),
      ticks: tickArbitrary,
      audiences,
      population: population(customers),
      zoned: fc.boolean(),
    })
    .map(({ ticks, ...parts }) => {
      const instants = ticks(parts.acts.length);
      const lives = parts.first.map((steps, at) => new Life(`j-${at + 1}`, steps, parts.begin[at], instants));
      const model = worldModel(place, parts.zoned);
      const acts = parts.acts.flatMap((raw, at) => {
        const instant = instants[at] ?? '';
        const asOf = raw.lags ? subtractDuration(instant, { amount: 1, unit: 'months' }) : instant;
        const world = {
          model,
          asOf,
          audiences: parts.audiences,
          rows: populate(parts.population, at, instants),
        };
        const life = lives[raw.journey];
        return life === undefined ? [] : [{ ...life.act(raw), at: instant, world }];
      });
      return { acts, [fc.toStringMethod]: () => describeScene(acts) };
    });
}

/** One journey as it is published and ticks. */
class Life {
  readonly #id: string;
  readonly #ticks: readonly Instant[];
  readonly #begin: Edit | undefined;
  #makers: Parameters<typeof applyEdit>[0];
  #versions: readonly JourneyVersion[] = [];
  #number = 0;
  #isStopped = false;

  constructor(
    id: string,
    steps: Parameters<typeof applyEdit>[0],
    begin: Edit | undefined,
    ticks: readonly Instant[],
  ) {
    this.#id = id;
    this.#makers = steps;
    this.#begin = begin;
    this.#ticks = ticks;
  }

  act({ publish, stops }: RawAct): Omit<Act, 'at' | 'world'> {
    const kind = stops && !this.#isStopped && this.#versions.length > 0 ? 'stop' : 'tick';
    // A journey begins with a version, and ticks again after a stop only once one is published.
    const edited = publish ?? (this.#versions.length === 0 || this.#isStopped ? this.#begin : undefined);
    if (kind === 'tick' && edited !== undefined) this.#publish(edited);
    this.#isStopped = kind === 'stop';
    this.#number += 1;
    return { journey: this.#id, kind, number: this.#number, versions: this.#versions };
  }

  #publish(edited: Edit): void {
    if (this.#versions.length > 0) this.#makers = applyEdit(this.#makers, edited);
    const version = makeVersion(this.#versions.length + 1, this.#makers, edited, this.#ticks);
    this.#versions = [...this.#versions, version];
  }
}
