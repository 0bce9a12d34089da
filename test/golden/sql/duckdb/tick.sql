CREATE TABLE IF NOT EXISTS "main_db"."slipway"."slipway_journey_state_offer" (customer_id VARCHAR, entry BIGINT, version BIGINT, step VARCHAR, since TIMESTAMP, due_at TIMESTAMP, entered_at TIMESTAMP, goal_at TIMESTAMP, ended_at TIMESTAMP, ended_why VARCHAR, tick BIGINT)

CREATE TABLE IF NOT EXISTS "main_db"."slipway"."slipway_journey_log_offer" (tick BIGINT, occurred_at TIMESTAMP, customer_id VARCHAR, entry BIGINT, place BIGINT, kind VARCHAR, version BIGINT, step VARCHAR, way VARCHAR, next_step VARCHAR, reason VARCHAR)

CREATE TABLE IF NOT EXISTS "main_db"."slipway"."slipway_journeys_sends" (journey VARCHAR, tick BIGINT, sent_at TIMESTAMP, customer_id VARCHAR, entry BIGINT, version BIGINT, step VARCHAR, channel VARCHAR)

CREATE TABLE IF NOT EXISTS "main_db"."slipway"."slipway_journeys_ticks" (journey VARCHAR, tick BIGINT, ticked_at TIMESTAMP, entries BIGINT, fingerprint VARCHAR)

CREATE OR REPLACE TABLE "main_db"."slipway"."slipway_journey_moves_offer" (customer_id VARCHAR USING COMPRESSION uncompressed, entry BIGINT, goal_entry BIGINT, from_version BIGINT, left_version BIGINT, from_step VARCHAR USING COMPRESSION dictionary, entered_at TIMESTAMP, goal_at TIMESTAMP, e_0 BIGINT, e_1 BIGINT, e_2 BIGINT, a0 BOOLEAN, a1 BOOLEAN, a2 BOOLEAN, a3 BOOLEAN, a4 BOOLEAN, a5 BOOLEAN)

