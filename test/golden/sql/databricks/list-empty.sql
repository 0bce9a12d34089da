WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`web_profiles` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`interests` IS NULL OR array_size(`interests`) = 0) AS `c0`
  FROM `main`.`retail`.`web_profiles`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT JOIN `web_profiles`
  ON `web_profiles`.`customer_key` = `customer`.`customer_key`
WHERE coalesce(`web_profiles`.`c0`, TRUE)
