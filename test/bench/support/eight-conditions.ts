import type { Condition, Rule } from '../../../electron/domain/rule.ts';

const condition = (each: Condition): Rule => ({ kind: 'condition', condition: each });
const score = (category: string, low: number): Rule =>
  condition({
    kind: 'related',
    entity: 'propensity-scores',
    where: [
      { column: 'category', test: { op: 'equals', value: category } },
      { column: 'score', test: { op: 'at-least', value: low } },
    ],
    measure: { of: 'exists' },
  });

/** Eight conditions over four tables, as a marketer's waterfall has them. */
export const EIGHT_CONDITIONS: Rule = {
  kind: 'all',
  rules: [
    condition({ kind: 'attribute', entity: 'customer', column: 'email_consent', test: { op: 'is-true' } }),
    condition({
      kind: 'attribute',
      entity: 'customer',
      column: 'loyalty_tier',
      test: { op: 'in', values: ['Gold', 'Platinum', 'Silver'] },
    }),
    score('bread', 0.33),
    score('soft drinks', 0.33),
    condition({
      kind: 'related',
      entity: 'transactions',
      where: [],
      window: { last: { amount: 12, unit: 'months' } },
      measure: { of: 'sum', column: 'amount' },
      test: { op: 'greater-than', value: 100 },
    }),
    condition({
      kind: 'related',
      entity: 'transactions',
      where: [{ column: 'category', test: { op: 'equals', value: 'bread' } }],
      window: { last: { amount: 90, unit: 'days' } },
      measure: { of: 'count' },
      test: { op: 'at-least', value: 1 },
    }),
    condition({ kind: 'related', entity: 'redemptions', where: [], measure: { of: 'exists' } }),
    {
      kind: 'not',
      rule: condition({
        kind: 'attribute',
        entity: 'web-profiles',
        column: 'interests',
        test: { op: 'is-empty' },
      }),
    },
  ],
};

const bought = (category: string, window: { amount: number; unit: 'days' | 'months' }): Rule =>
  condition({
    kind: 'related',
    entity: 'transactions',
    where: [{ column: 'category', test: { op: 'equals', value: category } }],
    window: { last: window },
    measure: { of: 'count' },
    test: { op: 'at-least', value: 1 },
  });

/** Eight conditions, half of them on what people bought. */
export const SHOPPERS: Rule = {
  kind: 'all',
  rules: [
    condition({ kind: 'attribute', entity: 'customer', column: 'email_consent', test: { op: 'is-true' } }),
    score('bread', 0.33),
    score('soft drinks', 0.33),
    condition({
      kind: 'related',
      entity: 'transactions',
      where: [],
      window: { last: { amount: 12, unit: 'months' } },
      measure: { of: 'sum', column: 'amount' },
      test: { op: 'greater-than', value: 100 },
    }),
    bought('bread', { amount: 90, unit: 'days' }),
    bought('soft drinks', { amount: 12, unit: 'months' }),
    condition({
      kind: 'related',
      entity: 'transactions',
      where: [],
      window: { last: { amount: 12, unit: 'months' } },
      measure: { of: 'max', column: 'amount' },
      test: { op: 'at-least', value: 10 },
    }),
    condition({ kind: 'related', entity: 'redemptions', where: [], measure: { of: 'exists' } }),
  ],
};
