import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Audience } from '../../electron/domain/audience.ts';
import { composeRules } from '../../electron/domain/composition.ts';
import { countMatching } from '../../electron/domain/histogram.ts';
import type { CustomerModel } from '../../electron/domain/model.ts';
import type { ProfilePart } from '../../electron/domain/profile-api.ts';
import type { Rule } from '../../electron/domain/rule.ts';
import { readWorkspaceFile, requireWorkspace } from '../../electron/domain/workspace-file.ts';
import { documentWriter } from '../../electron/profile-api/write-document.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import {
  type CompiledQuery,
  type Dialect,
  compileHistogram,
  compileMembers,
  planAudience,
  readHistogram,
} from '../../electron/sql/index.ts';
import { compileFacts } from '../../electron/sql/compile-facts.ts';
import { compileProfiles } from '../../electron/sql/compile-profiles.ts';
import { databricksDialect } from '../../electron/warehouses/databricks-dialect.ts';
import { duckdbDialect } from '../../electron/warehouses/duckdb-dialect.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';
import { GOLDEN_RULES } from '../golden/golden-rules.ts';
import { worldAndRules } from '../support/oracle/arbitraries.ts';
import { customerIds, members } from '../support/oracle/evaluate.ts';
import { sparkModel } from '../support/lakehouse/spark-model.ts';
import { openDatabricks } from './support/open-databricks.ts';
import { moveWorld, writeSparkWorld } from './support/spark-world.ts';

const asOf = '2026-11-01T00:00:00.000Z';
const SCHEMA = 'oracle';
/** Worlds drawn; each has two to four rules. The evaluator that they are held to is itself held to DuckDB by the oracle test. */
const WORLDS = 36;
const SEED = 20_261_124;

let folder = '';
const spark = openDatabricks(inject('lakehouse'));
let duckdb: OpenWarehouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'same-'));
  duckdb = await sample.open({ settings: {}, secrets: {}, home: folder });
});

afterAll(async () => {
  await duckdb.close();
  await spark.close();
  await rm(folder, { recursive: true, force: true });
});

function compileRule(
  rule: Rule,
  model: CustomerModel,
  audiences: readonly Audience[],
  dialect: Dialect,
): CompiledQuery {
  const composition = composeRules([rule], { model, audiences: [...audiences] });
  return compileMembers(planAudience({ model, composition, asOf }), dialect);
}

async function idsOf(warehouse: OpenWarehouse, query: CompiledQuery): Promise<string[]> {
  const { rows } = await warehouse.query(query);
  return rows.map(([id]) => (typeof id === 'object' ? '' : String(id))).sort();
}

/** The tables that a statement reads, once for each scan of its physical plan. */
async function scansOf(query: CompiledQuery): Promise<string[]> {
  const { rows } = await spark.query({ ...query, text: `EXPLAIN FORMATTED ${query.text}`, columns: [] });
  const plan = rows.flatMap(([line]) => (typeof line === 'string' ? [line] : [])).join('\n');
  // Each scan is one numbered entry of the details below the tree; a reused exchange has none of its own.
  return [...plan.matchAll(/^\(\d+\) Scan \S+ (\S+)/gm)].map(([, table]) => table ?? '').sort();
}

const seed = requireWorkspace(
  readWorkspaceFile(readFileSync(join(import.meta.dirname, '../../examples/retail.workspace.yaml'), 'utf8')),
);
const seedAudiences = seed.models.flatMap((model) => model.audiences);

/** Of each customer the id, the document that is told and the identifier, as one line; sorted. */
async function documentsOf(
  warehouse: OpenWarehouse,
  model: CustomerModel,
  dialect: Dialect,
): Promise<string[]> {
  const part: ProfilePart = {
    id: 'basics',
    name: 'Basics',
    columns: [
      ...['loyalty_tier', 'birth_year', 'email_consent', 'created_at'].map((column) => ({
        kind: 'attribute' as const,
        entity: 'customer',
        column,
      })),
      { kind: 'attribute', entity: 'web-profiles', column: 'interests' },
      { kind: 'trait', trait: 'total-spend-12-months' },
    ],
    audiences: seedAudiences.map(({ id }) => id),
  };
  const { query, told } = compileProfiles(
    {
      part,
      identifiers: [{ name: 'email_sha256', entity: 'customer', column: 'email', form: 'sha256' }],
      definitions: { model, audiences: seedAudiences },
      asOf,
    },
    dialect,
  );
  const write = documentWriter(told, part.audiences);
  const lines: string[] = [];
  for await (const { rows, columns } of warehouse.stream(query)) {
    for (let at = 0; at < rows; at += 1) {
      const [id = '', flags = '', ...values] = columns.map((column) => column[at] ?? null);
      const document = write(values.slice(0, told.length), flags ?? '');
      lines.push(JSON.stringify([id, JSON.parse(document), ...values.slice(told.length)]));
    }
  }
  return lines.sort();
}

