WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`email_consent`) AS `c2`,
    bool_or(`email` IS NOT NULL AND `email` <> :p1) AS `c3`,
    bool_or(`city` = :p2) AS `c4`,
    bool_or(`city` <> :p3) AS `c5`,
    bool_or(`loyalty_tier` IN (:p4, :p5)) AS `c6`,
    bool_or(`loyalty_tier` NOT IN (:p6, :p7)) AS `c7`,
    bool_or(contains(lower(`email`), lower(:p8))) AS `c8`,
    bool_or(NOT contains(lower(`email`), lower(:p9))) AS `c9`,
    bool_or(startswith(lower(`last_name`), lower(:p10))) AS `c10`,
    bool_or(endswith(lower(`email`), lower(:p11))) AS `c11`,
    bool_or(`phone` IS NULL OR `phone` = :p1) AS `c12`,
    bool_or(`birth_year` >= :p12 AND `birth_year` <= :p13) AS `c13`,
    bool_or(`birth_year` < :p14) AS `c14`,
    bool_or(`birth_year` <= :p15) AS `c15`,
    bool_or(`household_key` > :p16) AS `c16`,
    bool_or(NOT `ads_consent`) AS `c17`,
    bool_or(`created_at` >= :p17 AND `created_at` < :p18) AS `c18`,
    bool_or(`created_at` < :p19) AS `c19`,
    bool_or(`created_at` > :p20) AS `c20`,
    bool_or(`created_at` >= :p21 AND `created_at` < :p22) AS `c21`,
    bool_or(`created_at` >= :p23 AND `created_at` <= :p24) AS `c22`,
    bool_or(`created_at` < :p25) AS `c23`,
    bool_or(`created_at` > :p24 AND `created_at` <= :p26) AS `c24`,
    bool_or(`loyalty_tier` IS NULL OR `loyalty_tier` = :p1) AS `c39`,
    bool_or(`country` = :p27) AS `c40`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`propensity_scores` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`category` = :p28 AND `score` >= :p29) AS `c0`,
    bool_or(`category` = :p30 AND `score` >= :p31 AND `score` < :p29) AS `c1`,
    sum(try_cast(`score` AS DECIMAL(28, 6))) >= :p32 AS `c32`,
    CAST(sum(try_cast(`score` AS DECIMAL(28, 6))) AS DOUBLE) / count(try_cast(`score` AS DECIMAL(28, 6))) < :p33 AS `c33`
  FROM `main`.`retail`.`propensity_scores`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`web_profiles` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(array_contains(`interests`, :p34)) AS `c25`,
    bool_or(`interests` IS NULL OR array_size(`interests`) = 0) AS `c26`,
    bool_or((`device`).`os` = :p35) AS `c27`
  FROM `main`.`retail`.`web_profiles`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`transactions` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`purchased_at` >= :p36 AND `purchased_at` <= :p24) AS `c28`,
    count(*) FILTER (WHERE `purchased_at` >= :p36 AND `purchased_at` <= :p24) <= :p37 AS `c29`,
    count(DISTINCT `basket_id`) FILTER (WHERE `category` IN (:p28, :p30) AND `purchased_at` >= :p36 AND `purchased_at` <= :p24) >= :p38 AS `c30`,
    sum(`amount`) FILTER (WHERE `purchased_at` >= :p39 AND `purchased_at` <= :p24) > :p40 AS `c31`,
    max(`amount`) >= :p41 AS `c34`,
    min(`purchased_at`) >= :p42 AND min(`purchased_at`) <= :p24 AS `c35`,
    (max(named_struct('t', `purchased_at`, 'v', `category`)) FILTER (WHERE `purchased_at` IS NOT NULL AND `category` IS NOT NULL)).v = :p28 AS `c36`,
    sum(`amount`) FILTER (WHERE `purchased_at` >= :p39 AND `purchased_at` <= :p24) >= :p41
      AND sum(`amount`) FILTER (WHERE `purchased_at` >= :p39 AND `purchased_at` <= :p24) < :p43 AS `c38`
  FROM `main`.`retail`.`transactions`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`redemptions` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`redeemed_at` >= :p22 AND `redeemed_at` < :p44) AS `c37`
  FROM `main`.`retail`.`redemptions`
  WHERE `household_key` IS NOT NULL AND `redeemed_at` >= :p22 AND `redeemed_at` < :p44
  GROUP BY `household_key`
)
SELECT
  CASE WHEN `propensity_scores`.`c0` THEN 1 ELSE 0 END + CASE WHEN `propensity_scores`.`c1` THEN 2 ELSE 0 END + CASE WHEN `customer`.`c2` THEN 4 ELSE 0 END + CASE WHEN `customer`.`c3` THEN 8 ELSE 0 END + CASE WHEN `customer`.`c4` THEN 16 ELSE 0 END + CASE WHEN `customer`.`c5` THEN 32 ELSE 0 END + CASE WHEN `customer`.`c6` THEN 64 ELSE 0 END + CASE WHEN `customer`.`c7` THEN 128 ELSE 0 END + CASE WHEN `customer`.`c8` THEN 256 ELSE 0 END + CASE WHEN `customer`.`c9` THEN 512 ELSE 0 END + CASE WHEN `customer`.`c10` THEN 1024 ELSE 0 END + CASE WHEN `customer`.`c11` THEN 2048 ELSE 0 END + CASE WHEN coalesce(`customer`.`c12`, TRUE) THEN 4096 ELSE 0 END + CASE WHEN `customer`.`c13` THEN 8192 ELSE 0 END + CASE WHEN `customer`.`c14` THEN 16384 ELSE 0 END + CASE WHEN `customer`.`c15` THEN 32768 ELSE 0 END + CASE WHEN `customer`.`c16` THEN 65536 ELSE 0 END + CASE WHEN `customer`.`c17` THEN 131072 ELSE 0 END + CASE WHEN `customer`.`c18` THEN 262144 ELSE 0 END + CASE WHEN `customer`.`c19` THEN 524288 ELSE 0 END + CASE WHEN `customer`.`c20` THEN 1048576 ELSE 0 END + CASE WHEN `customer`.`c21` THEN 2097152 ELSE 0 END + CASE WHEN `customer`.`c22` THEN 4194304 ELSE 0 END + CASE WHEN `customer`.`c23` THEN 8388608 ELSE 0 END + CASE WHEN `customer`.`c24` THEN 16777216 ELSE 0 END + CASE WHEN `web_profiles`.`c25` THEN 33554432 ELSE 0 END + CASE WHEN coalesce(`web_profiles`.`c26`, TRUE) THEN 67108864 ELSE 0 END + CASE WHEN `web_profiles`.`c27` THEN 134217728 ELSE 0 END + CASE WHEN `transactions`.`c28` THEN 268435456 ELSE 0 END + CASE WHEN coalesce(`transactions`.`c29`, TRUE) THEN 536870912 ELSE 0 END AS `m0`,
  CASE WHEN `transactions`.`c30` THEN 1 ELSE 0 END + CASE WHEN `transactions`.`c31` THEN 2 ELSE 0 END + CASE WHEN `propensity_scores`.`c32` THEN 4 ELSE 0 END + CASE WHEN `propensity_scores`.`c33` THEN 8 ELSE 0 END + CASE WHEN `transactions`.`c34` THEN 16 ELSE 0 END + CASE WHEN `transactions`.`c35` THEN 32 ELSE 0 END + CASE WHEN `transactions`.`c36` THEN 64 ELSE 0 END + CASE WHEN `redemptions`.`c37` THEN 128 ELSE 0 END + CASE WHEN `transactions`.`c38` THEN 256 ELSE 0 END + CASE WHEN coalesce(`customer`.`c39`, TRUE) THEN 512 ELSE 0 END + CASE WHEN `customer`.`c40` THEN 1024 ELSE 0 END AS `m1`,
  count(*) AS `customers`
FROM `customer`
LEFT JOIN `propensity_scores`
  ON `propensity_scores`.`customer_key` = `customer`.`customer_key`
LEFT JOIN `web_profiles`
  ON `web_profiles`.`customer_key` = `customer`.`customer_key`
LEFT JOIN `transactions`
  ON `transactions`.`customer_key` = `customer`.`customer_key`
LEFT JOIN `redemptions`
  ON `redemptions`.`customer_key` = `customer`.`customer_key`
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
-- p41 bigint "100"
-- p42 timestamp "2026-10-02T00:00:00.000Z"
-- p43 bigint "500"
-- p44 timestamp "2026-04-01T00:00:00.000Z"
