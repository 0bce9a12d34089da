import type { Audience, OutputColumn } from '../../electron/domain/audience.ts';
import type { Condition, Filter, Measure, Rule, Test, Window } from '../../electron/domain/rule.ts';

/** A rule whose SQL is pinned for every dialect, by the name of its file. */
export interface GoldenRule {
  readonly name: string;
  readonly rule: Rule;
  readonly outputs?: readonly OutputColumn[];
}

const condition = (each: Condition): Rule => ({ kind: 'condition', condition: each });
const all = (...rules: Rule[]): Rule => ({ kind: 'all', rules });
const any = (...rules: Rule[]): Rule => ({ kind: 'any', rules });
const not = (rule: Rule): Rule => ({ kind: 'not', rule });
const household = (column: string, test: Test): Rule =>
  condition({ kind: 'attribute', entity: 'customer', column, test });
const web = (column: string, test: Test, path?: string[]): Rule =>
  condition({
    kind: 'attribute',
    entity: 'web-profiles',
    column,
    ...(path === undefined ? {} : { path }),
    test,
  });
const related = (
  entity: string,
  where: Filter[],
  measure: Measure,
  more: { test?: Test; window?: Window } = {},
): Rule => condition({ kind: 'related', entity, where, measure, ...more });
const score = (category: string, test: Test): Rule =>
  related(
    'propensity-scores',
    [
      { column: 'category', test: { op: 'equals', value: category } },
      { column: 'score', test },
    ],
    { of: 'exists' },
  );
const bread = score('bread', { op: 'at-least', value: 0.66 });
const softDrinks = score('soft drinks', { op: 'from-below', low: 0.33, high: 0.66 });
const emailable = all(
  household('email_consent', { op: 'is-true' }),
  household('email', { op: 'is-not-empty' }),
);
const last90: Window = { last: { amount: 90, unit: 'days' } };

