// The compiled audience of eight conditions on Spark and Delta, against the best that was written by hand for this very audience, and
// beside it the naive form: one EXISTS or scalar subquery for each condition. Goals: at most 1.10 of the best; the naive form at least 1.5.
import { composeRules } from '../../electron/domain/composition.ts';
import { compileMembers, planAudience } from '../../electron/sql/index.ts';
import { databricks } from '../../electron/warehouses/databricks.ts';
import { EIGHT_CONDITIONS } from './support/eight-conditions.ts';
import { benchSize, median, report, timeOf } from './support/measure.ts';
import { sparkModel } from '../support/lakehouse/spark-model.ts';
import { openSpark } from './support/spark-bench.ts';

const GOAL = 1.1;
const NAIVE_GOAL = 1.5;
const RUNS = 7;
const AS_OF = '2026-11-01T00:00:00.000Z';

const FROM_YEAR = `TIMESTAMP '2025-11-01 00:00:00'`;
const FROM_QUARTER = `TIMESTAMP '2026-08-03 00:00:00'`;
const TO = `TIMESTAMP '2026-11-01 00:00:00'`;
const RETAIL = 'spark_catalog.retail';

/** One scan a table, everything pushed down, every condition that must hold as early as it can be: no flags, inner joins. */
const BEST = `
WITH scores AS (
  SELECT household_key FROM ${RETAIL}.propensity_scores
  WHERE household_key IS NOT NULL AND category IN ('bread', 'soft drinks') AND score >= 0.33D
  GROUP BY household_key HAVING bool_or(category = 'bread') AND bool_or(category = 'soft drinks')
), purchases AS (
  SELECT household_key FROM ${RETAIL}.transactions
  WHERE household_key IS NOT NULL AND purchased_at >= ${FROM_YEAR} AND purchased_at <= ${TO}
  GROUP BY household_key
  HAVING sum(amount) > 100 AND bool_or(category = 'bread' AND purchased_at >= ${FROM_QUARTER})
), redeemers AS (
  SELECT household_key FROM ${RETAIL}.redemptions WHERE household_key IS NOT NULL GROUP BY household_key
), interested AS (
  SELECT household_key FROM ${RETAIL}.web_profiles WHERE household_key IS NOT NULL
  GROUP BY household_key HAVING NOT bool_or(interests IS NULL OR array_size(interests) = 0)
)
SELECT CAST(h.household_key AS STRING) AS customer_id
FROM (
  SELECT household_key FROM ${RETAIL}.households WHERE household_key IS NOT NULL
  GROUP BY household_key
  HAVING bool_or(email_consent) AND bool_or(loyalty_tier IN ('Gold', 'Platinum', 'Silver'))
) h
JOIN scores USING (household_key)
JOIN purchases USING (household_key)
JOIN redeemers USING (household_key)
JOIN interested USING (household_key)`;

/** What a rule builder writes that thinks one condition at a time. */
const NAIVE = `
SELECT DISTINCT CAST(h.household_key AS STRING) AS customer_id
FROM ${RETAIL}.households h
WHERE h.email_consent AND h.loyalty_tier IN ('Gold', 'Platinum', 'Silver')
  AND EXISTS (SELECT 1 FROM ${RETAIL}.propensity_scores s
    WHERE s.household_key = h.household_key AND s.category = 'bread' AND s.score >= 0.33D)
  AND EXISTS (SELECT 1 FROM ${RETAIL}.propensity_scores s
    WHERE s.household_key = h.household_key AND s.category = 'soft drinks' AND s.score >= 0.33D)
  AND h.household_key IN (SELECT t.household_key FROM ${RETAIL}.transactions t
    WHERE t.purchased_at >= ${FROM_YEAR} AND t.purchased_at <= ${TO}
    GROUP BY t.household_key HAVING sum(t.amount) > 100)
  AND h.household_key IN (SELECT t.household_key FROM ${RETAIL}.transactions t
    WHERE t.category = 'bread' AND t.purchased_at >= ${FROM_QUARTER} AND t.purchased_at <= ${TO}
    GROUP BY t.household_key HAVING count(*) >= 1)
  AND EXISTS (SELECT 1 FROM ${RETAIL}.redemptions r WHERE r.household_key = h.household_key)
  AND EXISTS (SELECT 1 FROM ${RETAIL}.web_profiles w
    WHERE w.household_key = h.household_key AND size(w.interests) > 0)`;

const model = sparkModel();
const composition = composeRules([EIGHT_CONDITIONS], { model, audiences: [] });
const compiled = compileMembers(planAudience({ model, composition, asOf: AS_OF }), databricks.dialect);
const { lakehouse, warehouse } = await openSpark();
try {
  // The ids stay in the warehouse, so that no side pays for carrying rows.
  const counted = (text: string) => `SELECT count(*) AS members FROM (\n${text}\n) AS audience`;
  const queries = {
    ours: { ...compiled, text: counted(compiled.text), columns: [] },
    best: { text: counted(BEST), values: {}, columns: [] },
    naive: { text: counted(NAIVE), values: {}, columns: [] },
  };
  const counts = [];
  for (const query of Object.values(queries))
    counts.push(Number((await warehouse.query(query)).rows[0]?.[0]));
  if (new Set(counts).size !== 1 || counts[0] === 0)
    throw new Error(`The forms disagree: ${counts.join(', ')}.`);
  const times: Record<keyof typeof queries, number[]> = { ours: [], best: [], naive: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const form of ['ours', 'best', 'naive'] as const) {
      times[form].push(await timeOf(() => warehouse.query(queries[form])));
    }
  }
  const toBest = (form: 'ours' | 'naive') =>
    median(times[form].map((each, run) => each / (times.best[run] ?? Number.NaN)));
  report({
    bench: 'audience-spark',
    ratio: toBest('ours'),
    goal: GOAL,
    ours: median(times.ours),
    theirs: median(times.best),
    unit: 'ms',
    size: benchSize(),
    naiveRatio: toBest('naive'),
    naiveGoal: NAIVE_GOAL,
    members: counts[0] ?? 0,
  });
} finally {
  await warehouse.close();
  await lakehouse.stop();
}