INSERT INTO "main_db"."slipway"."slipway_journey_moves_offer"
SELECT customer_id, CASE WHEN enters THEN coalesce(entry, 0) + 1 ELSE entry END AS entry, CASE WHEN reaches_goal THEN entry END AS goal_entry, version AS from_version, CASE WHEN is_inside AND is_known AND standing <> -1 AND version < 2 THEN 2 ELSE version END AS left_version, step AS from_step, CASE WHEN enters THEN $at ELSE entered_at END AS entered_at, CASE WHEN enters THEN NULL WHEN reaches_goal THEN $at ELSE goal_at END AS goal_at, e_0, e_1, e_2, a0, a1, a2, a3, a4, a5
FROM (
SELECT *, CASE
  WHEN e_1 = 7 THEN 10
  WHEN e_1 = 8 THEN CASE WHEN b_2 < 1000 THEN 11 WHEN b_2 < 5500 THEN 12 WHEN b_2 < 10000 THEN 13 END
  WHEN e_1 = 9 THEN 14
END AS e_2
FROM (
SELECT *, CASE WHEN e_1 = 8 THEN CAST('0x' || left(md5(concat('deal:', customer_id)), 8) AS BIGINT) % 10000 END AS b_2
FROM (
SELECT *, CASE
  WHEN e_0 = 6 THEN CASE WHEN a0 THEN 7 WHEN a1 THEN 8 ELSE 9 END
  WHEN e_0 = 16 THEN 14
  WHEN e_0 = 17 THEN 10
END AS e_1
FROM (
SELECT * FROM (
SELECT *, CASE
  WHEN is_inside THEN CASE
    WHEN NOT is_known THEN 1
    WHEN standing = -1 THEN 3
    WHEN a4 THEN 4
    WHEN reaches_goal THEN 5
    WHEN standing = 4 THEN CASE WHEN is_due THEN 15 END
    WHEN standing = 5 THEN CASE WHEN e0 > since THEN 16 WHEN is_due THEN 17 END
  END
  WHEN enters THEN 6
END AS e_0
FROM (
SELECT *,
  (was_here AND goal_at IS NULL AND a5 AND entered_at >= $goal_from AND entered_at < $at) AS reaches_goal,
  (is_known AND NOT is_inside AND a3 AND NOT a4 AND (NOT was_here OR NOT is_inside AND entered_at <= $reenter_before)) AS enters
FROM (
SELECT
  coalesce(f.customer_id, s.customer_id) AS customer_id,
  f.customer_id IS NOT NULL AS is_known,
  s.customer_id IS NOT NULL AS was_here,
  s.customer_id IS NOT NULL AND s.ended_at IS NULL AS is_inside,
  s.entry, s.version, s.step, s.since, s.entered_at, s.goal_at,
  coalesce(s.due_at <= $at, FALSE) AS is_due,
  CASE WHEN (s.version = 2 OR s.version < 2) AND s.step = 'pause' THEN 4 WHEN (s.version = 2 OR s.version < 2) AND s.step = 'bought' THEN 5 ELSE -1 END AS standing,
  coalesce(f.a0, FALSE) AS a0, coalesce(f.a1, FALSE) AS a1, coalesce(f.a2, FALSE) AS a2, coalesce(f.a3, FALSE) AS a3, coalesce(f.a4, FALSE) AS a4, coalesce(f.a5, FALSE) AS a5, CAST(f.e0 AS TIMESTAMP) AS e0
FROM (
WITH "customer" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("email_consent") AS "c0",
    bool_or("email" IS NOT NULL AND "email" <> $p1) AS "c1"
  FROM "main_db"."retail"."households"
  WHERE "household_key" IS NOT NULL
  GROUP BY "household_key"
),
"propensity_scores" AS (
  SELECT
    "household_key" AS "customer_key",
    bool_or("category" = $p2 AND "score" >= $p3) AS "c2",
    bool_or("category" = $p4 AND "score" >= $p5 AND "score" < $p3) AS "c3"
  FROM "main_db"."retail"."propensity_scores"
  WHERE "household_key" IS NOT NULL
    AND (("category" = $p2 AND "score" >= $p3)
      OR ("category" = $p4 AND "score" >= $p5 AND "score" < $p3))
  GROUP BY "household_key"
),
"transactions" AS (
  SELECT
    "household_key" AS "customer_key",
    max("purchased_at") AS "o0"
  FROM "main_db"."retail"."transactions"
  WHERE "household_key" IS NOT NULL AND "purchased_at" >= $p6 AND "purchased_at" < $p6
  GROUP BY "household_key"
)
SELECT
  CAST("customer"."customer_key" AS VARCHAR) AS "customer_id",
  coalesce("customer"."c0", FALSE) AND coalesce("customer"."c1", FALSE) AS "a0",
  coalesce("propensity_scores"."c2", FALSE) AND coalesce("propensity_scores"."c3", FALSE)
    AND NOT (coalesce("customer"."c0", FALSE) AND coalesce("customer"."c1", FALSE)) AS "a1",
  coalesce("customer"."c0", FALSE) AS "a2",
  coalesce("propensity_scores"."c2", FALSE) AND coalesce("propensity_scores"."c3", FALSE) AS "a3",
  FALSE AS "a4",
  coalesce("propensity_scores"."c2", FALSE) AS "a5",
  "transactions"."o0" AS "e0"
FROM "customer"
LEFT JOIN "propensity_scores"
  ON "propensity_scores"."customer_key" = "customer"."customer_key"
LEFT JOIN "transactions"
  ON "transactions"."customer_key" = "customer"."customer_key"
) AS f
FULL JOIN "main_db"."slipway"."slipway_journey_state_offer" AS s ON f.customer_id = s.customer_id
) AS known
) AS judged
) AS started WHERE e_0 IS NOT NULL OR reaches_goal
) AS hop_1
) AS dealt_2
) AS hop_2
) AS moved
-- p1 text ""
-- p2 text "bread"
-- p3 double 0.66
-- p4 text "soft drinks"
-- p5 double 0.33
-- p6 timestamp "2026-11-01T06:00:00.000Z"
-- at timestamp "2026-11-01T06:00:00.000Z"
-- goal_from timestamp "2026-10-18T06:00:00.000Z"
-- reenter_before timestamp "2026-10-02T06:00:00.000Z"

DELETE FROM "main_db"."slipway"."slipway_journey_log_offer" WHERE tick = 4

