CREATE TABLE notes (
    id serial PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX notes_by_user ON notes (user_id, created_at);
