-- Byte order (COLLATE "C") is the order SQLite uses, and what a prefix of a stream's name relies on.
CREATE TABLE events (
    position    BIGINT PRIMARY KEY,
    stream      TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    key         TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    header      BYTEA NOT NULL,
    salt        BYTEA,
    payload     BYTEA,
    hash        BYTEA NOT NULL
);
CREATE UNIQUE INDEX events_by_version ON events (stream, version);
-- The key goes first: keys that arrive together tend to begin alike, and so to touch few pages.
CREATE UNIQUE INDEX events_by_key ON events (key, stream) WHERE key IS NOT NULL;
