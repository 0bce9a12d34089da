import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { TableMetadata } from '../../../electron/domain/catalog.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { ExportRun } from '../../../electron/domain/run.ts';
import type { Connection } from '../../../electron/domain/workspace.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import type { Store } from '../../../electron/store/store.ts';
import { workspace as anyWorkspace } from '../../support/workspace-arbitrary.ts';

const NOW = '2026-11-01T12:00:00.000Z';
const shop: Connection = { id: 'shop', label: 'Shop', kind: 'duckdb', settings: { path: 'shop.duckdb' } };
const model: CustomerModel = {
  customer: {
    label: 'Customer',
    table: { catalog: 'c', schema: 's', table: 't' },
    idColumn: 'id',
    attributes: [],
  },
  entities: [],
  traits: [],
};
const everybody = {
  id: 'everybody',
  name: 'Everybody',
  rule: { kind: 'all' as const, rules: [] },
  columns: [],
};

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
  onTestFinished(() => store.close());
});

function table(
  name: string,
  columns: readonly string[] = ['id'],
  schema = 's',
  comment?: string,
): TableMetadata {
  return {
    path: { catalog: 'c', schema, table: name },
    kind: 'table',
    columns: columns.map((column) => ({
      name: column,
      type: { kind: 'text', native: 'VARCHAR' },
      nullable: true,
    })),
    asOf: NOW,
    ...(comment === undefined ? {} : { comment }),
  };
}
const names = (found: readonly { path: { table: string } }[]): string[] =>
  found.map((each) => each.path.table);

describe('definitions', () => {
  it('keeps connections in the order in which they were made', () => {
    for (const id of ['b', 'a', 'c']) store.saveConnection({ ...shop, id });
    store.saveConnection({ ...shop, id: 'b', label: 'Renamed' });
    expect(store.listConnections().map((each) => each.label)).toEqual(['Renamed', 'Shop', 'Shop']);
    expect(store.listConnections().map((each) => each.id)).toEqual(['b', 'a', 'c']);
  });

  it('removes a connection with its model, audiences and metadata, and keeps its runs', async () => {
    store.saveConnection(shop);
    store.saveModel('shop', model);
    store.saveAudience('shop', everybody, NOW);
    await store.replaceTables('shop', [table('orders')], NOW);
    store.saveRun(run('r1', NOW));
    store.removeConnection('shop');
    store.saveConnection(shop);
    expect(store.findModel('shop')).toBeUndefined();
    expect(store.listAudiences('shop')).toEqual([]);
    expect(store.catalogAsOf('shop')).toBeUndefined();
    expect(store.searchTables('shop', 'orders', 10)).toEqual([]);
    expect(store.findRun('r1')?.id).toBe('r1');
  });

  it('keeps when an audience was changed', () => {
    store.saveConnection(shop);
    store.saveModel('shop', model);
    store.saveAudience('shop', everybody, NOW);
    expect(store.findAudience('shop', 'everybody')).toEqual({ audience: everybody, updatedAt: NOW });
    store.removeAudience('shop', 'everybody');
    expect(store.findAudience('shop', 'everybody')).toBeUndefined();
  });

  it('gives a workspace back as it was put in', () => {
    fc.assert(
      fc.property(anyWorkspace, (workspace) => {
        store.importWorkspace(workspace, NOW);
        expect(store.exportWorkspace()).toEqual(workspace);
      }),
      { numRuns: 100 },
    );
  });

  it('replaces definitions all at once, keeping runs and the metadata of the same account', async () => {
    const other = { ...shop, id: 'other' };
    for (const each of [shop, other]) {
      store.saveConnection(each);
      await store.replaceTables(each.id, [table('orders')], NOW);
    }
    store.saveRun(run('r1', NOW));
    const moved = { ...other, settings: { path: 'elsewhere.duckdb' } };
    const connections = [moved, { ...shop, label: 'New' }];
    store.importWorkspace({ version: 1, connections, destinations: [], models: [] }, NOW);
    expect(store.listConnections().map((each) => each.id)).toEqual(['other', 'shop']);
    expect(store.catalogAsOf('shop')).toBe(NOW);
    expect(store.catalogAsOf('other')).toBeUndefined();
    expect(store.listRuns(10)).toHaveLength(1);
  });

  it('changes nothing when a workspace cannot be stored', () => {
    store.saveConnection(shop);
    const orphan = { connection: 'nowhere', ...model, audiences: [], activations: [], journeys: [] };
    const unfit = { version: 1 as const, connections: [], destinations: [], models: [orphan] };
    expect(() => store.importWorkspace(unfit, NOW)).toThrow();
    expect(store.listConnections()).toEqual([shop]);
  });
});

