WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("email_consent") AS "c2",
    bool_or("email" IS NOT NULL AND "email" <> $p1) AS "c3"
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
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
LEFT JOIN "propensity_scores"
  ON "propensity_scores"."customer_key" = "customer"."customer_key"
WHERE "propensity_scores"."c0" AND "propensity_scores"."c1"
  AND NOT (coalesce("customer"."c2", FALSE) AND coalesce("customer"."c3", FALSE))
-- p1 text ""
-- p2 text "bread"
-- p3 double 0.66
-- p4 text "soft drinks"
-- p5 double 0.33