describe('an audience', () => {
  it.each(seedAudiences.map((audience) => [audience.name, audience] as const))(
    'of the seed, %s, has the same customers on DuckDB and on Spark',
    async (_name, { rule }) => {
      const expected = await idsOf(duckdb, compileRule(rule, sampleModel(), seedAudiences, duckdbDialect));
      expect(expected.length).toBeGreaterThan(0);
      expect(await idsOf(spark, compileRule(rule, sparkModel(), seedAudiences, databricksDialect))).toEqual(
        expected,
      );
    },
  );

  it.each(GOLDEN_RULES.map(({ name, rule }) => [name, rule] as const))(
    'of the golden rules, %s, has the same customers, and reads each table once',
    async (name, rule) => {
      const expected = await idsOf(duckdb, compileRule(rule, sampleModel(), [], duckdbDialect));
      const query = compileRule(rule, sparkModel(), [], databricksDialect);
      expect(await idsOf(spark, query)).toEqual(expected);
      const scans = await scansOf(query);
      const tables = new Set(query.text.match(/`?spark_catalog`?\.`?\w+`?\.`?\w+`?/g));
      // Spark sees by itself that nobody is in the empty audience, and reads nothing.
      expect(scans).toHaveLength(name === 'nobody' ? 0 : tables.size);
      expect(new Set(scans).size).toBe(scans.length);
    },
  );

  it(
    'of random rules has the customers that the naive evaluator finds, by itself and from one histogram',
    async () => {
      await spark.query({
        text: `CREATE SCHEMA IF NOT EXISTS spark_catalog.${SCHEMA}`,
        values: {},
        columns: [],
      });
      let rulesSeen = 0;
      let decided = 0;
      await fc.assert(
        fc.asyncProperty(worldAndRules, async ({ world: drawn, rules }) => {
          const world = moveWorld(drawn, SCHEMA);
          await writeSparkWorld(world, spark);
          const composition = composeRules(rules, { model: world.model, audiences: [...world.audiences] });
          const plan = planAudience({ model: world.model, composition, asOf: world.asOf });
          const counted = await spark.query(compileHistogram(plan, databricksDialect));
          const histogram = readHistogram(counted.rows, plan);
          expect(histogram.total).toBe(customerIds(world).size);
          const check = async (rule: Rule, at: number): Promise<void> => {
            const root = composition.roots[at];
            if (root === undefined) throw new Error('each rule has a root');
            const query = compileMembers({ ...plan, root }, databricksDialect);
            const expected = [...members(rule, world)].sort();
            expect(await idsOf(spark, query), query.text).toEqual(expected);
            expect(countMatching(root, histogram)).toBe(expected.length);
            rulesSeen += 1;
            if (expected.length > 0 && expected.length < histogram.total) decided += 1;
          };
          await Promise.all(rules.map(check));
        }),
        { numRuns: WORLDS, seed: SEED },
      );
      expect(rulesSeen).toBeGreaterThanOrEqual(100);
      expect(decided / rulesSeen).toBeGreaterThan(0.2);
    },
    15 * 60_000,
  );
});

describe('profiles', () => {
  it('say the same of every customer on DuckDB and on Spark, in JSON', async () => {
    const expected = await documentsOf(duckdb, sampleModel(), duckdbDialect);
    expect(expected).toHaveLength(2_500);
    expect(await documentsOf(spark, sparkModel(), databricksDialect)).toEqual(expected);
  });

  it('of one customer are found by the id alone', async () => {
    const composition = composeRules(
      seedAudiences.map(({ id }) => ({ kind: 'audience', audience: id })),
      { model: sampleModel(), audiences: seedAudiences },
    );
    const everybody: Rule = { kind: 'all', rules: [] };
    const [customer = ''] = await idsOf(duckdb, compileRule(everybody, sampleModel(), [], duckdbDialect));
    const rowOf = async (warehouse: OpenWarehouse, model: CustomerModel, dialect: Dialect) => {
      const outputs = [{ kind: 'attribute' as const, entity: 'customer', column: 'email', as: 'v0' }];
      const plan = planAudience({ model, composition, outputs, asOf });
      const query = compileFacts(plan, composition.roots, dialect, { customer, maskPii: true });
      return (await warehouse.query(query)).rows;
    };
    const rows = await rowOf(duckdb, sampleModel(), duckdbDialect);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.[0]).toBe(customer);
    expect(await rowOf(spark, sparkModel(), databricksDialect)).toEqual(rows);
  });
});

describe('an exported table', () => {
  const columns: Readonly<Record<string, string>> = {
    households: 'household_key',
    web_profiles: 'household_key',
    propensity_scores: 'household_key, category',
    redemptions: 'household_key, coupon_id, redeemed_at',
  };

  it.each(
    Object.entries(columns).flatMap(([table, order]) =>
      (['csv', 'jsonl'] as const).map((format) => [table, format, order] as const),
    ),
  )('%s has the same bytes in %s from DuckDB and from Spark', async (table, format, order) => {
    const names = [];
    for (const [engine, catalog] of [
      ['duckdb', 'main_db'],
      ['spark', 'spark_catalog'],
    ] as const) {
      const path = join(folder, `${engine}-${table}.${format}`);
      const text = `SELECT * FROM ${catalog}.retail.${table} ORDER BY ${order}`;
      const warehouse = engine === 'spark' ? spark : duckdb;
      expect(
        (await warehouse.exportFile({ text, values: {}, columns: [] }, path, format)).rows,
      ).toBeGreaterThan(0);
      names.push(path);
    }
    const [ours = '', theirs = ''] = await Promise.all(names.map((name) => readFile(name, 'utf8')));
    expect(theirs.split('\n').slice(0, 5)).toEqual(ours.split('\n').slice(0, 5));
    expect(theirs === ours).toBe(true);
  });
});
