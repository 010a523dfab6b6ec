-- What can be worked out again from the events; it may be emptied at any time.
CREATE TABLE derived (
    key   TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
);
