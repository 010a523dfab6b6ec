-- A person, and one who was forgotten.
INSERT INTO people (id, login, name, address, created_at, erased_at) VALUES
    ('p_ada', 'ada', 'Ada Marsh', 'ada@example.org', 1764000000000000, NULL),
    ('p_ben', NULL, NULL, NULL, 1764000000000000, 1764000000000030);
