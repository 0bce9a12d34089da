WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL AND `created_at` >= :p1 AND `created_at` < :p2
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
GROUP BY `customer`.`customer_key`
-- p1 timestamp "2025-01-01T00:00:00.000Z"
-- p2 timestamp "2026-01-01T00:00:00.000Z"
