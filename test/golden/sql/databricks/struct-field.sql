WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
),
`web_profiles` AS (
  SELECT
    `household_key` AS `customer_key`
  FROM `main`.`retail`.`web_profiles`
  WHERE `household_key` IS NOT NULL AND (`device`).`os` = :p1
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `web_profiles`
  ON `web_profiles`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 text "iOS"
