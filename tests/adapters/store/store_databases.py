"""A database seen with other eyes than the store's: plain drivers, plain SQL."""

from __future__ import annotations

import sqlite3

import psycopg2

from bot.adapters.store.tables import METADATA

EMPTY = "".join(
    [
        "ALTER TABLE event DISABLE TRIGGER USER;",
        *(f"{table.delete()};" for table in reversed(METADATA.sorted_tables)),
        "ALTER TABLE event ENABLE TRIGGER USER;",
        "ALTER SEQUENCE incident_id_seq RESTART;",
    ]
)


def run(url: str, statement: str) -> list[tuple]:
    return run_sqlite(url, statement) if url.startswith("sqlite") else run_postgres(url, statement)


def run_sqlite(url: str, statement: str) -> list[tuple]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


def run_postgres(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
