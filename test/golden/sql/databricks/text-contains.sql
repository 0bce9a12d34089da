WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(contains(lower(`email`), lower(:p1))) AS `c0`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
WHERE `customer`.`c0`
-- p1 text "@example."
