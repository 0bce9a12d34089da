import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { GrantRequest } from '../../../electron/domain/permission.ts';
import { failureOf, useEngine } from '../../support/engine.ts';
import { SHOP_SQL, changeDatabase, shopModel } from '../../support/shop.ts';

const test = useEngine();
const file = join(test.folder, 'shop.duckdb');
const customers = { catalog: 'shop', schema: 'main', table: 'customers' };

/** Asks for the customers, without these columns. */
const request = (leaveOut: string[] = []): GrantRequest => ({
  principal: { kind: 'user', name: 'ana@example.com' },
  tables: [{ path: customers, leaveOut }],
});

beforeAll(async () => {
  await changeDatabase(file, ...SHOP_SQL);
  const { connections, catalog, models } = test.engine().services;
  await connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: file }, secrets: {} });
  await catalog.refresh('shop', {});
  expect(models.save('shop', shopModel()).problems).toEqual([]);
  await connections.save({
    label: 'Workspace',
    kind: 'databricks',
    settings: { host: 'adb-1.azuredatabricks.net', path: '/sql/1.0/warehouses/abc', port: 443 },
    secrets: { token: 'canary-token-4711' },
  });
});

describe('permissions of a connection', () => {
  it('are none where the data is a file', async () => {
    const { permissions } = test.engine().services;
    expect(permissions.outline('shop')).toMatchObject({ grantable: false, warehouse: '' });
    expect((await failureOf(() => permissions.script('shop', request()))).code).toBe('NOT_FOUND');
    expect((await failureOf(() => permissions.check('shop', request(), {}))).code).toBe('NOT_FOUND');
    expect((await failureOf(() => permissions.outline('nowhere'))).code).toBe('NOT_FOUND');
  });

  it('are outlined by the tables of the model, with the columns that it needs', () => {
    const { tables } = test.engine().services.permissions.outline('shop');
    expect(tables.map(({ path, labels }) => [path.table, labels])).toEqual([
      ['customers', ['Customer']],
      ['orders', ['Orders']],
    ]);
    const needed = tables[1]?.columns.filter((column) => column.needed).map((column) => column.name);
    expect(needed).toEqual(['id', 'ordered_at']);
  });

  it('are written for the warehouse of the connection, without asking it', () => {
    const { permissions } = test.engine().services;
    expect(permissions.outline('workspace')).toEqual({
      grantable: true,
      host: 'adb-1.azuredatabricks.net',
      warehouse: 'abc',
      tables: [],
    });
    const { text } = permissions.script('workspace', request());
    expect(text).toContain('databricks permissions update warehouses abc');
    expect(text).toContain('GRANT SELECT ON TABLE `shop`.`main`.`customers` TO `ana@example.com`;');
    expect(text).not.toContain('canary-token-4711');
  });

  it('are written for the state schema of the connection as well, unless the request names another', async () => {
    const { connections, permissions } = test.engine().services;
    await connections.save({
      label: 'Mirrored',
      kind: 'databricks',
      settings: {
        host: 'adb-1.azuredatabricks.net',
        path: '/sql/1.0/warehouses/abc',
        stateSchema: 'ops.slipway',
      },
      secrets: { token: 'canary-token-4711' },
    });
    const { text } = permissions.script('mirrored', request());
    for (const privilege of ['USE SCHEMA', 'CREATE TABLE', 'MODIFY', 'SELECT'])
      expect(text).toContain(`GRANT ${privilege} ON SCHEMA \`ops\`.\`slipway\` TO \`ana@example.com\`;`);
    expect(text).toContain('GRANT USE CATALOG ON CATALOG `ops` TO `ana@example.com`;');
    const other = permissions.script('mirrored', {
      ...request(),
      writable: { catalog: 'main', schema: 'journeys' },
    });
    expect(other.text).toContain('GRANT MODIFY ON SCHEMA `main`.`journeys`');
    expect(other.text).not.toContain('`ops`');
  });

  it('leave out only columns that the catalog knows', async () => {
    const { permissions } = test.engine().services;
    const failure = await failureOf(() => permissions.script('workspace', request(['email'])));
    expect(failure).toMatchObject({ code: 'COLUMN_MISSING' });
    expect(failure.message).toContain('email of shop.main.customers is not in the catalog');
  });

  it('are saved to a file, or say why not', async () => {
    const { permissions } = test.engine().services;
    const path = join(test.folder, 'grants.sql');
    await permissions.saveScript('workspace', request(), path);
    expect(readFileSync(path, 'utf8')).toBe(permissions.script('workspace', request()).text);
    const nowhere = join(test.folder, 'missing', 'grants.sql');
    for (const bad of [nowhere, 'relative.sql']) {
      const failure = await failureOf(() => permissions.saveScript('workspace', request(), bad));
      expect(failure.code).toBe('TARGET_UNWRITABLE');
    }
  });

  it('refuse names that hold control characters at the boundary', () => {
    const principal = { kind: 'user', name: 'a\nGRANT ALL' };
    expect(GrantRequest.safeParse({ ...request(), principal }).success).toBe(false);
  });
});
