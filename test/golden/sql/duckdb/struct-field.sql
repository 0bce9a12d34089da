WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"web_profiles" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or(("device")."os" = $p1) AS "c0"
  FROM "main_db"."retail"."web_profiles"
  WHERE "household_key" IS NOT NULL AND ("device")."os" = $p1
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id"
FROM "customer"
LEFT JOIN "web_profiles"
  ON "web_profiles"."customer_key" = "customer"."customer_key"
WHERE "web_profiles"."c0"
-- p1 text "iOS"
