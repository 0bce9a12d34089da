WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`transactions` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(TRUE) AS `c0`
  FROM `main`.`retail`.`transactions`
  WHERE `household_key` IS NOT NULL AND `purchased_at` >= :p1 AND `purchased_at` <= :p2
  GROUP BY `household_key`
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT JOIN `transactions`
  ON `transactions`.`customer_key` = `customer`.`customer_key`
WHERE NOT coalesce(`transactions`.`c0`, FALSE)
-- p1 timestamp "2026-08-03T00:00:00.000Z"
-- p2 timestamp "2026-11-01T00:00:00.000Z"
