-- Who may sign in. All of it is erased with the person; none of it is an event.
CREATE TABLE accounts (
    person      TEXT PRIMARY KEY REFERENCES people (id),
    -- The person's login in small letters (ASCII only): two logins that differ in case are one to sign in with.
    login       TEXT,
    role        TEXT NOT NULL,
    -- JSON, a list of texts.
    functions   TEXT NOT NULL,
    -- The hash in PHC form; NULL for whoever signs in otherwise.
    password    TEXT,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE UNIQUE INDEX accounts_by_login ON accounts (login) WHERE login IS NOT NULL;

-- By which names identity providers know a person.
CREATE TABLE identities (
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    person  TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_person ON identities (person);

-- Browsers that are signed in. The digest is SHA-256 of the cookie's secret, which is kept nowhere.
CREATE TABLE sessions (
    digest     BLOB PRIMARY KEY,
    person     TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    agent      TEXT NOT NULL,
    address    TEXT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- What programs sign in with. The digest is SHA-256 of the token's secret.
CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    digest     BLOB NOT NULL,
    person     TEXT NOT NULL REFERENCES people (id),
    name       TEXT NOT NULL,
    -- JSON, a list of texts.
    scopes     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at    BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX tokens_by_digest ON tokens (digest);
CREATE INDEX tokens_by_person ON tokens (person);

-- Secrets that are good for one use, such as invitations.
CREATE TABLE tickets (
    digest     BLOB PRIMARY KEY,
    purpose    TEXT NOT NULL,
    person     TEXT REFERENCES people (id),
    -- JSON, of whoever gave the ticket out.
    payload    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX tickets_by_person ON tickets (person) WHERE person IS NOT NULL;
CREATE INDEX tickets_by_expiry ON tickets (expires_at);
