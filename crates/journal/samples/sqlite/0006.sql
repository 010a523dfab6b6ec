-- A digest that went out, an ask that waits, and the hours of whoever is told.
INSERT INTO hours (person, zone) VALUES ('p_ada', 'Europe/Helsinki');
INSERT INTO mail (id, person, slot, state, attempts, next_try, error, created_at, ended_at) VALUES
    ('m_1', 'p_ada', '2025-11-24/pm', 'sent', 2, 1764000000000071, 'it was busy', 1764000000000070, 1764000000000072);
INSERT INTO outbox (id, cause, stream, person, kind, urgency, payload, not_before, created_at, state, mail, ended_at, decided_by, reason) VALUES
    ('o_1', 2, 'release/tidewatch/2026.12', 'p_ada', 'news', 'digest', '{"n":1}', 1764000000000061, 1764000000000061, 'sent', 'm_1', 1764000000000072, NULL, NULL),
    ('o_2', 3, 'release/tidewatch/2026.12', 'p_ada', 'ask', 'at_once', '{"n":2}', 1764000000000062, 1764000000000062, 'waiting', NULL, NULL, NULL, NULL);
