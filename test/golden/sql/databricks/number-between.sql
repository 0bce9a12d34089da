WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL AND `birth_year` >= :p1 AND `birth_year` <= :p2
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
GROUP BY `customer`.`customer_key`
-- p1 bigint "1980"
-- p2 bigint "1989"
