-- A job that a server is at.
INSERT INTO leases (job, holder, until) VALUES ('forget what ended', 'server-1', 1764000000000060);
