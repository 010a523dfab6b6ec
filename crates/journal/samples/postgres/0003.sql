-- A snapshot, as far as the journal is concerned.
INSERT INTO derived (key, bytes) VALUES ('snapshot/release/tidewatch/2026.12', '\x0102ff');
