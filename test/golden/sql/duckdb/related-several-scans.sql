WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("email_consent") AS "c0",
    bool_or("loyalty_tier" = $p1) AS "c7"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"propensity_scores" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("category" = $p2 AND "score" >= $p3) AS "c1",
    bool_or("category" = $p4 AND "score" >= $p5 AND "score" < $p3) AS "c2"
  FROM "main_db"."retail"."propensity_scores"
  WHERE "household_key" IS NOT NULL
    AND (("category" = $p2 AND "score" >= $p3)
      OR ("category" = $p4 AND "score" >= $p5 AND "score" < $p3))
  GROUP BY "household_key"
),
"web_profiles" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("interests" IS NULL OR len("interests") = 0) AS "c3"
  FROM "main_db"."retail"."web_profiles"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"transactions" AS (
  SELECT
    "household_key" AS "customer_key",
    count(*) FILTER (WHERE "purchased_at" >= $p6 AND "purchased_at" <= $p7) >= $p8 AS "c4",
    max("amount") < $p9 AS "c5"
  FROM "main_db"."retail"."transactions"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"redemptions" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or(TRUE) AS "c6"
  FROM "main_db"."retail"."redemptions"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
LEFT JOIN "propensity_scores"
  ON "propensity_scores"."customer_key" = "customer"."customer_key"
LEFT JOIN "web_profiles"
  ON "web_profiles"."customer_key" = "customer"."customer_key"
LEFT JOIN "transactions"
  ON "transactions"."customer_key" = "customer"."customer_key"
LEFT JOIN "redemptions"
  ON "redemptions"."customer_key" = "customer"."customer_key"
WHERE "customer"."c0"
  AND "propensity_scores"."c1"
  AND "propensity_scores"."c2"
  AND NOT coalesce("web_profiles"."c3", TRUE)
  AND "transactions"."c4"
  AND NOT coalesce("transactions"."c5", FALSE)
  AND ("redemptions"."c6" OR "customer"."c7")
-- p1 text "Gold"
-- p2 text "bread"
-- p3 double 0.66
-- p4 text "soft drinks"
-- p5 double 0.33
-- p6 timestamp "2026-08-03T00:00:00.000Z"
-- p7 timestamp "2026-11-01T00:00:00.000Z"
-- p8 bigint "4"
-- p9 bigint "5"
