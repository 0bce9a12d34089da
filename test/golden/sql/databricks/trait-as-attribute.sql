WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
),
`transactions` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`transactions`
  WHERE `household_key` IS NOT NULL AND `purchased_at` >= :p1 AND `purchased_at` <= :p2
  GROUP BY `household_key`
  HAVING sum(`amount`) >= :p3 AND sum(`amount`) < :p4
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `transactions`
  ON `transactions`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 timestamp "2025-11-01T00:00:00.000Z"
-- p2 timestamp "2026-11-01T00:00:00.000Z"
-- p3 bigint "100"
-- p4 bigint "500"
