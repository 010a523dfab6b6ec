CREATE TABLE events (
    position    INTEGER PRIMARY KEY,
    stream      TEXT NOT NULL,
    version     BIGINT NOT NULL,
    key         TEXT,
    recorded_at BIGINT NOT NULL,
    header      BLOB NOT NULL,
    salt        BLOB,
    payload     BLOB,
    hash        BLOB NOT NULL
);
CREATE UNIQUE INDEX events_by_version ON events (stream, version);
-- The key goes first: keys that arrive together tend to begin alike, and so to touch few pages.
CREATE UNIQUE INDEX events_by_key ON events (key, stream) WHERE key IS NOT NULL;
