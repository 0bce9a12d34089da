import { DuckDBInstance } from '@duckdb/node-api';
import type { CustomerModel } from '../../electron/domain/model.ts';

/** Runs statements on a DuckDB file and closes it, as another program that owns the file would. */
export async function changeDatabase(path: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
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
