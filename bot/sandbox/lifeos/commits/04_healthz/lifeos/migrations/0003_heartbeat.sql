CREATE TABLE heartbeat (
    name text PRIMARY KEY,
    at timestamptz NOT NULL
);
