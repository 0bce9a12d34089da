WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"transactions" AS (
  SELECT
    "household_key" AS "customer_key",
    count(DISTINCT "basket_id") >= $p1 AS "c0"
  FROM "main_db"."retail"."transactions"
  WHERE "household_key" IS NOT NULL
    AND "category" IN ($p2, $p3) AND "purchased_at" >= $p4 AND "purchased_at" <= $p5
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
LEFT JOIN "transactions"
  ON "transactions"."customer_key" = "customer"."customer_key"
WHERE "transactions"."c0"
-- p1 bigint "4"
-- p2 text "bread"
-- p3 text "soft drinks"
-- p4 timestamp "2026-08-03T00:00:00.000Z"
-- p5 timestamp "2026-11-01T00:00:00.000Z"
