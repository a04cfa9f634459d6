"""Users, goals, notes and the heartbeat, in PostgreSQL through one psycopg2 connection."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2 import extensions

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS goals (
    id serial PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS notes (
    id serial PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS heartbeat (
    name text PRIMARY KEY,
    at timestamptz NOT NULL
);
"""


class Database:
    """Connects at first use and again after the connection was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: extensions.connection | None = None

    def see_user(self, user_id: int, name: str) -> None:
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT INTO users (id, name) VALUES (%s, %s) "
                "ON CONFLICT (id) DO UPDATE SET name = excluded.name, seen_at = now()",
                (user_id, name),
            )

    def add_goal(self, user_id: int, text: str) -> None:
        with self._cursor() as cursor:
            cursor.execute("INSERT INTO goals (user_id, text) VALUES (%s, %s)", (user_id, text))

    def goals(self, user_id: int) -> list[str]:
        with self._cursor() as cursor:
            cursor.execute("SELECT text FROM goals WHERE user_id = %s ORDER BY id", (user_id,))
            return [text for (text,) in cursor.fetchall()]

    def add_note(self, user_id: int, text: str) -> None:
        with self._cursor() as cursor:
            cursor.execute("INSERT INTO notes (user_id, text) VALUES (%s, %s)", (user_id, text))

    def notes(self, user_id: int) -> list[str]:
        with self._cursor() as cursor:
            cursor.execute("SELECT text FROM notes WHERE user_id = %s ORDER BY id", (user_id,))
            return [text for (text,) in cursor.fetchall()]

    def beat(self, name: str) -> None:
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT INTO heartbeat (name, at) VALUES (%s, now()) "
                "ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                (name,),
            )

    @contextmanager
    def _cursor(self) -> Iterator[extensions.cursor]:
        """One transaction; whatever the database says goes up to the caller."""
        with self._lock:
            connection = self._connected()
            try:
                with connection.cursor() as cursor:
                    yield cursor
                connection.commit()
            except psycopg2.Error:
                connection.close()  # the next one starts with a fresh one
                raise

    def _connected(self) -> extensions.connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg2.connect(
                self._url, connect_timeout=5, application_name="life-os"
            )
            with self._connection.cursor() as cursor:
                cursor.execute(SCHEMA)
            self._connection.commit()
        return self._connection


def ping(url: str) -> None:
    """Ask for SELECT 1 over a connection of its own; raises psycopg2.Error within 2 seconds."""
    connection = psycopg2.connect(
        url,
        connect_timeout=2,
        application_name="life-os-health",
        options="-c statement_timeout=2000",
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