describe('catalog metadata', () => {
  beforeEach(() => store.saveConnection(shop));

  it('pages tables by name', async () => {
    await store.replaceTables(
      'shop',
      ['b', 'a', 'd', 'c'].map((name) => table(name)),
      NOW,
    );
    const page = { catalog: 'c', schema: 's', limit: 3 };
    expect(names(store.listTables('shop', page))).toEqual(['a', 'b', 'c']);
    expect(names(store.listTables('shop', { ...page, after: 'c' }))).toEqual(['d']);
    expect(store.listSchemas('shop')).toEqual([{ catalog: 'c', schema: 's', tables: 4 }]);
  });

  it('finds tables by names first, then by columns and comments, and names the column that matched', async () => {
    await store.replaceTables(
      'shop',
      [
        table('baskets', ['household_key', 'total']),
        table('dim_household', ['key']),
        table('household', ['household_key']),
        table('notes', ['text'], 's', 'One line a household'),
      ],
      NOW,
    );
    expect(names(store.searchTables('shop', 'house', 10))).toEqual([
      'household',
      'dim_household',
      'baskets',
      'notes',
    ]);
    expect(store.searchTables('shop', 'HOUSEHOLD_K', 10)[0]).toMatchObject({
      path: { table: 'baskets' },
      matchedColumn: 'household_key',
    });
    expect(store.searchTables('shop', 'household', 10)[0]).not.toHaveProperty('matchedColumn');
    expect(names(store.searchTables('shop', 'bask tot', 10))).toEqual(['baskets']);
    expect(names(store.searchTables('shop', 'c.s.note', 10))).toEqual(['notes']);
    expect(store.searchTables('shop', 'ousehold', 10)).toEqual([]);
    expect(names(store.searchTables('shop', 'house', 2))).toEqual(['household', 'dim_household']);
  });

  it('takes any text as a search, whatever it would mean to FTS5', async () => {
    await store.replaceTables('shop', [table('straße'), table('a_b')], NOW);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        expect(store.searchTables('shop', text, 5).length).toBeLessThanOrEqual(2);
      }),
    );
    expect(names(store.searchTables('shop', 'STRASSE', 5))).toEqual([]);
    expect(names(store.searchTables('shop', 'Straß', 5))).toEqual(['straße']);
    expect(store.searchTables('shop', '"* OR NEAR(', 5)).toEqual([]);
  });

  it('never finds the tables of another connection', async () => {
    store.saveConnection({ ...shop, id: 'other' });
    await store.replaceTables('other', [table('orders')], NOW);
    await store.replaceTables('shop', [table('customers')], NOW);
    expect(store.searchTables('shop', 'orders', 5)).toEqual([]);
  });

  it('keeps the old metadata when reading the new fails on the way', async () => {
    await store.replaceTables('shop', [table('old')], NOW);
    async function* broken(): AsyncGenerator<TableMetadata> {
      for (let index = 0; index < 30; index += 1)
        yield table(
          `new${index}`,
          Array.from({ length: 100 }, (_, at) => `c${at}`),
        );
      throw new Error('connection lost');
    }
    await expect(store.replaceTables('shop', broken(), '2026-11-02T00:00:00.000Z')).rejects.toThrow(
      'connection lost',
    );
    expect(store.catalogAsOf('shop')).toBe(NOW);
    expect(names(store.searchTables('shop', 'new', 5))).toEqual([]);
    expect(names(store.listTables('shop', { catalog: 'c', schema: 's', limit: 10 }))).toEqual(['old']);
  });

  it('adds one table to a catalog that was read before', async () => {
    store.saveTable('shop', table('early'));
    expect(store.findTable('shop', table('early').path)).toBeUndefined();
    await store.replaceTables('shop', [table('orders', ['a'])], NOW);
    store.saveTable('shop', table('orders', ['b']));
    expect(store.findTable('shop', table('orders').path)?.columns[0]?.name).toBe('b');
    expect(store.searchTables('shop', 'a', 5)).toEqual([]);
    expect(names(store.searchTables('shop', 'b', 5))).toEqual(['orders']);
  });

  it('lets other calls in while 10,000 tables with 500,000 columns are written, and finds among them', async () => {
    const words = [
      'customer',
      'order',
      'email',
      'basket',
      'score',
      'consent',
      'region',
      'ship',
      'net',
      'click',
    ];
    const pick = (seed: number): string => words[Math.imul(seed, 2_654_435_761) >>> 28] ?? `w${seed % 997}`;
    const tables = Array.from({ length: 10_000 }, (_, at) =>
      table(
        `${pick(at)}_${at}`,
        Array.from(
          { length: 50 },
          (__, column) => `${pick(at * 50 + column)}_${pick(at + column)}_${column}`,
        ),
        `s${at % 20}`,
      ),
    );
    let turns = 0;
    let isWriting = true;
    const countTurns = async (): Promise<void> => {
      while (isWriting) {
        await setImmediate();
        turns += 1;
        // What another call would read meanwhile: the new metadata is not seen before it is whole.
        if (turns === 50) expect(store.searchTables('shop', 'basket', 5)).toEqual([]);
      }
    };
    const counting = countTurns();
    const totals = await store.replaceTables('shop', tables, NOW);
    isWriting = false;
    await counting;
    expect(totals).toEqual({ tables: 10_000, columns: 500_000, changes: 0 });
    // A piece holds 1,000 columns, so 500 pieces leave as many gaps. How long they are is the benchmarks' to measure.
    expect(turns).toBeGreaterThanOrEqual(400);
    for (const text of ['customer email', 'basket_1', 's1 order']) {
      const found = store.searchTables('shop', text, 50);
      expect(found, text).toHaveLength(50);
    }
    expect(store.searchTables('shop', 'zzz', 50)).toEqual([]);
  });
});

function run(id: string, startedAt: string, status: ExportRun['status'] = 'succeeded'): ExportRun {
  return {
    id,
    kind: 'export',
    connectionId: 'shop',
    audienceId: 'everybody',
    audienceName: 'Everybody',
    startedBy: 'tester',
    startedAt,
    status,
    asOf: NOW,
    sql: 'SELECT $p1',
    target: { path: 'out.csv', format: 'csv' },
    columns: ['customer_id'],
  };
}

describe('runs', () => {
  it('lists the newest first and finds those that never ended', () => {
    store.saveRun(run('r1', '2026-11-01T00:00:00.000Z'));
    store.saveRun(run('r2', '2026-11-02T00:00:00.000Z', 'running'));
    expect(store.listRuns(10).map((each) => each.id)).toEqual(['r2', 'r1']);
    expect(store.listRuns(1).map((each) => each.id)).toEqual(['r2']);
    expect(store.listUnfinishedRuns().map((each) => each.id)).toEqual(['r2']);
    store.saveRun(run('r2', '2026-11-02T00:00:00.000Z', 'failed'));
    expect(store.listUnfinishedRuns()).toEqual([]);
  });
});
