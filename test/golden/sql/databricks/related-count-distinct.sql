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
    AND `category` IN (:p1, :p2) AND `purchased_at` >= :p3 AND `purchased_at` <= :p4
  GROUP BY `household_key`
  HAVING count(DISTINCT `basket_id`) >= :p5
)
SELECT
  CAST(`customer`.`customer_key` AS STRING) AS `customer_id`
FROM `customer`
LEFT SEMI JOIN `transactions`
  ON `transactions`.`customer_key` = `customer`.`customer_key`
GROUP BY `customer`.`customer_key`
-- p1 text "bread"
-- p2 text "soft drinks"
-- p3 timestamp "2026-08-03T00:00:00.000Z"
-- p4 timestamp "2026-11-01T00:00:00.000Z"
-- p5 bigint "4"
