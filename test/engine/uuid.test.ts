import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Condition, Test } from '../../electron/domain/rule.ts';
import { useEngine } from '../support/engine.ts';
import { changeDatabase } from '../support/shop.ts';

const test = useEngine();
const file = join(test.folder, 'shop.duckdb');
const id = (n: number): string => `00000000-0000-0000-0000-00000000000${n}`;

beforeAll(async () => {
  await changeDatabase(
    file,
    'CREATE TABLE customers (id UUID, device UUID)',
    `INSERT INTO customers VALUES ('${id(1)}', '${id(7)}'), ('${id(2)}', NULL), ('${id(3)}', '${id(9)}')`,
    // Keys as text, one of them no UUID: joining it must not fail.
    'CREATE TABLE visits (id VARCHAR, device UUID, visited_at TIMESTAMP)',
    `INSERT INTO visits VALUES ('${id(1)}', '${id(7)}', '2026-01-01'), ('not-a-uuid', NULL, '2026-01-02')`,
  );
  const { connections, catalog, models } = test.engine().services;
  await connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: file }, secrets: {} });
  await catalog.refresh('shop', {});
  const table = (name: string) => ({ catalog: 'shop', schema: 'main', table: name });
  const model = models.suggest('shop', table('customers'), 'id');
  const visits = catalog.table('shop', table('visits'));
  const attributes = visits.columns.map(({ name, type }) => ({ column: name, label: name, type }));
  const entity = {
    id: 'visits',
    label: 'Visits',
    table: table('visits'),
    key: 'id',
    timeColumn: 'visited_at',
    attributes,
  };
  models.save('shop', { ...model, entities: [{ ...entity, cardinality: 'one-to-many' }] });
});

async function idsOf(condition: Condition): Promise<(string | null | undefined)[]> {
  const request = { rule: { kind: 'condition' as const, condition }, columns: [], unmasked: true, limit: 10 };
  const { rows } = await test.engine().services.members.preview('shop', request, {});
  return rows.map((row) => row[0]);
}

describe('a UUID column', () => {
  it.each<[Test, number[]]>([
    [{ op: 'equals', value: id(7) }, [1]],
    [{ op: 'equals', value: 'not-a-uuid' }, []],
    [{ op: 'in', values: [id(9), 'zz'] }, [3]],
    [{ op: 'contains', value: '000007' }, [1]],
    [{ op: 'ends-with', value: '9' }, [3]],
    [{ op: 'is-empty' }, [2]],
    [{ op: 'is-not-empty' }, [1, 3]],
  ])('is text to a rule: %j', async (asked, expected) => {
    const found = await idsOf({ kind: 'attribute', entity: 'customer', column: 'device', test: asked });
    expect(found).toEqual(expected.map(id));
  });

  it('joins keys that are text, and is measured as text', async () => {
    const base = { kind: 'related' as const, entity: 'visits', where: [] };
    expect(await idsOf({ ...base, measure: { of: 'exists' } })).toEqual([id(1)]);
    const latest = { ...base, measure: { of: 'latest' as const, column: 'device' } };
    expect(await idsOf({ ...latest, test: { op: 'starts-with', value: '0000' } })).toEqual([id(1)]);
  });

  it('is masked in a preview', async () => {
    const columns = [{ kind: 'attribute', entity: 'customer', column: 'device' } as const];
    const { models, members } = test.engine().services;
    const { model } = models.get('shop');
    if (model === null) throw new Error('the model was saved');
    const attributes = model.customer.attributes.map((each) => ({ ...each, pii: 'mobile-ad-id' as const }));
    models.save('shop', { ...model, customer: { ...model.customer, attributes } });
    const request = { rule: { kind: 'all' as const, rules: [] }, columns, unmasked: false, limit: 10 };
    const { rows } = await members.preview('shop', request, {});
    expect(rows.map((row) => row[1])).toEqual(['0•••', null, '0•••']);
  });
});
