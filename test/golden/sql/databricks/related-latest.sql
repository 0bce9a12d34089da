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
    (max(named_struct('t', `purchased_at`, 'v', `category`)) FILTER (WHERE `purchased_at` IS NOT NULL AND `category` IS NOT NULL)).v = :p1 AS `c0`
  FROM `main`.`retail`.`transactions`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT JOIN `transactions`
  ON `transactions`.`customer_key` = `customer`.`customer_key`
WHERE `transactions`.`c0`
-- p1 text "bread"
