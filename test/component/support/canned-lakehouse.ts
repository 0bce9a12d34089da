import type { ConnectionView, WarehouseKindView } from '../../../electron/contract/contract.ts';
import type { ColumnMetadata, TableMetadata } from '../../../electron/domain/catalog.ts';
import type { ColumnType } from '../../../electron/domain/column-type.ts';
import type { ExportRun } from '../../../electron/domain/run.ts';

/** The instant of everything in the canned lakehouse. */
export const AS_OF = '2026-11-20T09:30:00.000Z';

export const KINDS: WarehouseKindView[] = [
  {
    kind: 'sample',
    label: 'Sample lakehouse',
    description: 'Synthetic retail data made on this computer.',
    settings: [
      {
        key: 'size',
        label: 'Size',
        kind: 'select',
        required: true,
        initial: 'small',
        options: [
          { value: 'small', label: 'Small', hint: '2,500 households' },
          { value: 'large', label: 'Large', hint: '1,000,000 households' },
        ],
      },
    ],
  },
  {
    kind: 'duckdb',
    label: 'DuckDB or files',
    description: 'A .duckdb file or a folder of Parquet and CSV files, read only.',
    settings: [{ key: 'path', label: 'File or folder', kind: 'path', required: true, picks: 'either' }],
  },
  {
    kind: 'databricks',
    label: 'Databricks',
    description: 'A SQL warehouse of a workspace, with Unity Catalog.',
    settings: [
      {
        key: 'host',
        label: 'Server hostname',
        kind: 'text',
        required: true,
        placeholder: 'adb-1234567890123456.7.azuredatabricks.net',
      },
      { key: 'httpPath', label: 'HTTP path', kind: 'text', required: true },
      { key: 'port', label: 'Port', kind: 'number', required: false, initial: 443 },
      {
        key: 'auth',
        label: 'Sign-in',
        kind: 'select',
        required: true,
        initial: 'token',
        options: [
          { value: 'token', label: 'Personal access token' },
          { value: 'oauth', label: 'Service principal (OAuth)' },
        ],
      },
      {
        key: 'token',
        label: 'Access token',
        kind: 'secret',
        required: true,
        showIf: { key: 'auth', in: ['token'] },
      },
      {
        key: 'clientId',
        label: 'Client id',
        kind: 'text',
        required: true,
        showIf: { key: 'auth', in: ['oauth'] },
      },
      {
        key: 'clientSecret',
        label: 'Client secret',
        kind: 'secret',
        required: true,
        showIf: { key: 'auth', in: ['oauth'] },
      },
    ],
  },
];

export const SAMPLE: ConnectionView = {
  id: 'sample',
  label: 'Sample lakehouse',
  kind: 'sample',
  settings: { size: 'small' },
  kindLabel: 'Sample lakehouse',
  storedSecrets: [],
  hasModel: true,
  audiences: 3,
  catalogAsOf: AS_OF,
};

export const WORKSPACE: ConnectionView = {
  id: 'retail-prod',
  label: 'Retail production',
  kind: 'databricks',
  settings: { host: 'adb-1.azuredatabricks.net', httpPath: '/sql/1.0/warehouses/abc', auth: 'token' },
  kindLabel: 'Databricks',
  storedSecrets: ['token'],
  hasModel: false,
  audiences: 0,
};

const text: ColumnType = { kind: 'text', native: 'VARCHAR' };
const bigint: ColumnType = { kind: 'integer', native: 'BIGINT', bits: 64 };

function column(name: string, type: ColumnType, nullable: boolean, comment?: string): ColumnMetadata {
  return { name, type, nullable, ...(comment === undefined ? {} : { comment }) };
}

function table(name: string, rows: number, columns: ColumnMetadata[], comment?: string): TableMetadata {
  return {
    path: { catalog: 'main', schema: 'retail', table: name },
    kind: 'table',
    columns,
    rowCount: { rows, from: 'metadata', asOf: AS_OF },
    asOf: AS_OF,
    ...(comment === undefined ? {} : { comment }),
  };
}

const key = column('household_key', bigint, false, 'The household');

export const TABLES: TableMetadata[] = [
  table('campaigns', 30, [column('campaign_key', bigint, false), column('name', text, false)]),
  table('coupons', 1200, [column('coupon_key', bigint, false), column('campaign_key', bigint, false)]),
  table(
    'households',
    2500,
    [
      key,
      column('email', text, true, 'E-mail address'),
      column('phone', text, true),
      column('city', text, true),
      column('loyalty_tier', text, true, 'bronze, silver or gold'),
      column('birth_year', { kind: 'integer', native: 'INTEGER', bits: 32 }, true),
      column('email_consent', { kind: 'boolean', native: 'BOOLEAN' }, true),
    ],
    'One row per household, with consent and contact details.',
  ),
  table('products', 2400, [column('product_key', bigint, false), column('category', text, true)]),
  table('propensity_scores', 24750, [
    key,
    column('category', text, false),
    column('score', { kind: 'decimal', native: 'DECIMAL(5,4)', precision: 5, scale: 4 }, true),
    column('scored_at', { kind: 'timestamp', native: 'TIMESTAMP', zoned: false }, true),
  ]),
  table('transactions', 301_482, [key, column('basket_key', bigint, false), column('amount', text, true)]),
];

export const RUN: ExportRun = {
  id: 'run-1',
  kind: 'export',
  connectionId: 'sample',
  audienceId: 'bundle-target',
  audienceName: 'Bundle target',
  startedBy: 'ana',
  startedAt: '2026-11-20T10:00:00.000Z',
  endedAt: '2026-11-20T10:00:01.240Z',
  status: 'succeeded',
  asOf: AS_OF,
  sql: 'SELECT c.household_key AS customer_id\nFROM main.retail.households AS c\nWHERE c.loyalty_tier = :p1\nGROUP BY c.household_key',
  statementId: 'statement-7',
  target: { path: '/exports/bundle-target.csv', format: 'csv' },
  columns: ['customer_id', 'email'],
  rows: 412,
  bytes: 18_340,
  digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};

export const FAILED_RUN: ExportRun = {
  id: 'run-2',
  kind: 'export',
  connectionId: 'sample',
  audienceId: 'paid-media',
  audienceName: 'Paid media',
  startedBy: 'ana',
  startedAt: '2026-11-20T11:00:00.000Z',
  endedAt: '2026-11-20T11:00:00.310Z',
  status: 'failed',
  asOf: AS_OF,
  sql: 'SELECT 1',
  target: { path: '/exports/paid-media.parquet', format: 'parquet' },
  columns: ['customer_id'],
  error: {
    code: 'TARGET_UNWRITABLE',
    message: 'The folder is read-only.',
    help: 'Choose another folder.',
    retry: 'after-fix',
  },
};
