import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableMetadata } from '../../electron/domain/catalog.ts';
import { allEntities, CustomerModel } from '../../electron/domain/model.ts';
import { formatTablePath } from '../../electron/domain/table-path.ts';
import { sampleStatements } from '../../electron/sample/generate.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';

let home = '';
let warehouse: OpenWarehouse;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sample-'));
  warehouse = await sample.open({ settings: { size: 'small' }, secrets: {}, home });
});

afterAll(async () => {
  await warehouse.close();
  await rm(home, { recursive: true, force: true });
});

async function rows(sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await warehouse.query({ text: sql, values: {}, columns: [] })).rows;
}

/** Per table: its rows, and the sum of an md5 of every row, whatever the order. */
const DIGESTS: Readonly<Record<string, readonly [number, string]>> = {
  campaigns: [24, '63064032966'],
  coupons: [120, '260685303313'],
  crm_contacts: [2508, '5316604930702'],
  households: [2500, '5453960920194'],
  products: [480, '982328854334'],
  propensity_scores: [20000, '42576245778017'],
  redemptions: [2922, '6300706688189'],
  transactions: [302642, '649831913863360'],
  web_profiles: [1471, '3103188679303'],
};

describe('the sample lakehouse', () => {
  it.each(Object.entries(DIGESTS))('has the same rows in %s on every machine', async (table, expected) => {
    const digest = `SELECT count(*), CAST(sum(CAST('0x' || left(md5(CAST(t AS VARCHAR)), 8) AS BIGINT)) AS VARCHAR)
      FROM main_db.retail.${table} AS t`;
    expect((await rows(digest))[0]).toEqual(expected);
  });

  it('has the same rows in the same order with one thread as with four', async () => {
    const [one, four] = await Promise.all([digestWithThreads('1'), digestWithThreads('4')]);
    expect(one).toEqual(four);
    expect(one).toHaveLength(9);
  });

  it('has the seed’s scores: bread is high for a good quarter, soft drinks moderate for a third, both for a few hundred', async () => {
    const [shares] = await rows(`
      WITH scores AS (
        SELECT household_key,
          max(score) FILTER (WHERE category = 'bread') >= 0.66 AS high_bread,
          max(score) FILTER (WHERE category = 'soft drinks') >= 0.33
            AND max(score) FILTER (WHERE category = 'soft drinks') < 0.66 AS moderate_drinks
        FROM main_db.retail.propensity_scores GROUP BY household_key)
      SELECT avg(CAST(high_bread AS INT)), avg(CAST(moderate_drinks AS INT)),
        count(*) FILTER (WHERE high_bread AND moderate_drinks),
        count(*) FILTER (WHERE high_bread AND moderate_drinks AND email_consent AND email IS NOT NULL)
      FROM scores JOIN main_db.retail.households USING (household_key)`);
    const [bread, drinks, both, emailable] = (shares ?? []).map(Number);
    expect(bread).toBeGreaterThan(0.25);
    expect(bread).toBeLessThan(0.31);
    expect(drinks).toBeGreaterThan(0.28);
    expect(drinks).toBeLessThan(0.36);
    expect(both).toBeGreaterThan(200);
    expect(emailable! / both!).toBeGreaterThan(0.5);
    expect(emailable! / both!).toBeLessThan(0.7);
  });

  it('buys what the scores say: the share of bread in a household’s items follows its bread score', async () => {
    const [row] = await rows(`
      SELECT corr(bread, score) FROM (
        SELECT household_key, count(*) FILTER (WHERE category = 'bread') / count(*) AS bread
        FROM main_db.retail.transactions GROUP BY household_key)
      JOIN main_db.retail.propensity_scores USING (household_key) WHERE category = 'bread'`);
    expect(Number(row?.[0])).toBeGreaterThan(0.6);
  });

  it('is clean where it says so and messy in crm_contacts', async () => {
    const [row] = await rows(`
      SELECT
        (SELECT count(*) = count(DISTINCT household_key) FROM main_db.retail.households),
        (SELECT count(*) FROM main_db.retail.transactions ANTI JOIN main_db.retail.households USING (household_key)),
        (SELECT count(*) FROM main_db.retail.crm_contacts WHERE household_key IS NULL),
        (SELECT count(household_key) - count(DISTINCT household_key) FROM main_db.retail.crm_contacts),
        (SELECT count(*) FROM main_db.retail.crm_contacts c WHERE household_key IS NOT NULL
          AND NOT EXISTS (FROM main_db.retail.households h WHERE h.household_key = c.household_key))`);
    const [unique, orphans, missing, duplicate, unknown] = row ?? [];
    expect([unique, orphans]).toEqual([true, 0]);
    expect(Number(missing)).toBeGreaterThan(50);
    expect(Number(duplicate)).toBeGreaterThan(100);
    expect(Number(unknown)).toBeGreaterThan(30);
  });

  it('holds no address and no number that could be a person’s', async () => {
    const [row] = await rows(`
      SELECT
        count(*) FILTER (WHERE NOT regexp_matches(lower(trim(email)), '^[a-z.0-9]+@example\\.(com|org|net)$')),
        count(*) FILTER (WHERE NOT regexp_matches(regexp_replace(phone, '[^0-9]', '', 'g'), '^(447700900\\d{3}|1?\\d{3}55501\\d{2})$'))
      FROM main_db.retail.households`);
    expect(row).toEqual([0, 0]);
  });

  it('ends at its pinned instant', async () => {
    const [row] = await rows(`SELECT min(purchased_at), max(purchased_at) FROM main_db.retail.transactions`);
    expect(String(row?.[0]) > '2024-11-01').toBe(true);
    expect(String(row?.[1]) < sample.pinnedAsOf!).toBe(true);
    expect(String(row?.[1]) > '2026-10-31').toBe(true);
  });

  it('is made once: a second opening finds it, and nothing half-made stays', async () => {
    const second = await sample.open({ settings: { size: 'small' }, secrets: {}, home });
    await second.close();
    expect(await readdir(join(home, 'sample'))).toEqual(['retail-small-v1.duckdb']);
  });

  it('is made by two processes at the same time without harm', async () => {
    const shared = await mkdtemp(join(tmpdir(), 'sample-'));
    const open = () => sample.open({ settings: { size: 'small' }, secrets: {}, home: shared });
    const both = await Promise.all([open(), open()]);
    for (const each of both) await each.close();
    expect(await readdir(join(shared, 'sample'))).toEqual(['retail-small-v1.duckdb']);
    await rm(shared, { recursive: true, force: true });
  });

  it('leaves nothing behind when its making is cancelled', async () => {
    const cancelledHome = await mkdtemp(join(tmpdir(), 'sample-'));
    const controller = new AbortController();
    const opening = sample.open({
      settings: { size: 'medium' },
      secrets: {},
      home: cancelledHome,
      signal: controller.signal,
      onProgress: ({ text }) => {
        if (text === 'Writing transactions') setTimeout(() => controller.abort(), 50);
      },
    });
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(join(cancelledHome, 'sample'))).toEqual([]);
    await rm(cancelledHome, { recursive: true, force: true });
  });
});

