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
  HAVING (max(named_struct('t', `purchased_at`, 'v', `category`)) FILTER (WHERE `purchased_at` IS NOT NULL AND `category` IS NOT NULL)).v = :p1
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `transactions`
  ON `transactions`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 text "bread"
