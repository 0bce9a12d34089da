-- A store of layout 2, as it was released. Frozen: a test opens it.
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

PRAGMA application_id = 0x534c5057;
PRAGMA user_version = 2;

INSERT INTO connections VALUES ('shop', 1, '{"id":"shop","label":"Shop","kind":"duckdb","settings":{"path":"shop.duckdb"}}');
INSERT INTO models VALUES ('shop', 1, '{"customer":{"label":"Customer","table":{"catalog":"c","schema":"s","table":"t"},"idColumn":"id","attributes":[]},"entities":[],"traits":[]}');
INSERT INTO audiences VALUES ('shop', 'everybody', 1, '{"id":"everybody","name":"Everybody","rule":{"kind":"all","rules":[]},"columns":[]}', '2026-11-01T12:00:00.000Z');
INSERT INTO runs VALUES ('r1', '2026-11-01T12:00:00.000Z', 'succeeded', '{"id":"r1","kind":"export","connectionId":"shop","audienceId":"everybody","audienceName":"Everybody","startedBy":"tester","startedAt":"2026-11-01T12:00:00.000Z","endedAt":"2026-11-01T12:00:01.000Z","status":"succeeded","asOf":"2026-11-01T12:00:00.000Z","sql":"SELECT $p1","target":{"path":"out.csv","format":"csv"},"columns":["customer_id"],"rows":2,"bytes":16,"digest":"00"}');
INSERT INTO runs VALUES ('r2', '2026-11-02T12:00:00.000Z', 'running', '{"id":"r2","kind":"export","connectionId":"shop","audienceId":"everybody","audienceName":"Everybody","startedBy":"tester","startedAt":"2026-11-02T12:00:00.000Z","status":"running","asOf":"2026-11-02T12:00:00.000Z","sql":"SELECT $p1","target":{"path":"out.csv","format":"csv"},"columns":["customer_id"]}');
INSERT INTO readings (key, connection_id, as_of, is_current) VALUES (1, 'shop', '2026-11-01T12:00:00.000Z', 1);
INSERT INTO catalog_changes (connection_id, subject, document, found_at) VALUES ('shop', '["c","s","t"]', '{"kind":"table-gone","path":{"catalog":"c","schema":"s","table":"t"}}', '2026-11-01T12:00:00.000Z');
