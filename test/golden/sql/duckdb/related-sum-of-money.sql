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
    sum("amount") > $p1 AS "c0"
  FROM "main_db"."retail"."transactions"
  WHERE "household_key" IS NOT NULL AND "purchased_at" >= $p2 AND "purchased_at" <= $p3
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
LEFT JOIN "transactions"
  ON "transactions"."customer_key" = "customer"."customer_key"
WHERE "transactions"."c0"
-- p1 decimal "999.99"
-- p2 timestamp "2025-11-01T00:00:00.000Z"
-- p3 timestamp "2026-11-01T00:00:00.000Z"
