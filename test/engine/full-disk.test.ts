import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rule } from '../../electron/domain/rule.ts';
import { failureOf, useEngine } from '../support/engine.ts';
import { changeDatabase, shopModel } from '../support/shop.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const test = useEngine();
const file = join(test.folder, 'shop.duckdb');
const disk = join(test.folder, 'disk');
const everyone: Rule = { kind: 'all', rules: [] };

const isMounted = mountSmallDisk(disk) !== undefined;

beforeAll(async () => {
  await changeDatabase(
    file,
    'CREATE TABLE customers (id BIGINT, email VARCHAR, vip BOOLEAN, city VARCHAR)',
    `INSERT INTO customers SELECT range, md5(range::VARCHAR) || '@example.com', true, md5('c' || range) FROM range(50000)`,
    'CREATE TABLE orders (order_id BIGINT, id BIGINT, amount DECIMAL(10,2), ordered_at TIMESTAMP)',
  );
  const { connections, catalog, models, audiences } = test.engine().services;
  await connections.save({ label: 'Shop', kind: 'duckdb', settings: { path: file }, secrets: {} });
  await catalog.refresh('shop', {});
  models.save('shop', shopModel());
  audiences.save('shop', { name: 'Everyone', rule: everyone, columns: [] });
});

afterAll(() => {
  if (isMounted) execFileSync('umount', [disk]);
});

describe.skipIf(!isMounted)('an export to a disk that fills up', () => {
  it.each(['csv', 'jsonl', 'parquet'] as const)(
    'says so, leaves nothing, and the next one works: %s',
    async (format) => {
      const { exports, runs } = test.engine().services;
      const columns = ['email', 'city'].map(
        (column) => ({ kind: 'attribute', entity: 'customer', column }) as const,
      );
      const request = { connectionId: 'shop', audienceId: 'everyone', format, columns, overwrite: false };
      const failure = await failureOf(() =>
        exports.run({ ...request, path: join(disk, `all.${format}`) }, {}),
      );
      expect(failure.code).toBe('TARGET_UNWRITABLE');
      expect(failure.message).toMatch(/full|space/i);
      expect(failure.help).not.toBe('');
      expect(readdirSync(disk)).toEqual([]);
      expect(runs.list(1)[0]).toMatchObject({ status: 'failed', error: { code: 'TARGET_UNWRITABLE' } });
      const run = await exports.run({ ...request, path: join(test.folder, `all.${format}`) }, {});
      expect(run).toMatchObject({ status: 'succeeded', rows: 50_000 });
    },
  );
});
