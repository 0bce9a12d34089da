// Two compiled audiences of eight conditions on Spark and Delta: one as a marketer's waterfall has it, one of shoppers with half of its
// conditions on purchases. Each against the best that was written by hand for this very audience, and beside it the naive form: one EXISTS
// a condition. Goals: at most 1.10 of the best; the naive form at least 1.5.
import { composeRules } from '../../electron/domain/composition.ts';
import { type CompiledQuery, compileCount, compileMembers, planAudience } from '../../electron/sql/index.ts';
import { databricks } from '../../electron/warehouses/databricks.ts';
import type { Rule } from '../../electron/domain/rule.ts';
import { EIGHT_CONDITIONS, SHOPPERS } from './support/eight-conditions.ts';
import { benchSize, mean, report, timeOf } from './support/measure.ts';
import { sparkModel } from '../support/lakehouse/spark-model.ts';
import { openSpark } from './support/spark-bench.ts';

const GOAL = 1.1;
const NAIVE_GOAL = 1.5;
const RUNS = 9;
const FORMS = ['ours', 'best', 'naive'] as const;
const AS_OF = '2026-11-01T00:00:00.000Z';

const FROM_YEAR = `TIMESTAMP '2025-11-01 00:00:00'`;
const FROM_QUARTER = `TIMESTAMP '2026-08-03 00:00:00'`;
const TO = `TIMESTAMP '2026-11-01 00:00:00'`;
const RETAIL = 'spark_catalog.retail';

/**
 * The hand-written best: one scan a table, every condition as early as it can be, no flags. Semi-joins tell Spark that what is left of the
 * households is small, and purchases are read last, so that only those of the households left are grouped.
 */
const best = (tiers: string, more: string, together: string): string => `
WITH scores AS (
  SELECT household_key FROM ${RETAIL}.propensity_scores
  WHERE household_key IS NOT NULL AND category IN ('bread', 'soft drinks') AND score >= 0.33D
  GROUP BY household_key HAVING bool_or(category = 'bread') AND bool_or(category = 'soft drinks')
), others AS (
  SELECT household_key FROM ${RETAIL}.households
  LEFT SEMI JOIN scores USING (household_key)
  LEFT SEMI JOIN ${RETAIL}.redemptions USING (household_key)
  ${more}
  WHERE household_key IS NOT NULL AND email_consent${tiers}
)
SELECT CAST(household_key AS STRING) AS customer_id
FROM ${RETAIL}.transactions LEFT SEMI JOIN others USING (household_key)
WHERE household_key IS NOT NULL AND purchased_at >= ${FROM_YEAR} AND purchased_at <= ${TO}
GROUP BY household_key
HAVING sum(amount) > 100 AND bool_or(category = 'bread' AND purchased_at >= ${FROM_QUARTER})${together}`;

const BEST_MIXED = best(
  ` AND loyalty_tier IN ('Gold', 'Platinum', 'Silver')`,
  `LEFT SEMI JOIN (
    SELECT household_key FROM ${RETAIL}.web_profiles WHERE array_size(interests) > 0
  ) USING (household_key)`,
  '',
);
const BEST_SHOPPERS = best('', '', ` AND bool_or(category = 'soft drinks') AND max(amount) >= 10`);

/** What a rule builder writes that thinks one condition at a time. */
const SCORED = (category: string): string => `EXISTS (SELECT 1 FROM ${RETAIL}.propensity_scores s
    WHERE s.household_key = h.household_key AND s.category = '${category}' AND s.score >= 0.33D)`;
const BOUGHT = (rows: string, having: string): string => `EXISTS (SELECT 1 FROM ${RETAIL}.transactions t
    WHERE t.household_key = h.household_key AND t.purchased_at <= ${TO} AND ${rows}
    GROUP BY t.household_key HAVING ${having})`;
const IN_YEAR = `t.purchased_at >= ${FROM_YEAR}`;
const SHARED_NAIVE = `${SCORED('bread')}
  AND ${SCORED('soft drinks')}
  AND ${BOUGHT(IN_YEAR, 'sum(t.amount) > 100')}
  AND ${BOUGHT(`t.purchased_at >= ${FROM_QUARTER} AND t.category = 'bread'`, 'count(*) >= 1')}
  AND EXISTS (SELECT 1 FROM ${RETAIL}.redemptions r WHERE r.household_key = h.household_key)`;

const NAIVE_MIXED = `
SELECT DISTINCT CAST(h.household_key AS STRING) AS customer_id
FROM ${RETAIL}.households h
WHERE h.email_consent AND h.loyalty_tier IN ('Gold', 'Platinum', 'Silver')
  AND ${SHARED_NAIVE}
  AND EXISTS (SELECT 1 FROM ${RETAIL}.web_profiles w
    WHERE w.household_key = h.household_key AND size(w.interests) > 0)`;

const NAIVE_SHOPPERS = `
SELECT DISTINCT CAST(h.household_key AS STRING) AS customer_id
FROM ${RETAIL}.households h
WHERE h.email_consent
  AND ${SHARED_NAIVE}
  AND ${BOUGHT(`${IN_YEAR} AND t.category = 'soft drinks'`, 'count(*) >= 1')}
  AND ${BOUGHT(IN_YEAR, 'max(t.amount) >= 10')}`;

const model = sparkModel();
const compile = (rule: Rule): CompiledQuery => {
  const composition = composeRules([rule], { model, audiences: [] });
  return compileMembers(planAudience({ model, composition, asOf: AS_OF }), databricks.dialect);
};
const AUDIENCES = {
  mixed: { ours: compile(EIGHT_CONDITIONS), best: BEST_MIXED, naive: NAIVE_MIXED },
  shoppers: { ours: compile(SHOPPERS), best: BEST_SHOPPERS, naive: NAIVE_SHOPPERS },
};

/** The ids stay in the warehouse, so that no side pays for carrying rows. */
const counted = (text: string): CompiledQuery => compileCount({ text, values: {}, columns: [] });

const { lakehouse, warehouse } = await openSpark();
try {
  for (const [audience, forms] of Object.entries(AUDIENCES)) {
    const { ours } = forms;
    const queries = {
      ours: compileCount(ours),
      best: counted(forms.best),
      naive: counted(forms.naive),
    };
    const counts = [];
    for (const query of Object.values(queries))
      counts.push(Number((await warehouse.query(query)).rows[0]?.[0]));
    if (new Set(counts).size !== 1 || counts[0] === 0)
      throw new Error(`The forms disagree: ${counts.join(', ')}.`);
    const times: Record<keyof typeof queries, number[]> = { ours: [], best: [], naive: [] };
    for (let run = 0; run < RUNS; run += 1) {
      // Each form follows each other one: a heavy query leaves garbage to the one behind it.
      for (const form of run % 2 === 0 ? FORMS : FORMS.toReversed()) {
        times[form].push(await timeOf(() => warehouse.query(queries[form])));
      }
    }
    // Means, not medians: the server tells of an end in steps of half a second, which only evens out over the runs.
    const toBest = (form: 'ours' | 'naive') => mean(times[form]) / mean(times.best);
    report({
      bench: `audience-spark, ${audience}`,
      ratio: toBest('ours'),
      goal: GOAL,
      ours: mean(times.ours),
      theirs: mean(times.best),
      unit: 'ms',
      size: benchSize(),
      naiveRatio: toBest('naive'),
      naiveGoal: NAIVE_GOAL,
      members: counts[0] ?? 0,
    });
  }
} finally {
  await warehouse.close();
  await lakehouse.stop();
}
