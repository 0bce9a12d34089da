import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type CatalogChange, describeChange } from '../../../electron/domain/catalog-change.ts';
import type { TableMetadata } from '../../../electron/domain/catalog.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import type { Store } from '../../../electron/store/store.ts';

const FIRST = '2026-11-01T12:00:00.000Z';
const SECOND = '2026-11-02T12:00:00.000Z';
const THIRD = '2026-11-03T12:00:00.000Z';

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
  store.saveConnection({ id: 'shop', label: 'Shop', kind: 'duckdb', settings: {} });
  onTestFinished(() => store.close());
});

/** A table of text columns, or of the given type where it is written `name TYPE`. */
function table(name: string, columns: readonly string[], facts: Partial<TableMetadata> = {}): TableMetadata {
  return {
    path: { catalog: 'c', schema: 's', table: name },
    kind: 'table',
    columns: columns.map((column) => {
      const [own = '', native = 'STRING'] = column.split(' ');
      return { name: own, type: { kind: 'text', native }, nullable: true };
    }),
    asOf: FIRST,
    ...facts,
  };
}

const texts = (): string[] => store.listChanges('shop').map((each) => describeChange(each.change));

describe('changes between two readings', () => {
  it('are none at the first reading, nor where nothing but comments changed', async () => {
    const orders = table('orders', ['id']);
    expect((await store.replaceTables('shop', [orders], FIRST)).changes).toBe(0);
    const again = await store.replaceTables('shop', [{ ...orders, comment: 'New words' }], SECOND);
    expect(again.changes).toBe(0);
    expect(store.listChanges('shop')).toEqual([]);
  });

  it('name each table and column that is gone, new or of another type', async () => {
    await store.replaceTables('shop', [table('gone', ['a']), table('orders', ['id', 'sum', 'note'])], FIRST);
    const after = [table('fresh', ['a', 'b']), table('orders', ['id', 'sum VARCHAR(9)', 'extra'])];
    expect((await store.replaceTables('shop', after, SECOND)).changes).toBe(5);
    expect(texts()).toEqual([
      'The table c.s.gone is gone, or no longer visible to this connection.',
      'The column sum of c.s.orders was STRING and is now VARCHAR(9).',
      'The column note is gone from c.s.orders.',
      'The column extra (STRING) is new in c.s.orders.',
      'The table c.s.fresh is new.',
    ]);
    expect(store.listChanges('shop').every((each) => each.foundAt === SECOND && !each.broke)).toBe(true);
  });

  it('stay over further readings, but for what was new', async () => {
    await store.replaceTables('shop', [table('orders', ['id', 'note'])], FIRST);
    await store.replaceTables('shop', [table('orders', ['id', 'extra'])], SECOND);
    await store.replaceTables('shop', [table('orders', ['id', 'extra'])], THIRD);
    expect(texts()).toEqual(['The column note is gone from c.s.orders.']);
    await store.replaceTables('shop', [table('orders', ['id', 'extra', 'note INT'])], THIRD);
    expect(texts()).toEqual(['The column note (INT) is new in c.s.orders.']);
  });

  it('are marked and forgotten by their ids, of their connection alone', async () => {
    store.saveConnection({ id: 'other', label: 'Other', kind: 'duckdb', settings: {} });
    await store.replaceTables('shop', [table('a', ['id']), table('b', ['id'])], FIRST);
    await store.replaceTables('shop', [], SECOND);
    const ids = store.listChanges('shop').map((each) => each.id);
    store.dropChanges('other', ids);
    expect(store.listChanges('shop')).toHaveLength(2);
    store.markBreaking('shop', ids.slice(0, 1));
    store.dropChanges('shop', ids.slice(1));
    expect(store.listChanges('shop').map((each) => each.broke)).toEqual([true]);
    store.removeConnection('shop');
    expect(store.listChanges('shop')).toEqual([]);
  });

  it('keep counts and sizes that were asked for by hand, with their instant', async () => {
    await store.replaceTables('shop', [table('orders', ['id'])], FIRST);
    const rowCount = { rows: 7, from: 'query' as const, asOf: FIRST };
    const size = { bytes: 900, files: 2, asOf: FIRST };
    store.saveTable('shop', table('orders', ['id'], { rowCount, size }));
    await store.replaceTables('shop', [table('orders', ['id'], { asOf: SECOND })], SECOND);
    expect(store.findTable('shop', table('orders', []).path)).toMatchObject({
      rowCount,
      size,
      asOf: SECOND,
    });
    expect(store.listTables('shop', { catalog: 'c', schema: 's', limit: 5 })[0]?.rows).toBe(7);
    const counted = { rows: 8, from: 'metadata' as const, asOf: SECOND };
    await store.replaceTables('shop', [table('orders', ['id'], { rowCount: counted })], THIRD);
    expect(store.findTable('shop', table('orders', []).path)?.rowCount).toEqual(counted);
  });

  it('remember which schemas could not be read', async () => {
    const gap = { catalog: 'c', schema: 'closed', reason: 'denied', privilege: 'USE SCHEMA' } as const;
    await store.replaceTables('shop', [table('orders', ['id'])], FIRST, [gap]);
    expect(store.listGaps('shop')).toEqual([gap]);
    await store.replaceTables('shop', [table('orders', ['id'])], SECOND);
    expect(store.listGaps('shop')).toEqual([]);
  });

  it('let other calls in while 4,000 tables are compared', async () => {
    const columns = Array.from({ length: 20 }, (_, at) => `column_${at}`);
    const all = Array.from({ length: 4_000 }, (_, at) => table(`t${at}`, columns));
    await store.replaceTables('shop', all, FIRST);
    let longest = 0;
    let isWriting = true;
    const watch = async (): Promise<void> => {
      while (isWriting) {
        const before = performance.now();
        await setImmediate();
        longest = Math.max(longest, performance.now() - before);
      }
    };
    const watching = watch();
    const after = all.map((each, at) => (at % 1_000 === 0 ? table(`t${at}`, columns.slice(1)) : each));
    const { changes } = await store.replaceTables('shop', after, SECOND);
    isWriting = false;
    await watching;
    expect(changes).toBe(4);
    expect(store.listChanges('shop').map(({ change }): CatalogChange['kind'] => change.kind)).toEqual(
      Array.from({ length: 4 }, () => 'column-gone'),
    );
    // A single statement over both readings takes longer than this; the machine may be busy with other tests.
    expect(longest).toBeLessThan(1_000);
  });
});
