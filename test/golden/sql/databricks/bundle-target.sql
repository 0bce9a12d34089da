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
    AND ((`category` = :p1 AND `score` >= :p2)
      OR (`category` = :p3 AND `score` >= :p4 AND `score` < :p2))
  GROUP BY `household_key`
  HAVING bool_or(`category` = :p1 AND `score` >= :p2)
    AND bool_or(`category` = :p3 AND `score` >= :p4 AND `score` < :p2)
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `propensity_scores`
  ON `propensity_scores`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 text "bread"
-- p2 double 0.66
-- p3 text "soft drinks"
-- p4 double 0.33
