CREATE TABLE reminders (
    id serial PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    text text NOT NULL,
    next_at timestamptz NOT NULL DEFAULT now() + interval '7 days'
);

CREATE INDEX reminders_by_time ON reminders (next_at);
