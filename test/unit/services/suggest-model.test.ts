import { describe, expect, it } from 'vitest';
import type { TableMetadata } from '../../../electron/domain/catalog.ts';
import type { ColumnType } from '../../../electron/domain/column-type.ts';
import { guessPii, labelName } from '../../../electron/services/column-labels.ts';
import { suggestModel } from '../../../electron/services/suggest-model.ts';

const bigint: ColumnType = { kind: 'integer', native: 'BIGINT', bits: 64 };
const text: ColumnType = { kind: 'text', native: 'STRING' };
const date: ColumnType = { kind: 'date', native: 'DATE' };
const timestamp: ColumnType = { kind: 'timestamp', native: 'TIMESTAMP', zoned: true };

function table(name: string, columns: Record<string, ColumnType>): TableMetadata {
  return {
    path: { catalog: 'main', schema: 'crm', table: name },
    kind: 'table',
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type, nullable: true })),
    asOf: '2026-11-01T00:00:00.000Z',
  };
}

describe('names for people', () => {
  it.each([
    ['email_consent', 'E-mail consent'],
    ['loyaltyTier', 'Loyalty tier'],
    ['HOUSEHOLD_ID', 'Household ID'],
    ['straße', 'Straße'],
    ['___', '___'],
  ])('%s → %s', (name, label) => {
    expect(labelName(name)).toBe(label);
  });
});

describe('personal columns', () => {
  it.each([
    ['email', 'email'],
    ['contactEmail', 'email'],
    ['email_consent', undefined],
    ['emails_sent', undefined],
    ['phone_number', 'phone'],
    ['First_Name', 'first-name'],
    ['product_name', undefined],
    ['city', 'city'],
    ['capacity', undefined],
    ['birth_date', 'birth-date'],
    ['zip', 'postal-code'],
    ['ip_address', 'ip-address'],
    ['shipment', undefined],
    ['idfa', 'mobile-ad-id'],
  ])('%s → %s', (name, kind) => {
    expect(guessPii(name)).toBe(kind);
  });
});

describe('a suggested model', () => {
  it('relates the tables that carry the id under its name and kind', () => {
    const customers = table('customers', { customer_id: bigint, email: text });
    const model = suggestModel(customers, 'customer_id', [
      customers,
      table('web_orders', { order_id: bigint, CUSTOMER_ID: bigint, day: date, placed_at: timestamp }),
      table('notes', { customer_id: text }),
      table('products', { product_id: bigint }),
      table('customer', { customer_id: bigint, since: date }),
    ]);
    expect(model.customer).toMatchObject({ label: 'Customers', idColumn: 'customer_id' });
    expect(model.entities.map(({ id, label, key, timeColumn }) => [id, label, key, timeColumn])).toEqual([
      ['web-orders', 'Web orders', 'CUSTOMER_ID', 'placed_at'],
      // “customer” is the id of the customer itself.
      ['customer-2', 'Customer', 'customer_id', 'since'],
    ]);
  });
});
