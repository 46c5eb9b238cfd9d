import { DOMAINS, EVENT_TYPES } from './event-types.js'

/** The schema version that this adseq writes. A workspace with a higher one is refused. */
export const SCHEMA_VERSION = 3

const codes = (names: readonly string[]): string => names.map((name, code) => `(${code}, '${name}')`).join(', ')

/**
 * Version 1. Ids of users, items and advertisers start at 1, are dense and never deleted; `seq` of an event is its
 * ingest number. Times are unix seconds, UTC.
 */
export const SCHEMA_1 = `
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  external_id TEXT NOT NULL UNIQUE,
  attributes TEXT                     -- JSON object of whatever columns a users file had
) STRICT;

CREATE TABLE advertisers (
  id INTEGER PRIMARY KEY,
  external_id TEXT NOT NULL UNIQUE,
  name TEXT
) STRICT;

CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  external_id TEXT NOT NULL UNIQUE,
  advertiser INTEGER REFERENCES advertisers (id),
  category TEXT,                      -- a path: GROCERY/FROZEN/ICE
  price REAL,
  title TEXT,
  launched INTEGER                    -- when the item entered the catalog, where the source says so
) STRICT;

CREATE TABLE event_types (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO event_types VALUES ${codes(EVENT_TYPES)};

CREATE TABLE domains (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO domains VALUES ${codes(DOMAINS)};

-- Append-only, in the order of ingestion. Two equal rows of a file are two events.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  user INTEGER NOT NULL,
  item INTEGER,                       -- NULL: the event has no item (a signup)
  advertiser INTEGER,                 -- NULL: the item's own advertiser
  type INTEGER NOT NULL,
  domain INTEGER NOT NULL,
  time INTEGER NOT NULL
) STRICT;

-- One row a file: what of it is committed. offset counts decompressed bytes.
CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,          -- SHA-256 of the file as it lies on disk
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- events, items, users, advertisers
  options TEXT NOT NULL,              -- JSON: mapping, time unit, delimiter
  status TEXT NOT NULL CHECK (status IN ('running', 'done')),
  offset INTEGER NOT NULL,
  line INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  skipped INTEGER NOT NULL,           -- left out on request (an event type mapped to skip)
  rejected INTEGER NOT NULL,
  reasons TEXT NOT NULL,              -- JSON: rejected rows by reason
  rejects_file TEXT,
  started INTEGER NOT NULL,
  finished INTEGER
) STRICT;

-- Append-only: a run's vector of a user as of ingest number seq. Readers take the latest at or below a number.
CREATE TABLE user_embeddings (
  run TEXT NOT NULL,
  user INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  as_of INTEGER NOT NULL,             -- the anchor time the history was encoded at
  vector BLOB NOT NULL,               -- float32, little-endian
  PRIMARY KEY (run, user, seq)
) STRICT;

-- The highest ingest number up to which every user of a run is encoded.
CREATE TABLE watermarks (run TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;

-- Append-only: the best advertisers of a user, best first.
CREATE TABLE candidates (
  run TEXT NOT NULL,
  user INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  advertisers TEXT NOT NULL,          -- JSON array of advertiser ids
  scores TEXT NOT NULL,               -- JSON array of cosines, same order
  PRIMARY KEY (run, user, seq)
) STRICT;

-- What serving reads. A published generation never changes; current says which one is served.
CREATE TABLE generations (
  id TEXT PRIMARY KEY,
  created INTEGER NOT NULL,
  advertiser_run TEXT,
  item_run TEXT,
  seq INTEGER NOT NULL,
  vectors_hash TEXT,                  -- SHA-256 of index/<id>/ item vectors
  index_hash TEXT,                    -- SHA-256 of the ANN index file
  info TEXT NOT NULL                  -- JSON: index parameters, measured recall
) STRICT;
CREATE TABLE current (slot INTEGER PRIMARY KEY CHECK (slot = 1), generation TEXT NOT NULL REFERENCES generations (id)) STRICT;

-- What a user did, readable: SELECT * FROM v_history WHERE user = '900' ORDER BY time;
CREATE VIEW v_history AS
SELECT e.seq, u.external_id AS user, strftime('%Y-%m-%dT%H:%M:%SZ', e.time, 'unixepoch') AS time,
  t.name AS event, d.name AS domain, i.external_id AS item, i.title, i.category, i.price,
  a.external_id AS advertiser, a.name AS advertiser_name
FROM events e
JOIN users u ON u.id = e.user
JOIN event_types t ON t.code = e.type
JOIN domains d ON d.code = e.domain
LEFT JOIN items i ON i.id = e.item
LEFT JOIN advertisers a ON a.id = coalesce(e.advertiser, i.advertiser);

-- The stored best advertisers: SELECT * FROM v_candidates WHERE user = '900' AND rank <= 10;
CREATE VIEW v_candidates AS
SELECT c.run, u.external_id AS user, c.seq, j.key + 1 AS rank, a.external_id AS advertiser,
  a.name AS advertiser_name, json_extract(c.scores, '$[' || j.key || ']') AS score
FROM candidates c
JOIN users u ON u.id = c.user
JOIN json_each(c.advertisers) j
JOIN advertisers a ON a.id = j.value;

-- What was published, the served one marked: SELECT * FROM v_generations;
CREATE VIEW v_generations AS
SELECT g.id, strftime('%Y-%m-%dT%H:%M:%SZ', g.created, 'unixepoch') AS created,
  g.id = (SELECT generation FROM current) AS current,
  g.advertiser_run, g.item_run, g.seq, g.vectors_hash, g.index_hash, g.info
FROM generations g;
`

/** Made after a bulk load, not before it: filling a table is several times faster without an index. */
export const EVENTS_INDEX = 'CREATE INDEX IF NOT EXISTS events_by_user ON events (user, time)'
