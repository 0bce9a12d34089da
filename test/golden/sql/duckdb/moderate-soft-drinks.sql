WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"propensity_scores" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or(TRUE) AS "c0"
  FROM "main_db"."retail"."propensity_scores"
  WHERE "household_key" IS NOT NULL AND "category" = $p1 AND "score" >= $p2 AND "score" < $p3
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
LEFT JOIN "propensity_scores"
  ON "propensity_scores"."customer_key" = "customer"."customer_key"
WHERE "propensity_scores"."c0"
-- p1 text "soft drinks"
-- p2 double 0.33
-- p3 double 0.66
