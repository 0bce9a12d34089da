WITH "answers" AS (
  SELECT
    "household_key" AS "customer_key",
    CASE WHEN "email_consent" THEN 4 ELSE 0 END + CASE WHEN "email" IS NOT NULL AND "email" <> $p1 THEN 8 ELSE 0 END + CASE WHEN "city" = $p2 THEN 16 ELSE 0 END + CASE WHEN "city" <> $p3 THEN 32 ELSE 0 END + CASE WHEN "loyalty_tier" IN ($p4, $p5) THEN 64 ELSE 0 END + CASE WHEN "loyalty_tier" NOT IN ($p6, $p7) THEN 128 ELSE 0 END + CASE WHEN contains(lower("email"), lower($p8)) THEN 256 ELSE 0 END + CASE WHEN NOT contains(lower("email"), lower($p9)) THEN 512 ELSE 0 END + CASE WHEN starts_with(lower("last_name"), lower($p10)) THEN 1024 ELSE 0 END + CASE WHEN ends_with(lower("email"), lower($p11)) THEN 2048 ELSE 0 END + CASE WHEN "phone" IS NULL OR "phone" = $p1 THEN 4096 ELSE 0 END + CASE WHEN "birth_year" >= $p12 AND "birth_year" <= $p13 THEN 8192 ELSE 0 END + CASE WHEN "birth_year" < $p14 THEN 16384 ELSE 0 END + CASE WHEN "birth_year" <= $p15 THEN 32768 ELSE 0 END + CASE WHEN "household_key" > $p16 THEN 65536 ELSE 0 END + CASE WHEN NOT "ads_consent" THEN 131072 ELSE 0 END + CASE WHEN "created_at" >= $p17 AND "created_at" < $p18 THEN 262144 ELSE 0 END + CASE WHEN "created_at" < $p19 THEN 524288 ELSE 0 END + CASE WHEN "created_at" > $p20 THEN 1048576 ELSE 0 END + CASE WHEN "created_at" >= $p21 AND "created_at" < $p22 THEN 2097152 ELSE 0 END + CASE WHEN "created_at" >= $p23 AND "created_at" <= $p24 THEN 4194304 ELSE 0 END + CASE WHEN "created_at" < $p25 THEN 8388608 ELSE 0 END + CASE WHEN "created_at" > $p24 AND "created_at" <= $p26 THEN 16777216 ELSE 0 END AS "m0",
    CASE WHEN "loyalty_tier" = $p4 THEN 32 ELSE 0 END + CASE WHEN "loyalty_tier" IS NULL OR "loyalty_tier" = $p1 THEN 8192 ELSE 0 END + CASE WHEN "country" = $p27 THEN 16384 ELSE 0 END + 32768 AS "m1"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  UNION ALL
  SELECT
    "household_key" AS "customer_key",
    CASE WHEN bool_or("category" = $p28 AND "score" >= $p29) THEN 1 ELSE 0 END + CASE WHEN bool_or("category" = $p30 AND "score" >= $p31 AND "score" < $p29) THEN 2 ELSE 0 END AS "m0",
    CASE WHEN sum(TRY_CAST("score" AS DECIMAL(28, 6))) >= $p32 THEN 64 ELSE 0 END + CASE WHEN CAST(sum(TRY_CAST("score" AS DECIMAL(28, 6))) AS DOUBLE) / count(TRY_CAST("score" AS DECIMAL(28, 6))) < $p33 THEN 128 ELSE 0 END AS "m1"
  FROM "main_db"."retail"."propensity_scores"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
  HAVING bool_or("category" = $p28 AND "score" >= $p29)
    OR bool_or("category" = $p30 AND "score" >= $p31 AND "score" < $p29)
    OR sum(TRY_CAST("score" AS DECIMAL(28, 6))) >= $p32
    OR CAST(sum(TRY_CAST("score" AS DECIMAL(28, 6))) AS DOUBLE) / count(TRY_CAST("score" AS DECIMAL(28, 6))) < $p33
  UNION ALL
  SELECT
    "household_key" AS "customer_key",
    CASE WHEN list_contains("interests", $p34) THEN 33554432 ELSE 0 END + CASE WHEN "interests" IS NULL OR len("interests") = 0 THEN 67108864 ELSE 0 END + CASE WHEN ("device")."os" = $p35 THEN 134217728 ELSE 0 END AS "m0",
    65536 AS "m1"
  FROM "main_db"."retail"."web_profiles"
  WHERE "household_key" IS NOT NULL
  UNION ALL
  SELECT
    "household_key" AS "customer_key",
    CASE WHEN bool_or("purchased_at" >= $p36 AND "purchased_at" <= $p24) THEN 268435456 ELSE 0 END + CASE WHEN count(*) FILTER (WHERE "purchased_at" >= $p36 AND "purchased_at" <= $p24) <= $p37 THEN 536870912 ELSE 0 END AS "m0",
    CASE WHEN count(DISTINCT "basket_id") FILTER (WHERE "category" IN ($p28, $p30) AND "purchased_at" >= $p36 AND "purchased_at" <= $p24) >= $p38 THEN 1 ELSE 0 END + CASE WHEN sum("amount") FILTER (WHERE "purchased_at" >= $p39 AND "purchased_at" <= $p24) > $p40 THEN 2 ELSE 0 END + CASE WHEN count(*) FILTER (WHERE "purchased_at" >= $p36 AND "purchased_at" <= $p24) >= $p38 THEN 4 ELSE 0 END + CASE WHEN max("amount") < $p41 THEN 8 ELSE 0 END + CASE WHEN max("amount") >= $p42 THEN 256 ELSE 0 END + CASE WHEN min("purchased_at") >= $p43 AND min("purchased_at") <= $p24 THEN 512 ELSE 0 END + CASE WHEN (max({'t': "purchased_at", 'v': "category"}) FILTER (WHERE "purchased_at" IS NOT NULL AND "category" IS NOT NULL)).v = $p28 THEN 1024 ELSE 0 END + CASE WHEN sum("amount") FILTER (WHERE "purchased_at" >= $p39 AND "purchased_at" <= $p24) >= $p42
      AND sum("amount") FILTER (WHERE "purchased_at" >= $p39 AND "purchased_at" <= $p24) < $p44 THEN 4096 ELSE 0 END + 131072 AS "m1"
  FROM "main_db"."retail"."transactions"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
  UNION ALL
  SELECT
    "household_key" AS "customer_key",
    0 AS "m0",
    16 + CASE WHEN "redeemed_at" >= $p22 AND "redeemed_at" < $p45 THEN 2048 ELSE 0 END AS "m1"
  FROM "main_db"."retail"."redemptions"
  WHERE "household_key" IS NOT NULL
),
"customers" AS (
  SELECT
    "customer_key",
    bit_or("m0") AS "m0",
    bit_or("m1") AS "m1"
  FROM "answers"
  GROUP BY "customer_key"
)
SELECT
  "m0",
  "m1",
  count(*) AS "customers"
