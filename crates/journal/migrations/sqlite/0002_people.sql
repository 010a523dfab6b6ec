-- The only place for names and addresses: an erased person keeps the id, and nothing else.
CREATE TABLE people (
    id         TEXT PRIMARY KEY,
    login      TEXT,
    name       TEXT,
    address    TEXT,
    created_at BIGINT NOT NULL,
    erased_at  BIGINT
);
CREATE UNIQUE INDEX people_by_login ON people (login) WHERE login IS NOT NULL;
