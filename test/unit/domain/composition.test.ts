import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../electron/domain/app-error.ts';
import type { Audience } from '../../../electron/domain/audience.ts';
import { composeRules, conditionKey } from '../../../electron/domain/composition.ts';
import { type Histogram, countMatching, countOverlaps } from '../../../electron/domain/histogram.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Rule, Test } from '../../../electron/domain/rule.ts';

const table = { catalog: 'main', schema: 'retail', table: 'households' };
const model: CustomerModel = {
  customer: { label: 'Household', table, idColumn: 'id', attributes: [] },
  entities: [],
  traits: [
    { id: 'buyer', label: 'Buyer', entity: 'transactions', where: [], measure: { of: 'exists' } },
    {
      id: 'spend',
      label: 'Spend',
      entity: 'transactions',
      where: [],
      measure: { of: 'sum', column: 'amount' },
    },
  ],
};
const city = (value: string): Rule => ({
  kind: 'condition',
  condition: { kind: 'attribute', entity: 'customer', column: 'city', test: { op: 'equals', value } },
});
const audience = (id: string, rule: Rule): Audience => ({ id, name: id, rule, columns: [] });
const ref = (id: string): Rule => ({ kind: 'audience', audience: id });

function errorOf(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('nothing was thrown');
}

describe('composeRules', () => {
  it('gives equal conditions one bit, in rules, audiences and whatever the order of their fields', () => {
    const turned: Rule = {
      kind: 'condition',
      condition: {
        test: { value: 'Bern', op: 'equals' },
        column: 'city',
        entity: 'customer',
        kind: 'attribute',
      },
    };
    const definitions = { model, audiences: [audience('bern', city('Bern'))] };
    const composition = composeRules(
      [{ kind: 'all', rules: [city('Bern'), turned, ref('bern')] }],
      definitions,
    );
    expect(composition.conditions).toHaveLength(1);
    expect(composition.roots[0]).toEqual({ kind: 'all', of: Array(3).fill({ kind: 'bit', index: 0 }) });
  });

  it('keeps the bits of known conditions, so that a histogram stays usable', () => {
    const before = composeRules([{ kind: 'all', rules: [city('Bern'), city('Kyiv')] }], {
      model,
      audiences: [],
    });
    const after = composeRules(
      [{ kind: 'any', rules: [city('Kyiv')] }],
      { model, audiences: [] },
      before.conditions,
    );
    expect(after.conditions.map(conditionKey)).toEqual(before.conditions.map(conditionKey));
    expect(after.roots[0]).toEqual({ kind: 'any', of: [{ kind: 'bit', index: 1 }] });
  });

  it('knows the expression of every node by its path', () => {
    const rule: Rule = { kind: 'all', rules: [city('Bern'), { kind: 'not', rule: city('Kyiv') }] };
    const { nodes } = composeRules([rule], { model, audiences: [] });
    expect([...nodes.keys()].sort()).toEqual(['0', '0.0', '0.1', '0.1.0']);
    expect(nodes.get('0.1')).toEqual({ kind: 'not', of: { kind: 'bit', index: 1 } });
  });

  it('replaces traits by their measures, and yes/no traits by exists or its complement', () => {
    const trait = (id: string, test: Test): Rule => ({
      kind: 'condition',
      condition: { kind: 'trait', trait: id, test },
    });
    const { conditions, roots } = composeRules(
      [
        trait('spend', { op: 'at-least', value: 10 }),
        trait('buyer', { op: 'is-true' }),
        trait('buyer', { op: 'is-false' }),
      ],
      { model, audiences: [] },
    );
    expect(conditions[0]).toMatchObject({
      kind: 'related',
      measure: { of: 'sum' },
      test: { op: 'at-least' },
    });
    expect(roots.slice(1)).toEqual([
      { kind: 'bit', index: 1 },
      { kind: 'not', of: { kind: 'bit', index: 1 } },
    ]);
  });

  it('names the way round when audiences contain each other', () => {
    const definitions = { model, audiences: [audience('a', ref('b')), audience('b', ref('a'))] };
    const error = errorOf(() => composeRules([ref('a')], definitions));
    expect(error.code).toBe('AUDIENCE_CYCLE');
    expect(error.message).toContain('a → b → a');
  });

  it('says which audience does not exist', () => {
    const error = errorOf(() => composeRules([ref('gone')], { model, audiences: [] }));
    expect(error).toMatchObject({ code: 'NOT_FOUND', retry: 'after-fix' });
    expect(error.message).toContain('“gone”');
  });
});

describe('a histogram', () => {
  const histogram: Histogram = {
    total: 10,
    conditions: 31,
    asOf: '2026-11-01T00:00:00.000Z',
    cells: [
      { masks: [0, 0], count: 4 },
      { masks: [1, 0], count: 3 },
      { masks: [3, 1], count: 2 },
      { masks: [2, 1], count: 1 },
    ],
  };
  const bit = (index: number) => ({ kind: 'bit', index }) as const;

  it('counts any recomposition exactly, conditions beyond the thirtieth among them', () => {
    expect(countMatching(bit(0), histogram)).toBe(5);
    expect(countMatching({ kind: 'all', of: [bit(0), bit(1)] }, histogram)).toBe(2);
    expect(countMatching({ kind: 'any', of: [bit(0), bit(1)] }, histogram)).toBe(6);
    expect(countMatching({ kind: 'not', of: bit(30) }, histogram)).toBe(7);
    expect(countMatching({ kind: 'all', of: [] }, histogram)).toBe(10);
    expect(countMatching({ kind: 'any', of: [] }, histogram)).toBe(0);
  });

  it('counts overlaps of each pair', () => {
    expect(countOverlaps([bit(0), bit(1), bit(30)], histogram)).toEqual([
      [5, 2, 2],
      [2, 3, 3],
      [2, 3, 3],
    ]);
  });
});
