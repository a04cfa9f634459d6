CREATE TABLE users (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE goals (
    id serial PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, text)
);