INSERT INTO "main_db"."slipway"."slipway_journey_log_offer"
SELECT 4, $at, m.customer_id, m.entry, m.hop * 1000 + told.place, CASE WHEN told.kind = 'send' THEN CASE WHEN m.refused IS NULL THEN 'sent' ELSE 'not-sent' END ELSE told.kind END, coalesce(told.version, m.left_version), coalesce(told.step, m.from_step), told.way, told.next_step, CASE WHEN told.kind = 'send' THEN m.refused ELSE told.reason END
FROM (SELECT taken.*, CASE WHEN a1 THEN 'suppressed' WHEN edge = 10 AND NOT a2 THEN 'no-consent' WHEN edge = 10 AND coalesce(before.n_0, 0) + CASE WHEN hop > 0 AND (e_0 = 10 AND a2) THEN 1 ELSE 0 END + CASE WHEN hop > 1 AND (e_1 = 10 AND a2) THEN 1 ELSE 0 END >= 2 THEN 'capped' END AS refused FROM (SELECT own.*, hops.hop, CASE hop WHEN 0 THEN e_0 WHEN 1 THEN e_1 WHEN 2 THEN e_2 END AS edge FROM "main_db"."slipway"."slipway_journey_moves_offer" AS own CROSS JOIN (VALUES (0), (1), (2)) AS hops(hop)) AS taken LEFT JOIN (SELECT customer_id, count(CASE WHEN channel = 'email' AND sent_at > $cap_0 THEN 1 END) AS n_0 FROM "main_db"."slipway"."slipway_journeys_sends" WHERE sent_at > $cap_0 AND NOT (journey = $journey AND tick = 4) GROUP BY customer_id) AS before ON before.customer_id = taken.customer_id) AS m
JOIN (VALUES (1, 999, 'left', NULL, NULL, NULL, NULL, 'gone', NULL), (2, 999, 'left', NULL, NULL, NULL, NULL, 'new-version', NULL), (3, 999, 'left', NULL, NULL, NULL, NULL, 'step-removed', NULL), (4, 999, 'left', NULL, NULL, NULL, NULL, 'exit', NULL), (5, 999, 'left', NULL, NULL, NULL, NULL, 'goal', NULL), (6, 999, 'entered', 2, 'entry', 'next', 'reach', NULL, NULL), (7, 999, 'passed', 2, 'reach', 'b-mail', 'newsletter', NULL, NULL), (8, 999, 'passed', 2, 'reach', 'b-paid', 'deal', NULL, NULL), (9, 999, 'passed', 2, 'reach', 'others', 'done', NULL, NULL), (10, 999, 'passed', 2, 'newsletter', 'next', 'pause', NULL, NULL), (11, 999, 'left', 2, 'deal', NULL, NULL, 'held-out', NULL), (12, 999, 'passed', 2, 'deal', 'b-a', 'pause', NULL, NULL), (13, 999, 'passed', 2, 'deal', 'b-b', 'bought', NULL, NULL), (14, 999, 'left', 2, 'done', NULL, NULL, 'end', NULL), (15, 999, 'passed', 2, 'pause', 'next', 'bought', NULL, NULL), (16, 999, 'passed', 2, 'bought', 'met', 'done', NULL, NULL), (17, 999, 'passed', 2, 'bought', 'timeout', 'newsletter', NULL, NULL), (11, 0, 'not-sent', 2, 'deal', NULL, NULL, 'held-out', NULL), (10, 0, 'send', 2, 'newsletter', NULL, NULL, NULL, NULL), (7, 0, 'not-sent', 2, 'reach', 'b-paid', NULL, 'priority', 1)) AS told(edge, place, kind, version, step, way, next_step, reason, ask) ON told.edge = m.edge
WHERE told.ask IS NULL OR CASE told.ask WHEN 1 THEN m.a1 END
UNION ALL
SELECT 4, $at, customer_id, goal_entry, -1, 'goal', from_version, from_step, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR) FROM "main_db"."slipway"."slipway_journey_moves_offer" WHERE goal_entry IS NOT NULL
-- at timestamp "2026-11-01T06:00:00.000Z"
-- journey text "offer"
-- cap_0 timestamp "2026-10-25T06:00:00.000Z"

DELETE FROM "main_db"."slipway"."slipway_journeys_sends" WHERE journey = $journey AND tick = 4
-- journey text "offer"

INSERT INTO "main_db"."slipway"."slipway_journeys_sends"
SELECT $journey, tick, occurred_at, customer_id, entry, version, step, CASE WHEN version = 2 AND step = 'newsletter' THEN 'email' END
FROM "main_db"."slipway"."slipway_journey_log_offer" WHERE tick = 4 AND kind = 'sent'
-- journey text "offer"

