import { describe, expect, it } from 'vitest';
import type { ProfileIdentifier, ProfilePart } from '../../electron/domain/profile-api.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { compileProfiles } from '../../electron/sql/compile-profiles.ts';
import { databricksDialect } from '../../electron/warehouses/databricks-dialect.ts';
import { duckdbDialect } from '../../electron/warehouses/duckdb-dialect.ts';
import { goldenAudience } from './golden-rules.ts';
import { showQuery } from './show-query.ts';

const audiences = ['bundle-target', 'emailable'].map(goldenAudience);
const part: ProfilePart = {
  id: 'basics',
  name: 'Basics',
  columns: [
    { kind: 'attribute', entity: 'customer', column: 'loyalty_tier' },
    { kind: 'attribute', entity: 'customer', column: 'created_at' },
    { kind: 'attribute', entity: 'web-profiles', column: 'interests' },
    { kind: 'trait', trait: 'total-spend-12-months' },
  ],
  audiences: audiences.map(({ id }) => id),
};
const identifiers: ProfileIdentifier[] = [
  { name: 'email_sha256', entity: 'customer', column: 'email', form: 'sha256' },
  { name: 'phone', entity: 'customer', column: 'phone', form: 'as-is' },
];

describe.each([duckdbDialect, databricksDialect])('the SQL of profiles on $name', (dialect) => {
  it('stays as it is, and reads each table once', async () => {
    const { query, told } = compileProfiles(
      {
        part,
        identifiers,
        definitions: { model: sampleModel(), audiences },
        asOf: '2026-11-01T00:00:00.000Z',
      },
      dialect,
    );
    await expect(showQuery(query)).toMatchFileSnapshot(`sql/${dialect.name.toLowerCase()}/profiles.sql`);
    expect(told.map(({ name }) => name)).toEqual([
      'loyalty_tier',
      'created_at',
      'interests',
      'total_spend_12_months',
    ]);
    const scans = query.text.match(/FROM\s+\S+\.\S+\.\S+/g) ?? [];
    expect(new Set(scans).size).toBe(scans.length);
  });
});
