import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { ensureLakehouseTools } from '../support/lakehouse/setup.ts';

describe("Databricks' own Python connector", () => {
  it('connects, queries, binds, fetches 250,000 rows, lists metadata and is refused with a bad token', async () => {
    const { python } = await ensureLakehouseTools();
    const result = spawnSync(python, [join(import.meta.dirname, 'connector.py')], {
      input: JSON.stringify(inject('lakehouse')),
      encoding: 'utf8',
      timeout: 100_000,
    });
    expect(result.stderr).not.toContain('Traceback');
    expect(JSON.parse(result.stdout)).toEqual({
      row: [
        '9223372036854775807',
        '1.500000000000000000',
        '1960-01-02',
        '2024-01-02 03:04:05.678901+00:00',
        [1, 2],
        null,
      ],
      types: ['bigint', 'decimal', 'date', 'timestamp', 'array', 'string'],
      parameters: ["it's", 42],
      fetched: [250_000, '0', '249999', 31_249_875_000],
      arrow: 50_000,
      catalogs: ['spark_catalog'],
      // Other files of the run add schemas of their own, in whatever order they come.
      schemas: expect.arrayContaining(['default', 'retail']) as unknown,
      tables: [
        'campaigns',
        'coupons',
        'crm_contacts',
        'customers',
        'households',
        'products',
        'propensity_scores',
        'redemptions',
        'transactions',
        'web_profiles',
      ],
      columns: ['coupon_id', 'campaign_id', 'code', 'category', 'discount_percent'],
      missing: expect.stringContaining('[TABLE_OR_VIEW_NOT_FOUND]') as unknown,
      refused: ['RequestError', expect.stringContaining('Credential was not sent') as unknown, 401],
    });
  });
});
