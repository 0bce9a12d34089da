import { describe, expect, it } from 'vitest';
import { checkModel } from '../../../electron/domain/check-model.ts';
import { checkRule } from '../../../electron/domain/check-rule.ts';
import { describeRule } from '../../../electron/domain/describe.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Condition, Rule } from '../../../electron/domain/rule.ts';

const text = { kind: 'text', native: 'VARCHAR' } as const;
const bigint = { kind: 'integer', native: 'BIGINT', bits: 64 } as const;
const table = (name: string) => ({ catalog: 'main', schema: 'retail', table: name });
const model: CustomerModel = {
  customer: {
    label: 'Household',
    table: table('households'),
    idColumn: 'household_key',
    attributes: [
      { column: 'household_key', label: 'Household', type: bigint },
      { column: 'city', label: 'City', type: text },
      { column: 'joined', label: 'Joined', type: { kind: 'date', native: 'DATE' } },
    ],
  },
  entities: [
    {
      id: 'scores',
      label: 'Scores',
      table: table('scores'),
      key: 'household_key',
      cardinality: 'one-to-many',
      attributes: [
        { column: 'household_key', label: 'Household', type: bigint },
        { column: 'category', label: 'Category', type: text },
        { column: 'score', label: 'Score', type: { kind: 'float', native: 'DOUBLE', bits: 64 } },
      ],
    },
  ],
  traits: [],
};
const definitions = { model, audiences: [] };
const of = (condition: Condition): Rule => ({ kind: 'all', rules: [{ kind: 'condition', condition }] });

describe('checkRule', () => {
  it.each<[string, Condition, string, RegExp]>([
    [
      'an unknown column',
      { kind: 'attribute', entity: 'customer', column: 'gone', test: { op: 'is-empty' } },
      'condition',
      /no attribute gone/,
    ],
    [
      'an operator of another type',
      { kind: 'attribute', entity: 'customer', column: 'city', test: { op: 'at-least', value: 1 } },
      'condition.test',
      /cannot be asked of a column of type VARCHAR/,
    ],
    [
      'a number that is none',
      {
        kind: 'related',
        entity: 'scores',
        where: [{ column: 'score', test: { op: 'at-least', value: 'high' } }],
        measure: { of: 'exists' },
      },
      'condition.where[0].test.value',
      /not a number/,
    ],
    [
      'ends the wrong way round',
      {
        kind: 'related',
        entity: 'scores',
        where: [{ column: 'score', test: { op: 'from-below', low: 0.66, high: 0.33 } }],
        measure: { of: 'exists' },
      },
      'condition.where[0].test',
      /lower end is above/,
    ],
    [
      'an instant for a date',
      {
        kind: 'attribute',
        entity: 'customer',
        column: 'joined',
        test: { op: 'on', value: '2026-01-01T10:00:00Z' },
      },
      'condition.test.value',
      /whole days/,
    ],
    [
      'a missing comparison',
      { kind: 'related', entity: 'scores', where: [], measure: { of: 'count' } },
      'condition.test',
      /comparison is missing/,
    ],
    [
      'a window without a time column',
      {
        kind: 'related',
        entity: 'scores',
        where: [],
        window: { last: { amount: 1, unit: 'days' } },
        measure: { of: 'exists' },
      },
      'condition.window',
      /no time column/,
    ],
    [
      'a sum of text',
      {
        kind: 'related',
        entity: 'scores',
        where: [],
        measure: { of: 'sum', column: 'category' },
        test: { op: 'at-least', value: 1 },
      },
      'condition.measure.column',
      /not a number/,
    ],
    [
      'many rows as an attribute',
      { kind: 'attribute', entity: 'scores', column: 'score', test: { op: 'at-least', value: 1 } },
      'condition.entity',
      /many rows/,
    ],
    [
      'an unknown trait',
      { kind: 'trait', trait: 'gone', test: { op: 'is-true' } },
      'condition.trait',
      /does not exist/,
    ],
    [
      'a NUL in text',
      { kind: 'attribute', entity: 'customer', column: 'city', test: { op: 'equals', value: 'a\u0000b' } },
      'condition.test.value',
      /cannot be stored/,
    ],
  ])('finds %s and says where', (_, condition, where, message) => {
    const [problem, ...others] = checkRule(of(condition), definitions);
    expect(others).toEqual([]);
    expect(problem?.severity).toBe('error');
    expect(problem?.where).toBe(`rule.rules[0].${where}`);
    expect(problem?.message).toMatch(message);
    expect(problem?.help).not.toBe('');
  });

  it('warns of a group that nobody can meet', () => {
    expect(checkRule({ kind: 'any', rules: [] }, definitions)).toMatchObject([
      { severity: 'warning', where: 'rule' },
    ]);
  });
});

describe('checkModel', () => {
  it('accepts the model by itself and against matching metadata', () => {
    expect(checkModel(model)).toEqual([]);
  });

  it('finds a table that vanished and a column that changed type', () => {
    const asOf = '2026-11-01T00:00:00.000Z';
    const columns = model.customer.attributes.map(({ column, type }) => ({
      name: column,
      type,
      nullable: true,
    }));
    const changed = columns.map((each) => (each.name === 'city' ? { ...each, type: bigint } : each));
    const problems = checkModel(model, [
      { path: table('households'), kind: 'table', columns: changed, asOf },
    ]);
    expect(problems.map(({ where, severity }) => `${severity} ${where}`)).toEqual([
      'error customer.attributes[1]',
      'error entities[0].table',
    ]);
    expect(problems[0]?.message).toContain('was VARCHAR and is now BIGINT');
    expect(problems[1]?.message).toContain('main.retail.scores');
  });

  it('finds keys and time columns that are not attributes', () => {
    const [entity] = model.entities;
    if (entity === undefined) throw new Error('the model has an entity');
    const broken = { ...model, entities: [{ ...entity, key: 'id', timeColumn: 'category' }] };
    expect(checkModel(broken).map((problem) => problem.where)).toEqual([
      'entities[0].key',
      'entities[0].timeColumn',
    ]);
  });
});

describe('describeRule', () => {
  it('reads as a sentence', () => {
    const rule: Rule = {
      kind: 'all',
      rules: [
        {
          kind: 'condition',
          condition: {
            kind: 'related',
            entity: 'scores',
            where: [
              { column: 'category', test: { op: 'equals', value: 'bread' } },
              { column: 'score', test: { op: 'from-below', low: 0.33, high: 0.66 } },
            ],
            measure: { of: 'exists' },
          },
        },
        {
          kind: 'not',
          rule: {
            kind: 'any',
            rules: [
              {
                kind: 'condition',
                condition: {
                  kind: 'attribute',
                  entity: 'customer',
                  column: 'city',
                  test: { op: 'in', values: ['Bern', 'Kyiv'] },
                },
              },
              { kind: 'audience', audience: 'other' },
            ],
          },
        },
      ],
    };
    expect(describeRule(rule, definitions)).toBe(
      'Scores: any where Category is bread, Score is from 0.33 to below 0.66 and not (City is one of Bern, Kyiv or in “other”)',
    );
  });
});