describe('the sample’s model', () => {
  it('is a valid model', () => {
    expect(CustomerModel.parse(sampleModel())).toEqual(sampleModel());
  });

  it('lists the attributes of each table as discovery reports them', async () => {
    const tables = new Map<string, TableMetadata>();
    for await (const table of warehouse.discover()) tables.set(formatTablePath(table.path), table);
    expect(tables.size).toBe(10);
    for (const entity of allEntities(sampleModel())) {
      const found = tables.get(formatTablePath(entity.table));
      expect(entity.attributes.map(({ column, type }) => ({ name: column, type }))).toEqual(
        found?.columns.map(({ name, type }) => ({ name, type })),
      );
    }
  });

  it('describes every table and counts its rows without a query', async () => {
    for await (const table of warehouse.discover()) {
      expect(table.comment, table.path.table).toBeTruthy();
      expect(table.path).toMatchObject({ catalog: 'main', schema: 'retail' });
      if (table.kind === 'view') continue;
      expect(table.rowCount?.rows).toBe((await warehouse.countRows(table.path)).rows);
    }
  });
});

/** The digest of every table, its order included, when made by this many threads. */
async function digestWithThreads(threads: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  for (const { sql } of sampleStatements('small')) await connection.run(sql);
  const tables = await connection.runAndReadAll(
    `SELECT table_name FROM duckdb_tables() WHERE schema_name = 'retail' ORDER BY 1`,
  );
  const digests: string[] = [];
  for (const [table] of tables.getRows()) {
    const digest = `SELECT md5(string_agg(md5(CAST(t AS VARCHAR)), '' ORDER BY rowid)) FROM retail.${String(table)} AS t`;
    const reader = await connection.runAndReadAll(digest);
    digests.push(`${String(table)} ${String(reader.getRows()[0]?.[0])}`);
  }
  connection.closeSync();
  instance.closeSync();
  return digests;
}
