import type { SampleScale } from './sample-size.ts';
import { numberedValues, type SampleStatement } from './sql-text.ts';
import { CATEGORIES, CITIES, FIRST_NAMES, INTERESTS, LAST_NAMES, US_AREA_CODES } from './words.ts';

/** The Sunday 104 weeks before the end of the history. */
export const HISTORY_START = `TIMESTAMP '2024-11-03 00:00:00'`;

/**
 * Statements that make `temp.people`: one row a household with what all tables need of it: its number `i`, its key, the week of the
 * history in which it joined (0 = before), and how busy it is (Pareto-like, mean about 1, some households buy nothing).
 */
export function peopleStatements(scale: SampleScale): SampleStatement[] {
  return [
    {
      label: 'Drawing households',
      sql: `CREATE TEMP TABLE people AS
SELECT
  i,
  7000000000 + i * 37 AS household_key,
  CASE WHEN share(i, 2) < 0.78 THEN 0 ELSE 1 + CAST(floor(share(i, 3) * 88) AS BIGINT) END AS joined_week,
  CASE WHEN share(i, 4) < 0.05 THEN 0.0 ELSE least(0.45 * pow(1 - share(i, 1), -0.55), 14.0) END AS busyness
FROM range(${scale.households}) AS numbers(i)`,
    },
    wordTable('first_names', 'name, ascii', FIRST_NAMES),
    wordTable('last_names', 'name, ascii', LAST_NAMES),
    wordTable('cities', 'name, country', CITIES),
    wordTable(
      'area_codes',
      'code',
      US_AREA_CODES.map((code) => [code]),
    ),
    { label: 'Writing households', sql: HOUSEHOLDS },
    { label: 'Writing propensity scores', sql: propensityScores() },
    { label: 'Writing web profiles', sql: webProfiles() },
    { label: 'Writing CRM contacts', sql: CRM_CONTACTS },
  ];
}

function wordTable(
  name: string,
  columns: string,
  rows: readonly (readonly (string | number)[])[],
): SampleStatement {
  return {
    label: 'Drawing households',
    sql: `CREATE TEMP TABLE ${name} AS SELECT * FROM (${numberedValues(rows)}) AS words(i, ${columns})`,
  };
}

/**
 * Twelve in a hundred have no e-mail address and a quarter no phone. Addresses lie below example.com, .org and .net, phone numbers in
 * the ranges that the US and the UK set aside for fiction. A few addresses have capitals or a blank, a few numbers are not in E.164.
 */
const HOUSEHOLDS = `CREATE TABLE retail.households AS
SELECT
  p.household_key,
  CASE
    WHEN share(p.i, 10) < 0.12 THEN NULL
    WHEN share(p.i, 10) < 0.14 THEN upper(f.ascii) || '.' || l.ascii || p.i || '@Example.com'
    WHEN share(p.i, 10) < 0.15 THEN ' ' || f.ascii || '.' || l.ascii || p.i || '@example.org '
    ELSE f.ascii || '.' || l.ascii || p.i || '@example.' || ['com', 'com', 'org', 'net'][1 + draw(p.i, 11) % 4]
  END AS email,
  CASE
    WHEN share(p.i, 12) < 0.25 THEN NULL
    WHEN c.country <> 'US' THEN '+447700900' || lpad(CAST(draw(p.i, 13) % 1000 AS VARCHAR), 3, '0')
    WHEN share(p.i, 12) < 0.40 THEN '(' || a.code || ') 555-01' || lpad(CAST(draw(p.i, 13) % 100 AS VARCHAR), 2, '0')
    ELSE '+1' || a.code || '55501' || lpad(CAST(draw(p.i, 13) % 100 AS VARCHAR), 2, '0')
  END AS phone,
  f.name AS first_name,
  l.name AS last_name,
  CASE WHEN share(p.i, 14) < 0.03 THEN NULL ELSE c.name END AS city,
  CASE WHEN share(p.i, 14) < 0.03 THEN NULL ELSE c.country END AS country,
  CASE
    WHEN share(p.i, 15) < 0.22 THEN NULL
    WHEN p.busyness > 3 THEN 'Platinum'
    WHEN p.busyness > 1.2 THEN 'Gold'
    WHEN p.busyness > 0.6 THEN 'Silver'
    ELSE 'Bronze'
  END AS loyalty_tier,
  CASE WHEN share(p.i, 16) < 0.08 THEN NULL ELSE CAST(1938 + floor((share(p.i, 17) + share(p.i, 18)) * 34) AS INTEGER) END
    AS birth_year,
  CASE WHEN share(p.i, 19) < 0.03 THEN NULL ELSE share(p.i, 19) < 0.68 END AS email_consent,
  CASE WHEN share(p.i, 20) < 0.02 THEN NULL ELSE share(p.i, 20) < 0.76 END AS ads_consent,
  ['email', 'email', 'email', 'paid media', 'paid media', 'push', 'post', 'none', NULL][1 + draw(p.i, 21) % 9]
    AS preferred_channel,
  CASE
    WHEN p.joined_week = 0 THEN ${HISTORY_START} - to_seconds(1 + draw(p.i, 22) % 189216000)
    ELSE ${HISTORY_START} + to_days(CAST(p.joined_week * 7 AS INTEGER)) + to_seconds(draw(p.i, 22) % 604800)
  END AS created_at
FROM people AS p
JOIN first_names AS f ON f.i = draw(p.i, 5) % ${FIRST_NAMES.length}
JOIN last_names AS l ON l.i = draw(p.i, 6) % ${LAST_NAMES.length}
JOIN cities AS c ON c.i = CAST(floor(pow(share(p.i, 7), 1.6) * ${CITIES.length}) AS BIGINT)
JOIN area_codes AS a ON a.i = draw(p.i, 8) % ${US_AREA_CODES.length}
ORDER BY p.household_key`;

