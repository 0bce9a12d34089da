import type { Condition, Rule, Test } from '../../../electron/domain/rule.ts';

const condition = (each: Condition): Rule => ({ kind: 'condition', condition: each });
/** A propensity of a category that is at least so high. */
export const score = (category: string, low: number): Rule =>
  condition({
    kind: 'related',
    entity: 'propensity-scores',
    where: [
      { column: 'category', test: { op: 'equals', value: category } },
      { column: 'score', test: { op: 'at-least', value: low } },
    ],
    measure: { of: 'exists' },
  });

const bought = (category: string, window: { amount: number; unit: 'days' | 'months' }): Rule =>
  condition({
    kind: 'related',
    entity: 'transactions',
    where: [{ column: 'category', test: { op: 'equals', value: category } }],
    window: { last: window },
    measure: { of: 'count' },
    test: { op: 'at-least', value: 1 },
  });
const amountInYear = (of: 'sum' | 'max', test: Test): Rule =>
  condition({
    kind: 'related',
    entity: 'transactions',
    where: [],
    window: { last: { amount: 12, unit: 'months' } },
    measure: { of, column: 'amount' },
    test,
  });

const CONSENT = condition({
  kind: 'attribute',
  entity: 'customer',
  column: 'email_consent',
  test: { op: 'is-true' },
});
const SPENT = amountInYear('sum', { op: 'greater-than', value: 100 });
const BREAD = bought('bread', { amount: 90, unit: 'days' });
const REDEEMED = condition({ kind: 'related', entity: 'redemptions', where: [], measure: { of: 'exists' } });

/** Eight conditions over five tables, as a marketer's waterfall has them. */
export const EIGHT_CONDITIONS: Rule = {
  kind: 'all',
  rules: [
    CONSENT,
    condition({
      kind: 'attribute',
      entity: 'customer',
      column: 'loyalty_tier',
      test: { op: 'in', values: ['Gold', 'Platinum', 'Silver'] },
    }),
    score('bread', 0.33),
    score('soft drinks', 0.33),
    SPENT,
    BREAD,
    REDEEMED,
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

/** Eight conditions, half of them on what people bought. */
export const SHOPPERS: Rule = {
  kind: 'all',
  rules: [
    CONSENT,
    score('bread', 0.33),
    score('soft drinks', 0.33),
    SPENT,
    BREAD,
    bought('soft drinks', { amount: 12, unit: 'months' }),
    amountInYear('max', { op: 'at-least', value: 10 }),
    REDEEMED,
  ],
};
