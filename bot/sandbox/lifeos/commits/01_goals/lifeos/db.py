"""PostgreSQL through one psycopg2 connection, and the migrations of its tables."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import extensions

log = logging.getLogger("lifeos.db")

MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = 20_260_101  # any number, as long as it is always the same


class Database:
    """Connects at first use and again after the connection was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: extensions.connection | None = None

    def run(self, statement: str, *values: object) -> None:
        with self._cursor() as cursor:
            cursor.execute(statement, values)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def migrate(self) -> None:
        """Apply what is new in migrations/, in the order of the names, all or nothing."""
        with self._cursor() as cursor:
            # Two instances may start at the same time.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS migrations "
                "(name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            cursor.execute("SELECT name FROM migrations")
            applied = {name for (name,) in cursor.fetchall()}
            for file in sorted(MIGRATIONS.glob("*.sql")):
                if file.stem not in applied:
                    log.info("applying migration %s", file.stem)
                    cursor.execute(file.read_text())
                    cursor.execute("INSERT INTO migrations (name) VALUES (%s)", (file.stem,))

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
        return self._connection
