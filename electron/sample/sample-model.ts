import type { ColumnType } from '../domain/column-type.ts';
import type { Attribute, CustomerModel, PiiKind } from '../domain/model.ts';
import type { TablePath } from '../domain/table-path.ts';

const text: ColumnType = { kind: 'text', native: 'VARCHAR' };
const boolean: ColumnType = { kind: 'boolean', native: 'BOOLEAN' };
const bigint: ColumnType = { kind: 'integer', native: 'BIGINT', bits: 64 };
const integer: ColumnType = { kind: 'integer', native: 'INTEGER', bits: 32 };
const double: ColumnType = { kind: 'float', native: 'DOUBLE', bits: 64 };
const money: ColumnType = { kind: 'decimal', native: 'DECIMAL(10,2)', precision: 10, scale: 2 };
const timestamp: ColumnType = { kind: 'timestamp', native: 'TIMESTAMP', zoned: false };
const instant: ColumnType = { kind: 'timestamp', native: 'TIMESTAMP WITH TIME ZONE', zoned: true };
const texts: ColumnType = { kind: 'array', native: 'VARCHAR[]', element: text };
const device: ColumnType = {
  kind: 'struct',
  native: 'STRUCT(os VARCHAR, app_version VARCHAR)',
  fields: [
    { name: 'os', type: text },
    { name: 'app_version', type: text },
  ],
};

function table(name: string): TablePath {
  return { catalog: 'main', schema: 'retail', table: name };
}

function attribute(column: string, label: string, type: ColumnType, pii?: PiiKind): Attribute {
  return { column, label, type, ...(pii === undefined ? {} : { pii }) };
}

/** The ready model of the sample lakehouse: households as customers, four entities around them, and three traits. */
export function sampleModel(): CustomerModel {
  return {
    customer: {
      label: 'Household',
      table: table('households'),
      idColumn: 'household_key',
      attributes: [
        attribute('household_key', 'Household key', bigint, 'customer-id'),
        attribute('email', 'E-mail', text, 'email'),
        attribute('phone', 'Phone', text, 'phone'),
        attribute('first_name', 'First name', text, 'first-name'),
        attribute('last_name', 'Last name', text, 'last-name'),
        attribute('city', 'City', text, 'city'),
        attribute('country', 'Country', text, 'country'),
        attribute('loyalty_tier', 'Loyalty tier', text),
        attribute('birth_year', 'Birth year', integer),
        attribute('email_consent', 'E-mail consent', boolean),
        attribute('ads_consent', 'Ads consent', boolean),
        attribute('preferred_channel', 'Preferred channel', text),
        attribute('created_at', 'Customer since', timestamp),
      ],
    },
    entities: [
      {
        id: 'propensity-scores',
        label: 'Propensity scores',
        table: table('propensity_scores'),
        key: 'household_key',
        cardinality: 'one-to-many',
        timeColumn: 'scored_at',
        attributes: [
          attribute('household_key', 'Household key', bigint, 'customer-id'),
          attribute('category', 'Category', text),
          attribute('score', 'Score', double),
          attribute('scored_at', 'Scored at', timestamp),
        ],
      },
      {
        id: 'transactions',
        label: 'Transactions',
        table: table('transactions'),
        key: 'household_key',
        cardinality: 'one-to-many',
        timeColumn: 'purchased_at',
        attributes: [
          attribute('transaction_id', 'Transaction id', bigint),
          attribute('basket_id', 'Basket id', bigint),
          attribute('household_key', 'Household key', bigint, 'customer-id'),
          attribute('product_id', 'Product id', bigint),
          attribute('category', 'Category', text),
          attribute('quantity', 'Quantity', integer),
          attribute('amount', 'Amount', money),
          attribute('purchased_at', 'Purchased at', timestamp),
        ],
      },
      {
        id: 'redemptions',
        label: 'Coupon redemptions',
        table: table('redemptions'),
        key: 'household_key',
        cardinality: 'one-to-many',
        timeColumn: 'redeemed_at',
        attributes: [
          attribute('redemption_id', 'Redemption id', bigint),
          attribute('coupon_id', 'Coupon id', integer),
          attribute('campaign_id', 'Campaign id', integer),
          attribute('household_key', 'Household key', bigint, 'customer-id'),
          attribute('redeemed_at', 'Redeemed at', timestamp),
        ],
      },
      {
        id: 'web-profiles',
        label: 'Web profile',
        table: table('web_profiles'),
        key: 'household_key',
        cardinality: 'one-to-one',
        attributes: [
          attribute('household_key', 'Household key', bigint, 'customer-id'),
          attribute('interests', 'Interests', texts),
          attribute('device', 'Device', device),
          attribute('visits_30_days', 'Visits in 30 days', integer),
          attribute('last_seen_at', 'Last seen at', instant),
        ],
      },
    ],
    traits: [
      {
        id: 'total-spend-12-months',
        label: 'Total spend, 12 months',
        entity: 'transactions',
        where: [],
        window: { last: { amount: 12, unit: 'months' } },
        measure: { of: 'sum', column: 'amount' },
      },
      {
        id: 'last-purchase-category',
        label: 'Last purchase category',
        entity: 'transactions',
        where: [],
        measure: { of: 'latest', column: 'category' },
      },
      {
        id: 'baskets-90-days',
        label: 'Baskets, 90 days',
        entity: 'transactions',
        where: [],
        window: { last: { amount: 90, unit: 'days' } },
        measure: { of: 'count-distinct', column: 'basket_id' },
      },
    ],
  };
}
