-- In which zone a person works. Erased with them.
CREATE TABLE hours (
    person TEXT PRIMARY KEY REFERENCES people (id),
    zone   TEXT NOT NULL
);

-- One mail to one person, under the name that it keeps however often it is sent.
CREATE TABLE mail (
    -- The local part of its Message-ID.
    id         TEXT PRIMARY KEY,
    person     TEXT NOT NULL REFERENCES people (id),
    -- The working half-day of the person that a digest counts for, as 2026-12-01/am; NULL for what goes at once.
    slot       TEXT,
    state      TEXT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_try   BIGINT NOT NULL,
    error      TEXT,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT
);
CREATE UNIQUE INDEX mail_by_slot ON mail (person, slot) WHERE slot IS NOT NULL;
CREATE UNIQUE INDEX mail_one_digest ON mail (person) WHERE state = 'open' AND slot IS NOT NULL;
CREATE INDEX mail_by_try ON mail (next_try) WHERE state = 'open';

-- What somebody is to be told, because of an event; written in the transaction of that event.
CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    cause      BIGINT NOT NULL,
    stream     TEXT NOT NULL,
    person     TEXT NOT NULL REFERENCES people (id),
    kind       TEXT NOT NULL,
    urgency    TEXT NOT NULL,
    -- JSON, of whoever writes it.
    payload    TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    state      TEXT NOT NULL,
    -- The mail that it goes out in, once that is settled.
    mail       TEXT REFERENCES mail (id),
    ended_at   BIGINT,
    -- Who dropped it, or had it tried again, and why.
    decided_by TEXT,
    reason     TEXT
);
CREATE INDEX outbox_by_due ON outbox (not_before) WHERE state = 'waiting' AND mail IS NULL;
CREATE INDEX outbox_by_mail ON outbox (mail) WHERE mail IS NOT NULL;
CREATE INDEX outbox_by_person ON outbox (person);
CREATE INDEX outbox_by_time ON outbox (created_at, id);
