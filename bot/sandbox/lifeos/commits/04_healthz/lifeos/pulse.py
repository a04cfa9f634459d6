"""The heartbeat of the poller, from its own loop, and what /healthz makes of it."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import closing

import psycopg2

from lifeos.life import Life

BEAT_SECONDS = float(os.environ.get("LIFE_OS_HEARTBEAT_SECONDS", "5"))
PATIENCE = max(3 * BEAT_SECONDS, 2.0)
STATEMENT = (
    "INSERT INTO heartbeat (name, at) VALUES ('poller', now()) "
    "ON CONFLICT (name) DO UPDATE SET at = excluded.at"
)


class Pulse:
    """When the loop last showed that it turns."""

    def __init__(self) -> None:
        self._at: float | None = None

    def beat(self) -> None:
        self._at = time.monotonic()

    def trouble(self) -> str | None:
        if self._at is None:
            return "the poller has not started"
        age = time.monotonic() - self._at
        return f"the poller's heartbeat is {age:.0f} s old" if age > PATIENCE else None


PULSE = Pulse()


async def heartbeat(life: Life) -> None:
    PULSE.beat()
    await asyncio.to_thread(life.database.run, STATEMENT)


def trouble(database_url: str) -> str | None:
    """Say why the bot is not healthy, if so, within two seconds."""
    return PULSE.trouble() or _database_trouble(database_url)


def _database_trouble(url: str) -> str | None:
    """Ask for SELECT 1 over a connection of its own: the bot's may be busy."""
    try:
        connection = psycopg2.connect(
            url,
            connect_timeout=2,
            application_name="life-os-health",
            options="-c statement_timeout=2000",
        )
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except psycopg2.Error as error:
        first = (str(error).splitlines() or [""])[0]
        return f"database: {type(error).__name__}: {first}"
    return None