/** The definitions of a golden workspace: at least one rule for each operator, measure, window and group. */
export const GOLDEN_RULES: readonly GoldenRule[] = [
  { name: 'everyone', rule: all() },
  { name: 'nobody', rule: any() },
  { name: 'high-bread', rule: bread },
  { name: 'moderate-soft-drinks', rule: softDrinks },
  { name: 'bundle-target', rule: all(bread, softDrinks) },
  { name: 'emailable', rule: emailable },
  { name: 'paid-media', rule: all(all(bread, softDrinks), not(emailable)) },
  { name: 'text-equals-with-quote', rule: household('city', { op: 'equals', value: "L'Aquila" }) },
  { name: 'text-not-equals', rule: household('city', { op: 'not-equals', value: 'Zürich' }) },
  { name: 'text-in', rule: household('loyalty_tier', { op: 'in', values: ['Gold', 'Platinum'] }) },
  { name: 'text-not-in', rule: household('loyalty_tier', { op: 'not-in', values: ['Bronze', 'Silver'] }) },
  { name: 'text-contains', rule: household('email', { op: 'contains', value: '@example.' }) },
  { name: 'text-not-contains', rule: household('email', { op: 'not-contains', value: '100%_' }) },
  { name: 'text-starts-with', rule: household('last_name', { op: 'starts-with', value: "o'" }) },
  { name: 'text-ends-with', rule: household('email', { op: 'ends-with', value: '.org' }) },
  { name: 'text-empty', rule: household('phone', { op: 'is-empty' }) },
  { name: 'number-between', rule: household('birth_year', { op: 'between', low: 1980, high: 1989 }) },
  { name: 'number-below-fraction', rule: household('birth_year', { op: 'less-than', value: '1980.5' }) },
  { name: 'number-at-most', rule: household('birth_year', { op: 'at-most', value: 1960 }) },
  { name: 'number-above', rule: household('household_key', { op: 'greater-than', value: '7000000100' }) },
  { name: 'boolean-false', rule: household('ads_consent', { op: 'is-false' }) },
  { name: 'time-on-day', rule: household('created_at', { op: 'on', value: '2025-03-31' }) },
  { name: 'time-before', rule: household('created_at', { op: 'before', value: '2024-11-01' }) },
  {
    name: 'time-after-instant',
    rule: household('created_at', { op: 'after', value: '2025-06-01T12:00:00Z' }),
  },
  {
    name: 'time-between-days',
    rule: household('created_at', { op: 'between', low: '2025-01-01', high: '2025-12-31' }),
  },
  {
    name: 'time-in-last',
    rule: household('created_at', { op: 'in-last', duration: { amount: 6, unit: 'months' } }),
  },
  {
    name: 'time-longer-ago',
    rule: household('created_at', { op: 'not-in-last', duration: { amount: 3, unit: 'years' } }),
  },
  {
    name: 'time-in-next',
    rule: household('created_at', { op: 'in-next', duration: { amount: 2, unit: 'weeks' } }),
  },
  { name: 'list-has-element', rule: web('interests', { op: 'has-element', value: 'baking' }) },
  { name: 'list-empty', rule: web('interests', { op: 'is-empty' }) },
  { name: 'struct-field', rule: web('device', { op: 'equals', value: 'iOS' }, ['os']) },
  {
    name: 'related-not-exists',
    rule: related('transactions', [], { of: 'not-exists' }, { window: last90 }),
  },
  {
    name: 'related-count-includes-zero',
    rule: related('transactions', [], { of: 'count' }, { window: last90, test: { op: 'at-most', value: 3 } }),
  },
  {
    name: 'related-count-distinct',
    rule: related(
      'transactions',
      [{ column: 'category', test: { op: 'in', values: ['bread', 'soft drinks'] } }],
      { of: 'count-distinct', column: 'basket_id' },
      { window: last90, test: { op: 'at-least', value: 4 } },
    ),
  },
  {
    name: 'related-sum-of-money',
    rule: related(
      'transactions',
      [],
      { of: 'sum', column: 'amount' },
      { window: { last: { amount: 12, unit: 'months' } }, test: { op: 'greater-than', value: '999.99' } },
    ),
  },
  {
    name: 'related-several-scans',
    rule: all(
      household('email_consent', { op: 'is-true' }),
      bread,
      softDrinks,
      not(web('interests', { op: 'is-empty' })),
      related('transactions', [], { of: 'count' }, { window: last90, test: { op: 'at-least', value: 4 } }),
      not(
        related('transactions', [], { of: 'max', column: 'amount' }, { test: { op: 'less-than', value: 5 } }),
      ),
      any(
        related('redemptions', [], { of: 'exists' }),
        household('loyalty_tier', { op: 'equals', value: 'Gold' }),
      ),
    ),
  },
  {
    name: 'related-sum-of-double',
    rule: related(
      'propensity-scores',
      [],
      { of: 'sum', column: 'score' },
      { test: { op: 'at-least', value: 4.5 } },
    ),
  },
  {
    name: 'related-average',
    rule: related(
      'propensity-scores',
      [],
      { of: 'avg', column: 'score' },
      { test: { op: 'less-than', value: 0.4 } },
    ),
  },
  {
    name: 'related-min-max',
    rule: any(
      related('transactions', [], { of: 'max', column: 'amount' }, { test: { op: 'at-least', value: 100 } }),
      related(
        'transactions',
        [],
        { of: 'min', column: 'purchased_at' },
        { test: { op: 'in-last', duration: { amount: 30, unit: 'days' } } },
      ),
    ),
  },
  {
    name: 'related-latest',
    rule: related(
      'transactions',
      [],
      { of: 'latest', column: 'category' },
      { test: { op: 'equals', value: 'bread' } },
    ),
  },
  {
    name: 'related-window-between',
    rule: related(
      'redemptions',
      [],
      { of: 'exists' },
      { window: { from: '2026-01-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' } },
    ),
  },
  {
    name: 'trait-as-attribute',
    rule: condition({
      kind: 'trait',
      trait: 'total-spend-12-months',
      test: { op: 'from-below', low: 100, high: 500 },
    }),
  },
  {
    name: 'deep-nesting',
    rule: any(
      all(bread, not(any(softDrinks, household('loyalty_tier', { op: 'is-empty' })))),
      not(not(household('country', { op: 'equals', value: 'US' }))),
    ),
  },
  {
    name: 'columns',
    rule: all(bread, softDrinks),
    outputs: [
      { kind: 'attribute', entity: 'customer', column: 'email' },
      { kind: 'attribute', entity: 'web-profiles', column: 'device', path: ['os'], as: 'device_os' },
      { kind: 'trait', trait: 'total-spend-12-months', as: 'spend' },
      {
        kind: 'measure',
        entity: 'propensity-scores',
        where: [{ column: 'category', test: { op: 'equals', value: 'bread' } }],
        measure: { of: 'max', column: 'score' },
        as: 'bread_score',
      },
      { kind: 'measure', entity: 'redemptions', where: [], measure: { of: 'count' }, as: 'redemptions' },
    ],
  },
];

/** The golden rule of a name as an audience with this name and id. */
export function goldenAudience(name: string): Audience {
  const found = GOLDEN_RULES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No golden rule is named ${name}.`);
  return { id: name, name, rule: found.rule, columns: [] };
}
