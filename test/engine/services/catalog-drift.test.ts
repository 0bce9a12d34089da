import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeChange } from '../../../electron/domain/catalog-change.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { useEngine } from '../../support/engine.ts';
import { SHOP_SQL, changeDatabase, shopModel } from '../../support/shop.ts';

const test = useEngine();
const file = join(test.folder, 'shop.duckdb');

const hasEmail: Rule = {
  kind: 'condition',
  condition: { kind: 'attribute', entity: 'customer', column: 'email', test: { op: 'is-not-empty' } },
};
const spends: Rule = {
  kind: 'condition',
  condition: {
    kind: 'related',
    entity: 'orders',
    where: [],
    measure: { of: 'sum', column: 'amount' },
    test: { op: 'at-least', value: 10 },
  },
};

/** Changes the file while no engine has it open, then reads the catalog anew. */
async function changeAndRefresh(...statements: string[]): Promise<void> {
  await test.close();
  await changeDatabase(file, ...statements);
  await test.restart();
  await test.engine().services.catalog.refresh('shop', {});
}

/** The changes, each with what it breaks. */
function listed(): string[] {
  return test
    .engine()
    .services.catalog.changes('shop', 200)
    .found.map(({ change, breaks }) =>
      [describeChange(change), ...breaks.map((part) => `${part.kind} ${part.name}`)].join(' | '),
    );
}

beforeAll(async () => {
  await changeDatabase(file, ...SHOP_SQL, 'CREATE TABLE loose (a INT, b INT)');
  const { connections, catalog, models, audiences } = test.engine().services;
  await connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: file }, secrets: {} });
  await catalog.refresh('shop', {});
  const model = shopModel();
  const trait = {
    id: 'spend',
    label: 'Spend',
    entity: 'orders',
    where: [],
    measure: { of: 'sum' as const, column: 'amount' },
  };
  expect(models.save('shop', { ...model, traits: [trait] }).problems).toEqual([]);
  const columns = [{ kind: 'trait' as const, trait: 'spend' }];
  audiences.save('shop', { name: 'Reachable', rule: hasEmail, columns: [] });
  audiences.save('shop', { name: 'Spenders', rule: spends, columns });
  const both: Rule = { kind: 'all', rules: [{ kind: 'audience', audience: 'spenders' }] };
  audiences.save('shop', { name: 'Mailing', rule: both, columns: [] });
});

describe('drift of the lakehouse', () => {
  it('is listed with what it breaks, audiences of audiences among it', async () => {
    expect(listed()).toEqual([]);
    await changeAndRefresh('ALTER TABLE orders ALTER amount TYPE VARCHAR', 'ALTER TABLE loose DROP b');
    expect(listed()).toEqual([
      'The column amount of shop.main.orders was DECIMAL(10,2) and is now VARCHAR. | attribute Amount of Orders | trait Spend | audience Spenders | audience Mailing',
      'The column b is gone from shop.main.loose.',
    ]);
  });

  it('does not call broken what only got wider', async () => {
    await changeAndRefresh('ALTER TABLE orders ALTER amount TYPE DECIMAL(12,2)');
    expect(listed()[0]).toBe('The column amount of shop.main.orders was VARCHAR and is now DECIMAL(12,2).');
    expect(listed()).toHaveLength(2);
  });

  it('names a column that is gone, the table that is gone, and keeps both over a restart', async () => {
    await changeAndRefresh('ALTER TABLE customers DROP email', 'DROP TABLE orders');
    await test.restart();
    expect(listed().slice(0, 2)).toEqual([
      'The table shop.main.orders is gone, or no longer visible to this connection. | entity Orders | trait Spend | audience Spenders | audience Mailing',
      'The column email is gone from shop.main.customers. | attribute E-mail of Customer | audience Reachable',
    ]);
  });

  it('forgets what was mended in the lakehouse or in the model', async () => {
    await changeAndRefresh(SHOP_SQL[2] ?? '', 'INSERT INTO orders VALUES (1, 1, 10.50, now())');
    expect(listed()).toEqual([
      'The column email is gone from shop.main.customers. | attribute E-mail of Customer | audience Reachable',
      'The table shop.main.orders is new.',
      'The column b is gone from shop.main.loose.',
    ]);
    const { models, audiences } = test.engine().services;
    const { model } = models.get('shop');
    if (model === null) throw new Error('There is no model.');
    const attributes = model.customer.attributes.filter((each) => each.column !== 'email');
    audiences.remove('shop', 'reachable');
    expect(models.save('shop', { ...model, customer: { ...model.customer, attributes } }).problems).toEqual(
      [],
    );
    expect(listed()).toEqual([
      'The table shop.main.orders is new.',
      'The column b is gone from shop.main.loose.',
    ]);
  });

  it('forgets what was dismissed, one or all', () => {
    const { catalog } = test.engine().services;
    const [first] = catalog.changes('shop', 200).found;
    catalog.dismissChanges('shop', [first?.id ?? 0]);
    expect(listed()).toEqual(['The column b is gone from shop.main.loose.']);
    catalog.dismissChanges('shop', undefined);
    expect(listed()).toEqual([]);
  });

  it('says that everything breaks where the customers are gone, in a list of bounded length', async () => {
    await changeAndRefresh('DROP TABLE customers');
    const { found, total } = test.engine().services.catalog.changes('shop', 0);
    expect([found.length, total]).toEqual([0, 1]);
    expect(listed()).toEqual([
      'The table shop.main.customers is gone, or no longer visible to this connection. | entity Customer | trait Spend | audience Spenders | audience Mailing',
    ]);
  });
});
