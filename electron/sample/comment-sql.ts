import { literal, type SampleStatement } from './sql-text.ts';

interface TableNote {
  readonly kind: 'TABLE' | 'VIEW';
  readonly about: string;
  readonly columns: Readonly<Record<string, string>>;
}

const KEY = 'Household that the row belongs to';

const NOTES: Readonly<Record<string, TableNote>> = {
  households: {
    kind: 'TABLE',
    about:
      'One row a household, the customer of the sample. Made-up people; addresses and numbers are reserved ones.',
    columns: {
      household_key: 'Unique key of the household',
      email: 'E-mail address; missing for about one in eight, some with capitals or blanks',
      phone: 'Phone number; missing for a quarter, some not in E.164',
      city: 'City of residence',
      country: 'Country of residence, ISO 3166-1 alpha-2',
      loyalty_tier: 'Bronze, Silver, Gold or Platinum; empty when not enrolled',
      birth_year: 'Year of birth of the contact person',
      email_consent: 'Agreed to be contacted by e-mail; empty when never asked',
      ads_consent: 'Agreed to be matched on advertising platforms; empty when never asked',
      preferred_channel: 'email, paid media, push, post or none',
      created_at: 'When the household joined, UTC',
    },
  },
  products: {
    kind: 'TABLE',
    about: 'Products on the shelf',
    columns: { product_id: 'Unique key of the product', price: 'Price of one piece' },
  },
  transactions: {
    kind: 'TABLE',
    about: 'One row an item bought, over two years',
    columns: {
      transaction_id: 'Unique key of the item bought',
      basket_id: 'Items bought together share a basket',
      household_key: KEY,
      category: 'Category of the product; empty for items without a bar code',
      quantity: 'Pieces; negative for a return',
      amount: 'Price paid for all pieces; negative for a return',
      purchased_at: 'When it was bought, UTC',
    },
  },
  campaigns: {
    kind: 'TABLE',
    about: 'Marketing campaigns',
    columns: { budget: 'Budget; empty when not decided' },
  },
  coupons: {
    kind: 'TABLE',
    about: 'Coupons that campaigns hand out',
    columns: { code: 'What is typed at the till' },
  },
  redemptions: {
    kind: 'TABLE',
    about: 'One row a coupon redeemed',
    columns: { household_key: KEY, redeemed_at: 'When it was redeemed, UTC' },
  },
  propensity_scores: {
    kind: 'TABLE',
    about:
      'How likely a household is to buy from a category in the next month, from a weekly model; one row a household and category',
    columns: {
      household_key: KEY,
      score: 'Likelihood, 0 to 1: high from 0.66, moderate from 0.33, low below',
      scored_at: 'When the model ran, UTC',
    },
  },
  web_profiles: {
    kind: 'TABLE',
    about: 'What is known of households that signed in on the web; one row a household, for about 60%',
    columns: {
      household_key: KEY,
      interests: 'Topics looked at, in alphabetical order',
      device: 'Device used last',
      last_seen_at: 'When it was seen last',
    },
  },
  crm_contacts: {
    kind: 'TABLE',
    about: 'Contacts of an old CRM, not cleaned: duplicate, missing and unknown household keys',
    columns: { household_key: 'Household, as the old CRM knew it: may be missing, duplicate or unknown' },
  },
  customers: {
    kind: 'VIEW',
    about: 'Households under the name customer_id, as an IT team would publish them',
    columns: { customer_id: 'Unique key of the customer' },
  },
};

/** The view over households, then a comment on every table and on the columns that need one. */
export function commentStatements(): SampleStatement[] {
  const statements = [
    `CREATE VIEW retail.customers AS
SELECT household_key AS customer_id, email, phone, first_name, last_name, city, country, loyalty_tier, birth_year,
  email_consent, ads_consent, preferred_channel, created_at
FROM retail.households`,
  ];
  for (const [table, note] of Object.entries(NOTES)) {
    statements.push(`COMMENT ON ${note.kind} retail.${table} IS ${literal(note.about)}`);
    for (const [column, text] of Object.entries(note.columns)) {
      statements.push(`COMMENT ON COLUMN retail.${table}.${column} IS ${literal(text)}`);
    }
  }
  return statements.map((sql) => ({ label: 'Describing tables', sql }));
}
