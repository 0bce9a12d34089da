WITH `customer` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`loyalty_tier` IS NULL OR `loyalty_tier` = :p1) AS `c2`,
    bool_or(`country` = :p2) AS `c3`
  FROM `main`.`retail`.`households`
  WHERE `household_key` IS NOT NULL
  GROUP BY `household_key`
),
`propensity_scores` AS (
  SELECT
    `household_key` AS `customer_key`,
    bool_or(`category` = :p3 AND `score` >= :p4) AS `c0`,
    bool_or(`category` = :p5 AND `score` >= :p6 AND `score` < :p4) AS `c1`
  FROM `main`.`retail`.`propensity_scores`
  WHERE `household_key` IS NOT NULL
    AND ((`category` = :p3 AND `score` >= :p4)
      OR (`category` = :p5 AND `score` >= :p6 AND `score` < :p4))
  GROUP BY `household_key`
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT JOIN `propensity_scores`
  ON `propensity_scores`.`customer_key` = `customer`.`customer_key`
WHERE (`propensity_scores`.`c0`
    AND NOT (coalesce(`propensity_scores`.`c1`, FALSE) OR coalesce(`customer`.`c2`, TRUE)))
  OR NOT (NOT coalesce(`customer`.`c3`, FALSE))
-- p1 text ""
-- p2 text "US"
-- p3 text "bread"
-- p4 double 0.66
-- p5 text "soft drinks"
-- p6 double 0.33
