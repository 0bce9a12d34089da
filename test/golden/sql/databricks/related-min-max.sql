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
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
  HAVING max(`amount`) >= :p1 OR (min(`purchased_at`) >= :p2 AND min(`purchased_at`) <= :p3)
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `transactions`
  ON `transactions`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 bigint "100"
-- p2 timestamp "2026-10-02T00:00:00.000Z"
-- p3 timestamp "2026-11-01T00:00:00.000Z"
