import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rule } from '../../../electron/domain/rule.ts';
import { failureOf, useEngine } from '../../support/engine.ts';
import { shopModel } from '../../support/shop.ts';

const test = useEngine();
const folder = join(test.folder, 'shop');
const orders = { catalog: 'files', schema: 'default', table: 'orders' };

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'customers.csv'), 'id,email\n1,a@example.com\n2,b@example.com\n');
  writeFileSync(join(folder, 'orders.csv'), 'id,amount\n1,10.5\n1,20\n2,5\n');
  await test
    .engine()
    .services.connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: folder }, secrets: {} });
});

describe('the catalog of a folder of files', () => {
  it('is empty until it is read', () => {
    const { catalog } = test.engine().services;
    expect(catalog.schemas('shop')).toEqual({ schemas: [], gaps: [], sizes: false });
    expect(catalog.search('shop', 'orders', 10)).toEqual([]);
  });

  it('is read with progress', async () => {
    const { catalog } = test.engine().services;
    const texts: string[] = [];
    const totals = await catalog.refresh('shop', { onProgress: ({ text }) => texts.push(text) });
    expect(totals).toEqual({ tables: 2, columns: 4, changes: 0 });
    expect(texts.some((text) => text.startsWith('2 tables read'))).toBe(true);
    const [schema] = catalog.schemas('shop').schemas;
    expect(schema?.tables).toBe(2);
    Object.assign(orders, { catalog: schema?.catalog, schema: schema?.schema });
    expect(catalog.tables('shop', { ...orders, limit: 10 }).map((each) => each.path.table)).toEqual([
      'customers',
      'orders',
    ]);
    expect(catalog.search('shop', 'amo', 10)).toMatchObject([
      { path: { table: 'orders' }, matchedColumn: 'amount' },
    ]);
    expect(catalog.table('shop', orders).columns.map((column) => column.name)).toEqual(['id', 'amount']);
  });

  it('keeps a count with the table', async () => {
    const { catalog } = test.engine().services;
    expect(await catalog.countRows('shop', orders, {})).toMatchObject({ rows: 3, from: 'query' });
    expect(catalog.table('shop', orders).rowCount?.rows).toBe(3);
  });

  it('stays as it was when reading it anew is cancelled', async () => {
    const { catalog } = test.engine().services;
    const before = catalog.schemas('shop');
    const cancel = new AbortController();
    const onProgress = (): void => {
      cancel.abort();
    };
    const failure = await failureOf(() => catalog.refresh('shop', { signal: cancel.signal, onProgress }));
    expect(failure.code).toBe('CANCELLED');
    expect(catalog.schemas('shop')).toEqual(before);
    expect(catalog.table('shop', orders).columns).toHaveLength(2);
  });

  it('says which table is not in it', async () => {
    const { catalog } = test.engine().services;
    const missing = { ...orders, table: 'missing' };
    expect((await failureOf(() => catalog.table('shop', missing))).code).toBe('NOT_FOUND');
    expect((await failureOf(() => catalog.countRows('shop', missing, {}))).code).toBe('TABLE_MISSING');
    expect((await failureOf(() => catalog.schemas('nowhere'))).code).toBe('NOT_FOUND');
  });

  it('finds out that a file vanished under an open connection', async () => {
    const { models, members } = test.engine().services;
    const suggested = models.suggest('shop', { ...orders, table: 'customers' }, 'id');
    expect(suggested.entities[0]?.table).toEqual(orders);
    expect(models.save('shop', suggested).problems).toEqual([]);
    const buyers: Rule = {
      kind: 'condition',
      condition: { kind: 'related', entity: 'orders', where: [], measure: { of: 'exists' } },
    };
    const histogram = await members.histogram('shop', [buyers], {});
    expect(histogram.total).toBe(2);
    rmSync(join(folder, 'orders.csv'));
    const failure = await failureOf(() => members.histogram('shop', [buyers], {}));
    expect(failure.code).toBe('TABLE_MISSING');
    expect(failure.message).toContain('of “Orders”');
  });

  it('refuses a model over tables that it does not hold', () => {
    const { problems } = test.engine().services.models.save('shop', shopModel());
    expect(problems[0]).toMatchObject({ severity: 'error', where: 'customer.table' });
  });
});
