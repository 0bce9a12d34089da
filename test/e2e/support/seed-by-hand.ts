import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { SEED, type SeedName, composeAudiences, visit } from './seed-clicks.ts';

/** The seed in SQL by hand, written against the tables and nothing of the product. */
const BY_HAND: Record<SeedName, string> = (() => {
  const score = (category: string, range: string): string =>
    `EXISTS (SELECT 1 FROM lake.retail.propensity_scores s
      WHERE s.household_key = h.household_key AND s.category = '${category}' AND ${range})`;
  const bread = score('bread', 's.score >= 0.66');
  const drinks = score('soft drinks', 's.score >= 0.33 AND s.score < 0.66');
  const emailable = `(coalesce(h.email_consent, false) AND coalesce(h.email, '') <> '')`;
  return {
    'High bread': bread,
    'Moderate soft drinks': drinks,
    'Bundle target': `${bread} AND ${drinks}`,
    Emailable: emailable,
    'Paid media': `${bread} AND ${drinks} AND NOT ${emailable}`,
  };
})();

/** Ids by hand, for each audience, from a copy-free read of the sample that the app made below its home. */
async function idsByHand(home: string): Promise<Record<SeedName, string[]>> {
  const files = await readdir(home, { recursive: true });
  const file = files.find((name) => name.endsWith('.duckdb'));
  if (file === undefined) throw new Error(`There is no sample below ${home}.`);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH '${join(home, file)}' AS lake (READ_ONLY)`);
    const found: Partial<Record<SeedName, string[]>> = {};
    for (const name of SEED) {
      const sql = `SELECT CAST(h.household_key AS VARCHAR) FROM lake.retail.households h WHERE ${BY_HAND[name]}`;
      found[name] = (await connection.runAndReadAll(sql))
        .getRows()
        .map((row) => String(row[0]))
        .sort();
    }
    return found as Record<SeedName, string[]>;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** First start → sample → model → the five audiences, all by clicks; each count must be the one of SQL by hand. */
export async function composeSeed(page: Page, home: string): Promise<Record<SeedName, string[]>> {
  await page.getByRole('button', { name: 'Open the sample lakehouse' }).first().click();
  await visit(page, 'Model');
  await expect(page.getByRole('heading', { level: 1, name: 'Customer model' })).toBeVisible({
    timeout: 30_000,
  });
  const ids = await idsByHand(home);

  await composeAudiences(page, (name) => ids[name].length);
  return ids;
}
