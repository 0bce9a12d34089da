WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("city" = $p1) AS "c0"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
WHERE "customer"."c0"
-- p1 text "L'Aquila"
