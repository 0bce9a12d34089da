import { beforeAll, describe, expect, it } from 'vitest';
import { composeRules } from '../../../electron/domain/composition.ts';
import { countMatching } from '../../../electron/domain/histogram.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { failureOf, useEngine } from '../../support/engine.ts';

const test = useEngine();
const emailable: Rule = {
  kind: 'condition',
  condition: { kind: 'attribute', entity: 'customer', column: 'email', test: { op: 'is-not-empty' } },
};
const inAudience = (audience: string): Rule => ({ kind: 'audience', audience });
const save = (name: string, rule: Rule, id?: string) =>
  test.engine().services.audiences.save('sample', { id, name, rule, columns: [] });

beforeAll(async () => {
  await test.engine().services.connections.addSample({});
});

describe('saved audiences', () => {
  it('are listed with a description in plain English and who uses them', () => {
    save('Emailable', emailable);
    save('Not emailable', { kind: 'not', rule: inAudience('emailable') });
    const [first, second] = test.engine().services.audiences.list('sample');
    expect(first).toMatchObject({
      audience: { id: 'emailable' },
      description: 'E-mail is not empty',
      problems: [],
      usedBy: [{ id: 'not-emailable', name: 'Not emailable' }],
    });
    expect(second?.description).toBe('not in “Emailable”');
  });

  it('have names that are unique, whatever their case', async () => {
    expect((await failureOf(() => save('EMAILABLE ', emailable))).code).toBe('NAME_TAKEN');
    expect(
      (await failureOf(() => test.engine().services.audiences.rename('sample', 'not-emailable', 'emailable')))
        .code,
    ).toBe('NAME_TAKEN');
    expect(save('Emailable', emailable, 'emailable').audience.id).toBe('emailable');
    expect(
      test.engine().services.audiences.rename('sample', 'not-emailable', 'Unreachable').audience,
    ).toMatchObject({
      id: 'not-emailable',
      name: 'Unreachable',
    });
  });

  it('are refused with the path of what is wrong', async () => {
    const broken: Rule = {
      kind: 'all',
      rules: [
        emailable,
        {
          kind: 'condition',
          condition: {
            kind: 'attribute',
            entity: 'customer',
            column: 'email',
            test: { op: 'at-least', value: 3 },
          },
        },
      ],
    };
    const failure = await failureOf(() => save('Broken', broken));
    expect(failure).toMatchObject({ code: 'RULE_INVALID', where: 'rule.rules[1].condition.test' });
    expect((await failureOf(() => save('Lost', inAudience('nowhere')))).code).toBe('RULE_INVALID');
    expect((await failureOf(() => save('Ghost', emailable, 'ghost'))).code).toBe('NOT_FOUND');
  });

  it('cannot contain themselves, directly or through another', async () => {
    const direct = await failureOf(() => save('Emailable', inAudience('emailable'), 'emailable'));
    expect(direct.code).toBe('AUDIENCE_CYCLE');
    const through = await failureOf(() => save('Emailable', inAudience('not-emailable'), 'emailable'));
    expect(through.code).toBe('AUDIENCE_CYCLE');
    expect(through.message).toContain('emailable → not-emailable → emailable');
    expect(test.engine().services.audiences.get('sample', 'emailable').audience.rule).toEqual(emailable);
  });

  it('are duplicated under free names', () => {
    const { audiences } = test.engine().services;
    expect(audiences.duplicate('sample', 'emailable').audience).toMatchObject({
      id: 'emailable-copy',
      name: 'Emailable copy',
    });
    expect(audiences.duplicate('sample', 'emailable').audience.name).toBe('Emailable copy 2');
    const { id } = audiences.save('sample', { name: 'x'.repeat(120), rule: emailable, columns: [] }).audience;
    expect(audiences.duplicate('sample', id).audience.name).toMatch(/^x+ copy$/);
  });

  it('are removed unless others refer to them', async () => {
    const { audiences } = test.engine().services;
    const failure = await failureOf(() => audiences.remove('sample', 'emailable'));
    expect(failure.code).toBe('IN_USE');
    expect(failure.message).toContain('“Unreachable”');
    audiences.remove('sample', 'not-emailable');
    audiences.remove('sample', 'emailable-copy');
    expect((await failureOf(() => audiences.get('sample', 'not-emailable'))).code).toBe('NOT_FOUND');
  });
});

describe('members', () => {
  it('are counted by one query whose answer recomposes exactly', async () => {
    const { members } = test.engine().services;
    const consent: Rule = {
      kind: 'condition',
      condition: { kind: 'attribute', entity: 'customer', column: 'email_consent', test: { op: 'is-true' } },
    };
    const definitions = { model: sampleModel(), audiences: [] };
    const histogram = await members.histogram('sample', [emailable, consent], {});
    expect(histogram).toMatchObject({ total: 2_500, conditions: 2, asOf: '2026-11-01T00:00:00.000Z' });
    const composed = composeRules(
      [{ kind: 'all', rules: [emailable, consent] }],
      definitions,
      composeRules([emailable, consent], definitions).conditions,
    );
    const both = await members.histogram('sample', [{ kind: 'all', rules: [emailable, consent] }], {});
    expect(countMatching(composed.roots[0]!, histogram)).toBe(countMatching(composed.roots[0]!, both));
    expect(countMatching(composed.roots[0]!, histogram)).toBeGreaterThan(0);
  });

  it('are shown masked unless asked otherwise', async () => {
    const { members } = test.engine().services;
    const columns = ['email', 'loyalty_tier'].map(
      (column) => ({ kind: 'attribute', entity: 'customer', column }) as const,
    );
    const masked = await members.preview(
      'sample',
      { rule: emailable, columns, unmasked: false, limit: 5 },
      {},
    );
    expect(masked.columns).toEqual([
      { name: 'customer_id', masked: false },
      { name: 'email', masked: true },
      { name: 'loyalty_tier', masked: false },
    ]);
    expect(masked.rows).toHaveLength(5);
    expect(masked.rows.every((row) => row[1]?.includes('@') !== true)).toBe(true);
    const shown = await members.preview('sample', { rule: emailable, columns, unmasked: true, limit: 5 }, {});
    expect(shown.rows.every((row) => row[1]?.includes('@') === true)).toBe(true);
    expect(shown.rows.map((row) => row[0])).toEqual(masked.rows.map((row) => row[0]));
  });

  it('are listed by the statement that is shown, with its values apart', () => {
    const { members } = test.engine().services;
    const rule: Rule = {
      kind: 'condition',
      condition: {
        kind: 'attribute',
        entity: 'customer',
        column: 'city',
        test: { op: 'equals', value: `O'Brien "--` },
      },
    };
    const sql = members.sql('sample', { rule, columns: [] });
    expect(sql.text).not.toContain('Brien');
    expect(sql.values).toEqual([{ name: 'p1', type: 'text', value: `O'Brien "--` }]);
  });

  it('end a query that is cancelled', async () => {
    const { members } = test.engine().services;
    const cancel = new AbortController();
    const running = members.histogram('sample', [emailable], { signal: cancel.signal });
    cancel.abort();
    expect((await failureOf(() => running)).code).toBe('CANCELLED');
  });
});
