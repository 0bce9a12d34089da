WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key",
    arg_max("email", "email") AS "o0"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"propensity_scores" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("category" = $p1 AND "score" >= $p2) AS "c0",
    bool_or("category" = $p3 AND "score" >= $p4 AND "score" < $p2) AS "c1",
    max("score") FILTER (WHERE "category" = $p1) AS "o3"
  FROM "main_db"."retail"."propensity_scores"
  WHERE "household_key" IS NOT NULL
    AND (("category" = $p1 AND "score" >= $p2)
      OR ("category" = $p3 AND "score" >= $p4 AND "score" < $p2)
      OR "category" = $p1)
  GROUP BY "household_key"
),
"web_profiles" AS (
  SELECT
    "household_key" AS "customer_key",
    arg_max(("device")."os", ("device")."os") AS "o1"
  FROM "main_db"."retail"."web_profiles"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"transactions" AS (
  SELECT
    "household_key" AS "customer_key",
    sum("amount") AS "o2"
  FROM "main_db"."retail"."transactions"
  WHERE "household_key" IS NOT NULL AND "purchased_at" >= $p5 AND "purchased_at" <= $p6
  GROUP BY "household_key"
),
"redemptions" AS (
  SELECT
    "household_key" AS "customer_key",
    count(*) AS "o4"
  FROM "main_db"."retail"."redemptions"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id",
  "customer"."o0" AS "email",
  "web_profiles"."o1" AS "device_os",
  "transactions"."o2" AS "spend",
  "propensity_scores"."o3" AS "bread_score",
  coalesce("redemptions"."o4", 0) AS "redemptions"
FROM "customer"
LEFT JOIN "propensity_scores"
  ON "propensity_scores"."customer_key" = "customer"."customer_key"
LEFT JOIN "web_profiles"
  ON "web_profiles"."customer_key" = "customer"."customer_key"
LEFT JOIN "transactions"
  ON "transactions"."customer_key" = "customer"."customer_key"
LEFT JOIN "redemptions"
  ON "redemptions"."customer_key" = "customer"."customer_key"
WHERE "propensity_scores"."c0" AND "propensity_scores"."c1"
-- p1 text "bread"
-- p2 double 0.66
-- p3 text "soft drinks"
-- p4 double 0.33
-- p5 timestamp "2025-11-01T00:00:00.000Z"
-- p6 timestamp "2026-11-01T00:00:00.000Z"
