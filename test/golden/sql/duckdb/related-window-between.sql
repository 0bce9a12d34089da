WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"redemptions" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or(TRUE) AS "c0"
  FROM "main_db"."retail"."redemptions"
  WHERE "household_key" IS NOT NULL AND "redeemed_at" >= $p1 AND "redeemed_at" < $p2
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
LEFT JOIN "redemptions"
  ON "redemptions"."customer_key" = "customer"."customer_key"
WHERE "redemptions"."c0"
-- p1 timestamp "2026-01-01T00:00:00.000Z"
-- p2 timestamp "2026-04-01T00:00:00.000Z"
