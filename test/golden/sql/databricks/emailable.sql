WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`email_consent`) AS `c0`,
    bool_or(`email` IS NOT NULL AND `email` <> :p1) AS `c1`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
WHERE `customer`.`c0` AND `customer`.`c1`
-- p1 text ""
