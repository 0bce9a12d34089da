import { HISTORY_START } from './people-sql.ts';
import type { SampleScale } from './sample-size.ts';
import { literal, numberedValues, type SampleStatement } from './sql-text.ts';
import { BRANDS, CATEGORIES } from './words.ts';

const WEEKS = 104;
const CAMPAIGNS = 24;
const COUPONS_PER_CAMPAIGN = 5;

/** Share of a week's baskets on Sunday, Monday … Saturday, added up. */
const WEEKDAYS = [0.1, 0.21, 0.33, 0.46, 0.61, 0.79];

/** Statements that make products, campaigns, coupons, redemptions and transactions. They read `temp.people`. */
export function shopStatements(scale: SampleScale): SampleStatement[] {
  return [
    { label: 'Writing products', sql: products(scale) },
    { label: 'Writing campaigns', sql: CAMPAIGN_TABLE },
    { label: 'Writing coupons', sql: coupons() },
    { label: 'Writing redemptions', sql: REDEMPTIONS },
    { label: 'Writing transactions', sql: transactions(scale) },
  ];
}

/** Draws a number of a category by the categories' shares. */
function drawCategory(seed: string, salt: number): string {
  let below = 0;
  const arms = CATEGORIES.slice(0, -1).map((category, index) => {
    below += category.share;
    return `WHEN share(${seed}, ${salt}) < ${below.toFixed(2)} THEN ${index}`;
  });
  return `CASE ${arms.join(' ')} ELSE ${CATEGORIES.length - 1} END`;
}

/** The products of one category stand together, the best-selling first. */
function products(scale: SampleScale): string {
  const categories = numberedValues(
    CATEGORIES.map((category) => [category.name, category.cents, category.nouns.join('|')]),
  );
  const brands = `[${BRANDS.map(literal).join(', ')}]`;
  const sizes = `['small', 'regular', 'large', 'family pack', '2 × regular']`;
  return `CREATE TABLE retail.products AS
SELECT
  1000 + c.c * ${scale.productsPerCategory} + rank AS product_id,
  ${brands}[1 + draw(c.c * 1000 + rank, 80) % ${BRANDS.length}] || ' '
    || string_split(c.nouns, '|')[1 + rank % 5] || ', ' || ${sizes}[1 + (rank // 5) % 5]
    || CASE WHEN rank < 25 THEN '' ELSE ' no. ' || (rank // 25 + 1) END AS name,
  c.name AS category,
  ${brands}[1 + draw(c.c * 1000 + rank, 80) % ${BRANDS.length}] AS brand,
  CAST(CAST(floor(c.cents * (0.5 + 1.5 * share(c.c * 1000 + rank, 81))) AS BIGINT) * 0.01 AS DECIMAL(10,2)) AS price
FROM (${categories}) AS c(c, name, cents, nouns)
CROSS JOIN range(${scale.productsPerCategory}) AS ranks(rank)
ORDER BY product_id`;
}

const CAMPAIGN_TABLE = `CREATE TABLE retail.campaigns AS
SELECT
  CAST(k + 1 AS INTEGER) AS campaign_id,
  ['Bakery week', 'Refresh', 'Breakfast club', 'Garden days', 'Movie night', 'Slow morning', 'Spring clean', 'Good boy'][1 + k % 8]
    || ' ' || year(CAST(${HISTORY_START} AS DATE) + CAST(k * 30 AS INTEGER)) || '/' || (k // 8 + 1) AS name,
  ['email', 'paid media', 'post', 'push'][1 + k % 4] AS channel,
  CAST(${HISTORY_START} AS DATE) + CAST(k * 30 AS INTEGER) AS starts_on,
  CAST(${HISTORY_START} AS DATE) + CAST(k * 30 + 21 AS INTEGER) AS ends_on,
  CASE WHEN k % 7 = 3 THEN NULL ELSE CAST((5000 + draw(k, 90) % 45000) AS DECIMAL(12,2)) END AS budget
FROM range(${CAMPAIGNS}) AS numbers(k)
ORDER BY campaign_id`;

function coupons(): string {
  const names = `[${CATEGORIES.map((category) => literal(category.name)).join(', ')}]`;
  return `CREATE TABLE retail.coupons AS
SELECT
  CAST(100 + k AS INTEGER) AS coupon_id,
  CAST(k // ${COUPONS_PER_CAMPAIGN} + 1 AS INTEGER) AS campaign_id,
  'SAVE-' || lpad(CAST(k + 1 AS VARCHAR), 4, '0') AS code,
  ${names}[1 + (k // ${COUPONS_PER_CAMPAIGN} + k % 3) % ${CATEGORIES.length}] AS category,
  CAST([5, 10, 15, 20, 30][1 + draw(k, 91) % 5] AS DECIMAL(5,2)) AS discount_percent
FROM range(${CAMPAIGNS * COUPONS_PER_CAMPAIGN}) AS numbers(k)
ORDER BY coupon_id`;
}

