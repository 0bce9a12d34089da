WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
),
`redemptions` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`redemptions`
  WHERE `household_key` IS NOT NULL AND `redeemed_at` >= :p1 AND `redeemed_at` < :p2
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `redemptions`
  ON `redemptions`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 timestamp "2026-01-01T00:00:00.000Z"
-- p2 timestamp "2026-04-01T00:00:00.000Z"
