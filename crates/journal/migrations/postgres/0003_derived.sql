-- What can be worked out again from the events; it may be emptied at any time.
CREATE TABLE derived (
    key   TEXT COLLATE "C" PRIMARY KEY,
    bytes BYTEA NOT NULL
);
