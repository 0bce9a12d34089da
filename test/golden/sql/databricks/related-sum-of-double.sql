WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
),
`propensity_scores` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`propensity_scores`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
  HAVING sum(try_cast(`score` AS DECIMAL(28, 6))) >= :p1
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `propensity_scores`
  ON `propensity_scores`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 decimal "4.5"