FROM "customers"
WHERE ("m1" & 32768) <> 0
GROUP BY 1, 2
-- p1 text ""
-- p2 text "L'Aquila"
-- p3 text "Zürich"
-- p4 text "Gold"
-- p5 text "Platinum"
-- p6 text "Bronze"
-- p7 text "Silver"
-- p8 text "@example."
-- p9 text "100%_"
-- p10 text "o'"
-- p11 text ".org"
-- p12 bigint "1980"
-- p13 bigint "1989"
-- p14 decimal "1980.5"
-- p15 bigint "1960"
-- p16 bigint "7000000100"
-- p17 timestamp "2025-03-31T00:00:00.000Z"
-- p18 timestamp "2025-04-01T00:00:00.000Z"
-- p19 timestamp "2024-11-01T00:00:00.000Z"
-- p20 timestamp "2025-06-01T12:00:00.000Z"
-- p21 timestamp "2025-01-01T00:00:00.000Z"
-- p22 timestamp "2026-01-01T00:00:00.000Z"
-- p23 timestamp "2026-05-01T00:00:00.000Z"
-- p24 timestamp "2026-11-01T00:00:00.000Z"
-- p25 timestamp "2023-11-01T00:00:00.000Z"
-- p26 timestamp "2026-11-15T00:00:00.000Z"
-- p27 text "US"
-- p28 text "bread"
-- p29 double 0.66
-- p30 text "soft drinks"
-- p31 double 0.33
-- p32 decimal "4.5"
-- p33 double 0.4
-- p34 text "baking"
-- p35 text "iOS"
-- p36 timestamp "2026-08-03T00:00:00.000Z"
-- p37 bigint "3"
-- p38 bigint "4"
-- p39 timestamp "2025-11-01T00:00:00.000Z"
-- p40 decimal "999.99"
-- p41 bigint "5"
-- p42 bigint "100"
-- p43 timestamp "2026-10-02T00:00:00.000Z"
-- p44 bigint "500"
-- p45 timestamp "2026-04-01T00:00:00.000Z"
