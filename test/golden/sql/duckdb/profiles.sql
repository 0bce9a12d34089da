SELECT
  customer_id,
  concat(CASE WHEN a0 THEN '1' ELSE '0' END, CASE WHEN a1 THEN '1' ELSE '0' END) AS members,
  CAST(v0 AS VARCHAR) AS v0,
  CAST(v1 AS VARCHAR) AS v1,
  CAST(to_json(v2) AS VARCHAR) AS v2,
  CAST(v3 AS VARCHAR) AS v3,
  sha256(nullif(lower(trim(CAST(i0 AS VARCHAR))), '')) AS i0,
  CAST(i1 AS VARCHAR) AS i1
FROM (
WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("email_consent") AS "c2",
    bool_or("email" IS NOT NULL AND "email" <> $p1) AS "c3",
    arg_max("loyalty_tier", "loyalty_tier") AS "o0",
    max("created_at") AS "o1",
    arg_max("email", "email") AS "o4",
    arg_max("phone", "phone") AS "o5"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"propensity_scores" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("category" = $p2 AND "score" >= $p3) AS "c0",
    bool_or("category" = $p4 AND "score" >= $p5 AND "score" < $p3) AS "c1"
  FROM "main_db"."retail"."propensity_scores"
  WHERE "household_key" IS NOT NULL
    AND (("category" = $p2 AND "score" >= $p3)
      OR ("category" = $p4 AND "score" >= $p5 AND "score" < $p3))
  GROUP BY "household_key"
),
"web_profiles" AS (
  SELECT
    "household_key" AS "customer_key",
    max("interests") AS "o2"
  FROM "main_db"."retail"."web_profiles"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"transactions" AS (
  SELECT
    "household_key" AS "customer_key",
    sum("amount") AS "o3"
  FROM "main_db"."retail"."transactions"
  WHERE "household_key" IS NOT NULL AND "purchased_at" >= $p6 AND "purchased_at" <= $p7
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id",
  coalesce("propensity_scores"."c0", FALSE) AND coalesce("propensity_scores"."c1", FALSE) AS "a0",
  coalesce("customer"."c2", FALSE) AND coalesce("customer"."c3", FALSE) AS "a1",
  "customer"."o0" AS "v0",
  "customer"."o1" AS "v1",
  "web_profiles"."o2" AS "v2",
  "transactions"."o3" AS "v3",
  "customer"."o4" AS "i0",
  "customer"."o5" AS "i1"
FROM "customer"
LEFT JOIN "propensity_scores"
  ON "propensity_scores"."customer_key" = "customer"."customer_key"
LEFT JOIN "web_profiles"
  ON "web_profiles"."customer_key" = "customer"."customer_key"
LEFT JOIN "transactions"
  ON "transactions"."customer_key" = "customer"."customer_key"
) AS profiles
-- p1 text ""
-- p2 text "bread"
-- p3 double 0.66
-- p4 text "soft drinks"
-- p5 double 0.33
-- p6 timestamp "2025-11-01T00:00:00.000Z"
-- p7 timestamp "2026-11-01T00:00:00.000Z"
