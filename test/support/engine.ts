import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import { type Engine, composeEngine } from '../../electron/compose.ts';
import { AppError } from '../../electron/domain/app-error.ts';
import type { CustomerModel } from '../../electron/domain/model.ts';

/** A running engine in a folder of its own. */
export interface TestEngine {
  /** The folder of the test; `home` of the engine is in it. */
  readonly folder: string;
  readonly home: string;
  engine(): Engine;
  /** Closes the engine and starts another on the same home, as a restart of the app does. */
  restart(): Promise<Engine>;
  close(): Promise<void>;
}

/** An engine for all tests of a file, started before the first and closed after the last. */
export function useEngine(): TestEngine {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-engine-'));
  const home = join(folder, 'home');
  let running: Engine | undefined;
  const start = async (): Promise<Engine> => {
    running = await composeEngine({ home, keychain: 'memory', version: '0.0.0' });
    return running;
  };
  const close = async (): Promise<void> => {
    await running?.close();
    running = undefined;
  };
  beforeAll(start);
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    home,
    engine: () => {
      if (running === undefined) throw new Error('The engine is not running.');
      return running;
    },
    restart: async () => {
      await close();
      return start();
    },
    close,
  };
}

/** Runs statements on a DuckDB file and closes it, as another program that owns the file would. */
export async function changeDatabase(path: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

/** The AppError that an act throws or rejects with. */
export async function failureOf(act: () => unknown): Promise<AppError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The act did not fail.');
}

/** A small shop: 4 customers, 3 of them reachable, and 5 orders, one of them of nobody. */
export const SHOP_SQL = [
  `CREATE TABLE customers (id BIGINT, email VARCHAR, vip BOOLEAN, city VARCHAR)`,
  `INSERT INTO customers VALUES (1, 'a@example.com', true, 'Bern'), (2, 'b@example.com', false, 'Bern'), (3, NULL, true, 'Genève'), (4, 'd@example.com', NULL, 'Basel')`,
  `CREATE TABLE orders (order_id BIGINT, id BIGINT, amount DECIMAL(10,2), ordered_at TIMESTAMP)`,
  `INSERT INTO orders VALUES (1, 1, 10.50, '2026-01-01'), (2, 1, 20, '2026-02-01'), (3, 2, 5, '2026-03-01'), (4, 3, 100, '2026-03-02'), (5, 99, 1, '2026-03-03')`,
];

/** The model of {@link SHOP_SQL} in a file named `shop.duckdb`. */
export function shopModel(): CustomerModel {
  const bigint = { kind: 'integer', native: 'BIGINT', bits: 64 } as const;
  const text = { kind: 'text', native: 'VARCHAR' } as const;
  return {
    customer: {
      label: 'Customer',
      table: { catalog: 'shop', schema: 'main', table: 'customers' },
      idColumn: 'id',
      attributes: [
        { column: 'id', label: 'Id', type: bigint, pii: 'customer-id' },
        { column: 'email', label: 'E-mail', type: text, pii: 'email' },
        { column: 'vip', label: 'VIP', type: { kind: 'boolean', native: 'BOOLEAN' } },
        { column: 'city', label: 'City', type: text },
      ],
    },
    entities: [
      {
        id: 'orders',
        label: 'Orders',
        table: { catalog: 'shop', schema: 'main', table: 'orders' },
        key: 'id',
        cardinality: 'one-to-many',
        timeColumn: 'ordered_at',
        attributes: [
          { column: 'id', label: 'Customer', type: bigint },
          {
            column: 'amount',
            label: 'Amount',
            type: { kind: 'decimal', native: 'DECIMAL(10,2)', precision: 10, scale: 2 },
          },
          {
            column: 'ordered_at',
            label: 'Ordered at',
            type: { kind: 'timestamp', native: 'TIMESTAMP', zoned: false },
          },
        ],
      },
    ],
    traits: [],
  };
}
