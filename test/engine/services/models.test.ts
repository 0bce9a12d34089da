import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rule } from '../../../electron/domain/rule.ts';
import { failureOf, useEngine } from '../../support/engine.ts';
import { SHOP_SQL, changeDatabase, shopModel } from '../../support/shop.ts';

const test = useEngine();
const file = join(test.folder, 'shop.duckdb');
const customers = { catalog: 'shop', schema: 'main', table: 'customers' };
const vips: Rule = {
  kind: 'condition',
  condition: { kind: 'attribute', entity: 'customer', column: 'vip', test: { op: 'is-true' } },
};
const buyers: Rule = {
  kind: 'condition',
  condition: { kind: 'related', entity: 'orders', where: [], measure: { of: 'exists' } },
};

beforeAll(async () => {
  await changeDatabase(file, ...SHOP_SQL);
  const { connections, catalog } = test.engine().services;
  await connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: file }, secrets: {} });
  await catalog.refresh('shop', {});
});

/** Another program changes the file while the app is closed. */
async function changeShop(...statements: readonly string[]): Promise<void> {
  await test.close();
  await changeDatabase(file, ...statements);
  await test.restart();
}
const count = async (rule: Rule): Promise<number> => {
  const { cells } = await test.engine().services.members.histogram('shop', [rule], {});
  return cells.filter((cell) => (cell.masks[0] ?? 0) > 0).reduce((sum, cell) => sum + cell.count, 0);
};

describe('the customer model', () => {
  it('is asked for before anything can be counted', async () => {
    const { members, models } = test.engine().services;
    expect((await failureOf(() => members.histogram('shop', [vips], {}))).code).toBe('MODEL_MISSING');
    expect((await failureOf(() => models.readiness('shop', {}))).code).toBe('MODEL_MISSING');
    expect(models.get('shop')).toEqual({ model: null, problems: [] });
  });

  it('is suggested from the metadata', () => {
    const suggested = test.engine().services.models.suggest('shop', customers, 'id');
    expect(suggested.customer).toMatchObject({ label: 'Customers', table: customers, idColumn: 'id' });
    expect(suggested.customer.attributes).toContainEqual(
      expect.objectContaining({ column: 'email', label: 'E-mail', pii: 'email' }),
    );
    expect(suggested.customer.attributes.find((each) => each.column === 'city')?.pii).toBe('city');
    expect(suggested.entities).toHaveLength(1);
    expect(suggested.entities[0]).toMatchObject({
      id: 'orders',
      key: 'id',
      cardinality: 'one-to-many',
      timeColumn: 'ordered_at',
    });
  });

  it('is refused with errors and saved without', async () => {
    const { models } = test.engine().services;
    const broken = { ...shopModel(), customer: { ...shopModel().customer, idColumn: 'nothing' } };
    expect(models.save('shop', broken).problems[0]).toMatchObject({
      severity: 'error',
      where: 'customer.idColumn',
    });
    expect(models.get('shop').model).toBeNull();
    expect(models.save('shop', shopModel()).problems).toEqual([]);
    expect(models.get('shop').model).toEqual(shopModel());
    expect(models.viewSql('shop').sql).toMatch(/CREATE VIEW[\s\S]+"id" AS "customer_id"/);
    expect((await failureOf(() => models.suggest('shop', customers, 'nothing'))).code).toBe('COLUMN_MISSING');
  });

  it('is checked by pushed-down queries, each with its count', async () => {
    const readiness = await test.engine().services.models.readiness('shop', {});
    expect(readiness.ready).toBe(true);
    const orphans = readiness.checks.find((check) => check.id === 'entities[0].orphans');
    expect(orphans).toMatchObject({ status: 'warning', count: 1 });
    expect(await count(vips)).toBe(2);
    expect(await count(buyers)).toBe(3);
  });

  it('suggests values of a column, but never of a personal one or of a key', async () => {
    const { members } = test.engine().services;
    expect(await members.columnValues('shop', 'customer', 'city', {})).toEqual(
      expect.arrayContaining(['Bern', 'Genève', 'Basel']),
    );
    expect(await members.columnValues('shop', 'customer', 'email', {})).toEqual([]);
    expect(await members.columnValues('shop', 'orders', 'id', {})).toEqual([]);
    expect((await failureOf(() => members.columnValues('shop', 'orders', 'nothing', {}))).code).toBe(
      'NOT_FOUND',
    );
  });

  it('that is not ready runs nothing and says how many rows speak against it', async () => {
    await changeShop(
      `INSERT INTO customers VALUES (1, 'twice@example.com', true, 'Bern'), (NULL, NULL, NULL, NULL)`,
    );
    const { members, models } = test.engine().services;
    expect((await models.readiness('shop', {})).ready).toBe(false);
    const failure = await failureOf(() => members.histogram('shop', [vips], {}));
    expect(failure).toMatchObject({ code: 'MODEL_NOT_READY', details: { count: 1 }, where: 'customer' });
    expect(failure.message).toContain('1 row');
    expect(JSON.stringify(failure.toShape())).not.toContain('twice@example.com');
    await changeShop(`DELETE FROM customers WHERE id IS NULL OR email = 'twice@example.com'`);
    expect(await count(vips)).toBe(2);
  });
});

describe('a lakehouse that moves away from the model', () => {
  it('names the entity of a table that vanished', async () => {
    await changeShop('ALTER TABLE orders RENAME TO purchases');
    const failure = await failureOf(() => count(buyers));
    expect(failure.code).toBe('TABLE_MISSING');
    expect(failure.message).toContain('shop.main.orders of “Orders”');
    expect(failure.help).toBe('Refresh the catalog, then map it again on the Model page.');
    await test.engine().services.catalog.refresh('shop', {});
    expect((await failureOf(() => count(buyers))).code).toBe('TABLE_MISSING');
    expect(test.engine().services.models.get('shop').problems[0]).toMatchObject({
      severity: 'error',
      where: 'entities[0].table',
    });
    await changeShop('ALTER TABLE purchases RENAME TO orders');
    await test.engine().services.catalog.refresh('shop', {});
    expect(await count(buyers)).toBe(3);
  });

  it('names the attribute of a column that vanished', async () => {
    await changeShop('ALTER TABLE customers RENAME COLUMN vip TO is_vip');
    const failure = await failureOf(() => count(vips));
    expect(failure.code).toBe('COLUMN_MISSING');
    expect(failure.message).toContain('“VIP” of “Customer” (column vip of shop.main.customers)');
    await changeShop('ALTER TABLE customers RENAME COLUMN is_vip TO vip');
  });

  it('names the attribute of a column whose type changed, even where the engine would convert it', async () => {
    await changeShop('ALTER TABLE customers ALTER vip TYPE VARCHAR');
    const failure = await failureOf(() => count(vips));
    expect(failure.code).toBe('COLUMN_CHANGED');
    expect(failure.message).toContain('was BOOLEAN and is now VARCHAR');
    await changeShop('ALTER TABLE customers ALTER vip TYPE BOOLEAN');
    expect(await count(vips)).toBe(2);
  });

  it('says so when the file itself is gone', async () => {
    const { connections, members } = test.engine().services;
    await connections.save({
      id: 'shop',
      label: 'Shop',
      kind: 'duckdb',
      settings: { path: `${file}.gone` },
      secrets: {},
    });
    expect((await failureOf(() => members.histogram('shop', [vips], {}))).code).toBe('FILE_INVALID');
    await connections.save({
      id: 'shop',
      label: 'Shop',
      kind: 'duckdb',
      settings: { path: file },
      secrets: {},
    });
    expect(await count(vips)).toBe(2);
  });
});
