import { describe, expect, it } from 'vitest';
import { composeRules } from '../../electron/domain/composition.ts';
import { checkRule } from '../../electron/domain/check-rule.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { compileHistogram, compileMembers, planAudience } from '../../electron/sql/index.ts';
import { databricksDialect } from '../../electron/warehouses/databricks-dialect.ts';
import { duckdbDialect } from '../../electron/warehouses/duckdb-dialect.ts';
import { GOLDEN_RULES } from './golden-rules.ts';
import { showQuery } from './show-query.ts';

const asOf = '2026-11-01T00:00:00.000Z';
const definitions = { model: sampleModel(), audiences: [] };

describe.each([duckdbDialect, databricksDialect])('the SQL of $name', (dialect) => {
  const folder = `sql/${dialect.name.toLowerCase()}`;

  it.each(GOLDEN_RULES)('of $name stays as it is', async ({ name, rule, outputs }) => {
    expect(checkRule(rule, definitions).filter((problem) => problem.severity === 'error')).toEqual([]);
    const composition = composeRules([rule], definitions);
    const plan = planAudience({ ...definitions, composition, outputs: outputs ?? [], asOf });
    await expect(showQuery(compileMembers(plan, dialect))).toMatchFileSnapshot(`${folder}/${name}.sql`);
  });

  it('counts every condition of all rules in one statement', async () => {
    const composition = composeRules(
      GOLDEN_RULES.map((each) => each.rule),
      definitions,
    );
    const text = showQuery(compileHistogram(planAudience({ ...definitions, composition, asOf }), dialect));
    await expect(text).toMatchFileSnapshot(`${folder}/histogram.sql`);
    const scans = text.match(/FROM\s+\S+\.\S+\.\S+/g) ?? [];
    expect(new Set(scans).size).toBe(scans.length);
  });

  it('masks personal columns in a preview', async () => {
    const columns = GOLDEN_RULES.find((each) => each.name === 'columns');
    const composition = composeRules([columns?.rule ?? { kind: 'all', rules: [] }], definitions);
    const plan = planAudience({ ...definitions, composition, outputs: columns?.outputs ?? [], asOf });
    const query = compileMembers(plan, dialect, { limit: 100, maskPii: true });
    await expect(showQuery(query)).toMatchFileSnapshot(`${folder}/preview.sql`);
  });
});
