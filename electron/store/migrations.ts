import type BetterSqlite3 from 'better-sqlite3';

/** Marks a file as a Slipway store (`SLPW`), so that a foreign database is never written to. */
export const APPLICATION_ID = 0x534c5057;

/**
 * The steps from an empty file to the present layout, in order; `user_version` counts the steps taken.
 * A step that was released is never edited: a change is a further step.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;

  CREATE TABLE models (
    connection_id TEXT PRIMARY KEY REFERENCES connections(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;

  CREATE TABLE audiences (
    connection_id TEXT NOT NULL REFERENCES models(connection_id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (connection_id, id)
  ) STRICT;

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    started_at TEXT NOT NULL,
    status TEXT NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_start ON runs(started_at, id);

  -- One reading of a connection's metadata. It is written in pieces and seen only once it is current.
  CREATE TABLE readings (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
    as_of TEXT,
    is_current INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX current_readings ON readings(connection_id) WHERE is_current = 1;

  CREATE TABLE tables (
    key INTEGER PRIMARY KEY,
    reading INTEGER NOT NULL REFERENCES readings(key) ON DELETE CASCADE,
    catalog TEXT NOT NULL,
    schema TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    column_names TEXT NOT NULL,
    column_count INTEGER NOT NULL,
    row_count INTEGER,
    document TEXT NOT NULL,
    UNIQUE (reading, catalog, schema, name)
  ) STRICT;

  -- Prefix indexes of 1–3 characters: without them the first letters typed are the slowest (20 ms and more at 500k columns).
  CREATE VIRTUAL TABLE table_search USING fts5(
    reading, path, name, columns, comments,
    content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
  );
  CREATE TRIGGER tables_forgotten AFTER DELETE ON tables BEGIN
    DELETE FROM table_search WHERE rowid = OLD.key;
  END;
  `,
  `
  -- Catalogs and schemas of a reading of which no table could be read, as JSON.
  ALTER TABLE readings ADD COLUMN gaps TEXT NOT NULL DEFAULT '[]';

  -- What changed between readings, until it is mended or dismissed. broke is 1 once it broke a definition.
  CREATE TABLE catalog_changes (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    connection_id TEXT NOT NULL REFERENCES connections(id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    document TEXT NOT NULL,
    found_at TEXT NOT NULL,
    broke INTEGER NOT NULL DEFAULT 0,
    UNIQUE (connection_id, subject)
  ) STRICT;
  `,
  `
  CREATE TABLE destinations (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;

  CREATE TABLE activations (
    connection_id TEXT NOT NULL REFERENCES models(connection_id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (connection_id, id)
  ) STRICT;

  CREATE TABLE recipes (
    id TEXT PRIMARY KEY,
    document TEXT NOT NULL
  ) STRICT;
  -- By which recipes rows were added at a place (connection, destination and target), in the order of their first use.
  CREATE TABLE recipes_used (
    key INTEGER PRIMARY KEY,
    place TEXT NOT NULL,
    recipe_id TEXT NOT NULL REFERENCES recipes(id),
    UNIQUE (place, recipe_id)
  ) STRICT;

  -- Of activation runs only; an export by hand has none of the three.
  ALTER TABLE runs ADD COLUMN connection_id TEXT;
  ALTER TABLE runs ADD COLUMN activation_id TEXT;
  ALTER TABLE runs ADD COLUMN retry_of TEXT;
  CREATE INDEX runs_by_activation ON runs(connection_id, activation_id, started_at, id)
    WHERE activation_id IS NOT NULL AND retry_of IS NULL;

  CREATE TABLE batches (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
  ) STRICT;

  -- Positions and reasons, no value of a row.
  CREATE TABLE rejected (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    field TEXT,
    reason TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE run_states (
    run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
    document TEXT NOT NULL
  ) STRICT;

  -- AUTOINCREMENT: a position is given once, so that one that was deleted stays missing.
  CREATE TABLE egress (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL,
    previous TEXT NOT NULL,
    chain TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE journeys (
    connection_id TEXT NOT NULL REFERENCES models(connection_id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (connection_id, id)
  ) STRICT;

  -- The ledger of ticks: it stays when its journey goes.
  CREATE TABLE ticks (
    connection_id TEXT NOT NULL,
    journey_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (connection_id, journey_id, number)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE profile_apis (
    connection_id TEXT PRIMARY KEY REFERENCES models(connection_id) ON DELETE CASCADE,
    document TEXT NOT NULL
  ) STRICT;

  -- Who read how many profiles, by key and minute: no customer, no value. It stays when its connection goes.
  CREATE TABLE profile_reads (
    connection_id TEXT NOT NULL,
    minute TEXT NOT NULL,
    key_id TEXT NOT NULL,
    requests INTEGER NOT NULL,
    profiles INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (connection_id, minute, key_id)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** The layout that this version writes. */
export const LATEST_VERSION = MIGRATIONS.length;

/** Brings the file to the latest layout, each step in a transaction of its own. */
export function migrate(database: BetterSqlite3.Database): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.exec(statements);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
}