const REDEMPTIONS = `CREATE TABLE retail.redemptions AS
SELECT
  r.i * 32 + r.n AS redemption_id,
  k.coupon_id,
  k.campaign_id,
  r.household_key,
  CAST(c.starts_on AS TIMESTAMP) + to_seconds(draw(r.i * 32 + r.n, 92) % 1814400) AS redeemed_at
FROM (SELECT *, unnest(range(CAST(floor(1.9 * busyness) AS BIGINT))) AS n FROM people) AS r
JOIN retail.coupons AS k
  ON k.coupon_id = 100 + CAST(floor(${CAMPAIGNS * COUPONS_PER_CAMPAIGN} * share(r.i * 32 + r.n, 93)) AS INTEGER)
JOIN retail.campaigns AS c ON c.campaign_id = k.campaign_id
WHERE c.starts_on > CAST(${HISTORY_START} AS DATE) + CAST(r.joined_week * 7 AS INTEGER)
ORDER BY redeemed_at, redemption_id`;

/**
 * Baskets fall on weeks after the household joined, more at the weekend and before Christmas; an item's category is the fonder of two
 * drawn ones; within a category few products sell most. One in 140 items is a return, one in 200 has no category.
 */
function transactions(scale: SampleScale): string {
  const weekday = WEEKDAYS.map((below, day) => `WHEN share(basket, 102) < ${below} THEN ${day}`).join(' ');
  return `CREATE TABLE retail.transactions AS
WITH counted AS (
  SELECT i, household_key, CASE WHEN joined_week = 0 THEN 0 ELSE joined_week + 1 END AS first_week,
    CAST(round(${scale.baskets} * 1.15 * busyness * (${WEEKS} - joined_week) / ${WEEKS}) AS BIGINT) AS baskets
  FROM people
),
drawn AS (
  SELECT i, household_key, first_week, i * 4096 + unnest(range(baskets)) AS basket FROM counted
),
timed AS (
  SELECT i, household_key, basket,
    ${HISTORY_START} + to_days(CAST(7 * CASE
        WHEN share(basket, 100) < 0.05 AND first_week < 57 THEN 57 + draw(basket, 101) % 3
        WHEN share(basket, 100) < 0.09 AND first_week < 5 THEN 5 + draw(basket, 101) % 3
        ELSE first_week + CAST(floor((${WEEKS} - first_week) * pow(share(basket, 101), 0.9)) AS BIGINT)
      END + CASE ${weekday} ELSE 6 END AS INTEGER))
      + to_seconds(CAST(28800 + floor(23400 * (share(basket, 103) + share(basket, 104))) AS BIGINT)) AS purchased_at,
    1 + CAST(floor(13 * pow(share(basket, 105), 1.6)) AS BIGINT) AS items
  FROM drawn
),
listed AS (
  SELECT i, household_key, basket, purchased_at, basket * 16 + unnest(range(items)) AS item FROM timed
),
tempted AS (
  SELECT *, ${drawCategory('item', 106)} AS first_choice, ${drawCategory('item', 107)} AS second_choice FROM listed
),
chosen AS (
  SELECT *, CASE WHEN fondness(i, first_choice) >= fondness(i, second_choice) THEN first_choice ELSE second_choice END AS c
  FROM tempted
)
SELECT
  t.item AS transaction_id,
  t.basket AS basket_id,
  t.household_key,
  p.product_id,
  CASE WHEN draw(t.item, 110) % 200 = 0 THEN NULL ELSE p.category END AS category,
  CAST(CASE WHEN draw(t.item, 110) % 140 = 1 THEN -1 ELSE 1 + floor(4 * pow(share(t.item, 109), 5)) END AS INTEGER) AS quantity,
  CAST(p.price * CAST(CASE WHEN draw(t.item, 110) % 140 = 1 THEN -1 ELSE 1 + floor(4 * pow(share(t.item, 109), 5)) END
    AS INTEGER) AS DECIMAL(10,2)) AS amount,
  t.purchased_at
FROM chosen AS t
JOIN retail.products AS p
  ON p.product_id = 1000 + t.c * ${scale.productsPerCategory}
    + CAST(floor(${scale.productsPerCategory} * pow(share(t.item, 108), 2.5)) AS BIGINT)
ORDER BY t.purchased_at, t.item`;
}
