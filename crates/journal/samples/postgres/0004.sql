-- An account with everything that belongs to one, and an invitation that is nobody's yet.
INSERT INTO accounts (person, login, role, functions, password, created_at, disabled_at) VALUES
    ('p_ada', 'ada', 'admin', '["qa","engineering"]', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', 1764000000000040, NULL);
INSERT INTO identities (issuer, subject, person) VALUES ('https://id.example.org', 'ada-1', 'p_ada');
INSERT INTO sessions (digest, person, created_at, seen_at, expires_at, agent, address) VALUES
    ('\x0101010101010101010101010101010101010101010101010101010101010101', 'p_ada', 1764000000000041, 1764000000000042, 1764000000000099, 'Firefox', '192.0.2.7');
INSERT INTO tokens (id, digest, person, name, scopes, created_at, expires_at, used_at, revoked_at) VALUES
    ('t_ci', '\x0202020202020202020202020202020202020202020202020202020202020202', 'p_ada', 'CI', '["ingest"]', 1764000000000043, NULL, 1764000000000044, NULL);
INSERT INTO tickets (digest, purpose, person, payload, created_at, expires_at, used_at) VALUES
    ('\x0303030303030303030303030303030303030303030303030303030303030303', 'invitation', NULL, '{"role":"member"}', 1764000000000045, 1764000000000099, NULL);
