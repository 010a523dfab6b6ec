-- Which server does a job, and until when nobody else does it. A lease that has passed is anybody's.
CREATE TABLE leases (
    job    TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL
);
