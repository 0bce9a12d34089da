import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeRules } from '../../electron/domain/composition.ts';
import { countMatching } from '../../electron/domain/histogram.ts';
import type { Rule } from '../../electron/domain/rule.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import {
  compileColumnValues,
  compileHistogram,
  compileMembers,
  compileReadiness,
  planAudience,
  readHistogram,
  readReadiness,
} from '../../electron/sql/index.ts';
import { findEntity } from '../../electron/domain/model.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';
import { GOLDEN_RULES } from '../golden/golden-rules.ts';

const asOf = '2026-11-01T00:00:00.000Z';
const model = sampleModel();
const definitions = { model, audiences: [] };
let home = '';
let warehouse: OpenWarehouse;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-test-'));
  warehouse = await sample.open({ settings: {}, secrets: {}, home });
});
afterAll(async () => {
  await warehouse.close();
  await rm(home, { recursive: true, force: true });
});

async function histogramOf(rules: readonly Rule[]) {
  const composition = composeRules(rules, definitions);
  const plan = planAudience({ model, composition, asOf });
  const { rows } = await warehouse.query(compileHistogram(plan, sample.dialect));
  return { composition, histogram: readHistogram(rows, plan) };
}

describe('the golden rules on the sample lakehouse', () => {
  it('count from one histogram what each returns by itself, every customer once', async () => {
    const { composition, histogram } = await histogramOf(GOLDEN_RULES.map((each) => each.rule));
    expect(histogram.total).toBe(2_500);
    for (const [at, { name, rule, outputs }] of GOLDEN_RULES.entries()) {
      const own = composeRules([rule], definitions);
      const plan = planAudience({ model, composition: own, outputs: outputs ?? [], asOf });
      const { rows } = await warehouse.query(compileMembers(plan, sample.dialect));
      const ids = new Set(rows.map((row) => row[0]));
      expect(ids.size, `${name}: distinct ids`).toBe(rows.length);
      const root = composition.roots[at] ?? { kind: 'constant', value: false };
      expect(countMatching(root, histogram), name).toBe(rows.length);
    }
  });

  it('find members in a plausible share of the rules, so that they prove something', async () => {
    const { composition, histogram } = await histogramOf(GOLDEN_RULES.map((each) => each.rule));
    const counts = composition.roots.map((root) => countMatching(root, histogram));
    expect(counts.filter((count) => count > 0 && count < histogram.total).length).toBeGreaterThan(33);
  });

  it('mask personal columns in the warehouse, so that the clear text never leaves it', async () => {
    const composition = composeRules([{ kind: 'all', rules: [] }], definitions);
    const outputs = [
      { kind: 'attribute' as const, entity: 'customer', column: 'email' },
      { kind: 'attribute' as const, entity: 'customer', column: 'loyalty_tier' },
    ];
    const plan = planAudience({ model, composition, outputs, asOf });
    const { rows } = await warehouse.query(
      compileMembers(plan, sample.dialect, { limit: 100, maskPii: true }),
    );
    expect(rows).toHaveLength(100);
    const emails = rows.map((row) => row[1]).filter((each) => each !== null);
    expect(emails.length).toBeGreaterThan(50);
    expect(emails.every((each) => typeof each === 'string' && /^.•••$/u.test(each))).toBe(true);
    expect(rows.some((row) => row[2] === 'Gold')).toBe(true);
  });
});

describe('readiness', () => {
  const ask = async (asked: typeof model) => {
    const checks = [];
    for (const query of compileReadiness(asked, sample.dialect)) {
      const { rows } = await warehouse.query(query.query);
      checks.push(...readReadiness(asked, query, rows[0] ?? []));
    }
    return checks;
  };

  it('finds the sample ready', async () => {
    const checks = await ask(model);
    expect(checks.length).toBeGreaterThanOrEqual(9);
    expect(checks.filter((check) => check.status === 'failed')).toEqual([]);
  });

  it('finds duplicates, missing ids and orphans in the messy contacts, with the counts of a hand-written query', async () => {
    const contacts = { catalog: 'main', schema: 'retail', table: 'crm_contacts' };
    const messy = {
      ...model,
      customer: { ...model.customer, table: contacts },
      entities: [
        {
          ...(model.entities[0] ?? model.customer),
          id: 'contacts',
          label: 'Contacts',
          table: contacts,
          key: 'household_key',
          cardinality: 'one-to-one' as const,
          attributes: model.customer.attributes,
        },
      ],
    };
    const { rows } = await warehouse.query({
      text: `SELECT count(*) - count(household_key) AS missing, count(household_key) - count(DISTINCT household_key) AS repeated,
        (SELECT count(*) FROM main_db.retail.crm_contacts WHERE household_key NOT IN (SELECT household_key FROM main_db.retail.households)) AS orphans
        FROM main_db.retail.crm_contacts`,
      values: {},
      columns: ['missing', 'repeated', 'orphans'].map((name) => ({
        name,
        type: { kind: 'integer', native: 'BIGINT', bits: 64 },
      })),
    });
    const [missing, repeated, orphans] = (rows[0] ?? []).map(Number);
    const asCustomer = await ask(messy);
    expect(asCustomer.find((check) => check.id === 'customer.unique')).toMatchObject({
      status: 'failed',
      count: repeated,
    });
    expect(asCustomer.find((check) => check.id === 'customer.not-null')).toMatchObject({
      status: 'failed',
      count: missing,
    });
    const asEntity = await ask({ ...messy, customer: model.customer });
    expect(asEntity.find((check) => check.id === 'entities[0].unique')).toMatchObject({
      status: 'failed',
      count: repeated,
    });
    expect(asEntity.find((check) => check.id === 'entities[0].orphans')).toMatchObject({
      status: 'warning',
      count: orphans,
    });
    expect(Math.min(missing ?? 0, repeated ?? 0, orphans ?? 0)).toBeGreaterThan(0);
  });
});

describe('suggested values', () => {
  it('are the most frequent values of a column', async () => {
    const scores = findEntity(model, 'propensity-scores');
    if (scores === undefined) throw new Error('the sample has propensity scores');
    const { rows } = await warehouse.query(compileColumnValues(scores, 'category', sample.dialect, 20));
    const values = rows.map((row) => row[0]);
    expect(values).toContain('bread');
    expect(values).toContain('soft drinks');
  });
});
