WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`loyalty_tier` = :p1) AS `c7`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL AND `email_consent`
  GROUP BY `household_key`
),
`propensity_scores` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`propensity_scores`
  WHERE `household_key` IS NOT NULL
    AND ((`category` = :p2 AND `score` >= :p3)
      OR (`category` = :p4 AND `score` >= :p5 AND `score` < :p3))
  GROUP BY `household_key`
  HAVING bool_or(`category` = :p2 AND `score` >= :p3)
    AND bool_or(`category` = :p4 AND `score` >= :p5 AND `score` < :p3)
),
`web_profiles` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`web_profiles`
  WHERE `household_key` IS NOT NULL
    AND NOT coalesce(`interests` IS NULL OR array_size(`interests`) = 0, TRUE)
),
`redemptions` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(TRUE) AS `c6`
  FROM `main`.`retail`.`redemptions`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`_others` AS (
  SELECT
    `customer`.`customer_key`
  FROM `customer`
  LEFT SEMI JOIN `propensity_scores`
    ON `propensity_scores`.`customer_key` = `customer`.`customer_key`
  LEFT SEMI JOIN `web_profiles`
    ON `web_profiles`.`customer_key` = `customer`.`customer_key`
  LEFT JOIN `redemptions`
    ON `redemptions`.`customer_key` = `customer`.`customer_key`
  WHERE `redemptions`.`c6` OR `customer`.`c7`
)
SELECT
  CAST(`household_key` AS STRING) AS `customer_id`
FROM `main`.`retail`.`transactions` AS `transactions`
LEFT SEMI JOIN `_others`
  ON `_others`.`customer_key` = `transactions`.`household_key`
WHERE `household_key` IS NOT NULL
GROUP BY `household_key`
HAVING count(*) FILTER (WHERE `purchased_at` >= :p6 AND `purchased_at` <= :p7) >= :p8
  AND NOT coalesce(max(`amount`) < :p9, FALSE)
-- p1 text "Gold"
-- p2 text "bread"
-- p3 double 0.66
-- p4 text "soft drinks"
-- p5 double 0.33
-- p6 timestamp "2026-08-03T00:00:00.000Z"
-- p7 timestamp "2026-11-01T00:00:00.000Z"
-- p8 bigint "4"
-- p9 bigint "5"