MERGE INTO "main_db"."slipway"."slipway_journey_state_offer" AS s
USING (SELECT m.customer_id, m.entry, m.entered_at, m.goal_at, m.last_edge IS NOT NULL AS moves, coalesce(m.last_edge IN (1, 2, 3, 4, 5, 11, 14), FALSE) AS ends, CASE WHEN m.last_edge IN (6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17) THEN 2 ELSE m.left_version END AS version, CASE WHEN m.last_edge = 6 THEN 'reach' WHEN m.last_edge IN (7, 17) THEN 'newsletter' WHEN m.last_edge IN (8, 11) THEN 'deal' WHEN m.last_edge IN (9, 14, 16) THEN 'done' WHEN m.last_edge IN (10, 12) THEN 'pause' WHEN m.last_edge IN (13, 15) THEN 'bought' ELSE m.from_step END AS step, CASE WHEN m.last_edge IN (10, 12) THEN $due_0 WHEN m.last_edge IN (13, 15) THEN $due_1 END AS due_at, CASE WHEN m.last_edge = 1 THEN 'gone' WHEN m.last_edge = 2 THEN 'new-version' WHEN m.last_edge = 3 THEN 'step-removed' WHEN m.last_edge = 4 THEN 'exit' WHEN m.last_edge = 5 THEN 'goal' WHEN m.last_edge = 11 THEN 'held-out' WHEN m.last_edge = 14 THEN 'end' ELSE CAST(NULL AS VARCHAR) END AS why
FROM (SELECT *, coalesce(e_2, e_1, e_0) AS last_edge FROM "main_db"."slipway"."slipway_journey_moves_offer") AS m) AS u
ON s.customer_id = u.customer_id
WHEN MATCHED AND s.tick < 4 THEN UPDATE SET entry = u.entry, version = CASE WHEN u.moves THEN u.version ELSE s.version END, step = CASE WHEN u.moves THEN u.step ELSE s.step END, since = CASE WHEN u.moves THEN CASE WHEN u.ends THEN CAST(NULL AS TIMESTAMP) ELSE $at END ELSE s.since END, due_at = CASE WHEN u.moves THEN CASE WHEN u.ends THEN CAST(NULL AS TIMESTAMP) ELSE u.due_at END ELSE s.due_at END, entered_at = u.entered_at, goal_at = u.goal_at, ended_at = CASE WHEN u.moves THEN CASE WHEN u.ends THEN $at ELSE CAST(NULL AS TIMESTAMP) END ELSE s.ended_at END, ended_why = CASE WHEN u.moves THEN u.why ELSE s.ended_why END, tick = 4
WHEN NOT MATCHED THEN INSERT (customer_id, entry, version, step, since, due_at, entered_at, goal_at, ended_at, ended_why, tick) VALUES (u.customer_id, u.entry, u.version, u.step, CASE WHEN u.ends THEN CAST(NULL AS TIMESTAMP) ELSE $at END, CASE WHEN u.ends THEN CAST(NULL AS TIMESTAMP) ELSE u.due_at END, u.entered_at, u.goal_at, CASE WHEN u.ends THEN $at ELSE CAST(NULL AS TIMESTAMP) END, u.why, 4)
-- at timestamp "2026-11-01T06:00:00.000Z"
-- due_0 timestamp "2026-11-04T06:00:00.000Z"
-- due_1 timestamp "2026-11-08T06:00:00.000Z"

DELETE FROM "main_db"."slipway"."slipway_journeys_ticks" WHERE journey = $journey AND tick = 4
-- journey text "offer"

INSERT INTO "main_db"."slipway"."slipway_journeys_ticks" SELECT $journey, 4, $at, entries, fingerprint FROM (SELECT count(*) AS entries, concat('duckdb-1 ', CAST(coalesce(sum(CAST(hash(customer_id, entry, version, step, since, due_at, entered_at, goal_at, ended_at, ended_why, tick) & 4294967295 AS BIGINT)), 0) AS VARCHAR)) AS fingerprint FROM "main_db"."slipway"."slipway_journey_state_offer") AS kept
-- journey text "offer"
-- at timestamp "2026-11-01T06:00:00.000Z"

DROP TABLE IF EXISTS "main_db"."slipway"."slipway_journey_moves_offer"