/** How fond household `i` is of category `c`, in 0–1: what it buys and its scores both follow from it. */
export const FONDNESS = `CREATE TEMP MACRO fondness(i, c) AS share(i * 8 + c, 40)`;

function propensityScores(): string {
  const categories = numberedValues(CATEGORIES.map((category) => [category.name, category.lean]));
  return `CREATE TABLE retail.propensity_scores AS
SELECT
  p.household_key,
  c.name AS category,
  round(pow(0.75 * fondness(p.i, c.c) + 0.25 * share(p.i * 8 + c.c, 41), c.lean), 4) AS score,
  TIMESTAMP '2026-10-26 04:00:00' + to_minutes(c.c) AS scored_at
FROM people AS p
CROSS JOIN (${categories}) AS c(c, name, lean)
ORDER BY p.household_key, c.c`;
}

function webProfiles(): string {
  const tags = numberedValues(INTERESTS.map((interest) => [interest]));
  return `CREATE TABLE retail.web_profiles AS
WITH tags AS (SELECT list(tag ORDER BY i) AS all_tags FROM (${tags}) AS words(i, tag))
SELECT
  p.household_key,
  CASE WHEN share(p.i, 60) < 0.05 THEN NULL
    ELSE list_filter(all_tags, lambda tag, place: share(p.i * 16 + place, 61) < 0.22) END AS interests,
  CASE WHEN share(p.i, 62) < 0.06 THEN NULL ELSE {
    'os': ['iOS', 'Android', 'Windows', 'macOS', NULL][1 + draw(p.i, 63) % 5],
    'app_version': (4 + draw(p.i, 64) % 3) || '.' || (draw(p.i, 65) % 10) || '.0'
  } END AS device,
  CAST(floor(40 * pow(share(p.i, 66), 3)) AS INTEGER) AS visits_30_days,
  CAST(TIMESTAMP '2026-10-31 23:59:59' - to_seconds(CAST(floor(31536000 * pow(share(p.i, 67), 2)) AS BIGINT)) AS TIMESTAMPTZ)
    AS last_seen_at
FROM people AS p
CROSS JOIN tags
WHERE share(p.i, 68) < 0.6
ORDER BY p.household_key`;
}

/** The messy table: households twice and thrice, keys that are NULL or belong to nobody, and notes that break naive quoting. */
const CRM_CONTACTS = `CREATE TABLE retail.crm_contacts AS
SELECT
  p.i * 4 + copy AS contact_id,
  CASE
    WHEN share(p.i * 4 + copy, 71) < 0.04 THEN NULL
    WHEN share(p.i * 4 + copy, 71) < 0.06 THEN 9000000000 + p.i
    ELSE p.household_key
  END AS household_key,
  f.name || ' ' || l.name AS full_name,
  CASE WHEN share(p.i * 4 + copy, 72) < 0.3 THEN NULL
    ELSE f.ascii || '.' || l.ascii || p.i || '@example.com' END AS email,
  ['call centre', 'web form', 'store', 'import 2019'][1 + draw(p.i * 4 + copy, 73) % 4] AS source,
  CASE draw(p.i * 4 + copy, 74) % 24
    WHEN 0 THEN 'asked for "no calls"; prefers e-mail'
    WHEN 1 THEN 'can''t be reached -- try again'
    WHEN 2 THEN 'two' || chr(10) || 'lines'
    WHEN 3 THEN 'loves 🥐 and \`quotes\`'
    WHEN 4 THEN ''
    WHEN 5 THEN 'C:\\notes\\2019'
    ELSE NULL
  END AS note,
  TIMESTAMP '2026-10-31 00:00:00' - to_seconds(draw(p.i * 4 + copy, 75) % 126144000) AS updated_at
FROM (
  SELECT *, unnest(range(CASE WHEN share(i, 70) < 0.12 THEN 0 WHEN share(i, 70) < 0.90 THEN 1
    WHEN share(i, 70) < 0.98 THEN 2 ELSE 3 END)) AS copy
  FROM people
) AS p
JOIN first_names AS f ON f.i = draw(p.i, 5) % ${FIRST_NAMES.length}
JOIN last_names AS l ON l.i = draw(p.i, 6) % ${LAST_NAMES.length}
ORDER BY contact_id`;
