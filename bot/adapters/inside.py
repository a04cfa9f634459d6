"""A look at the database from inside a service: sent there as text, so it needs nothing of ours.

It prints one line, and never a secret: of an error its kind, not its words. Exits with 0 or 1.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time

MARK = "database-check:"
WITHIN = 10  # seconds
ASK = (
    "SELECT current_setting('server_version'), current_user::text,"
    " (SELECT sum(numbackends)::int FROM pg_stat_database)"
)
# What drivers and servers say, in small letters, and what it means; the first that fits.
KINDS = (
    ("password", "auth"),
    ("pg_hba", "auth"),
    ("role ", "auth"),
    ("translate host", "name"),
    ("name or service", "name"),
    ("name resolution", "name"),
    ("getaddrinfo", "name"),
    ("does not exist", "name"),
    ("refused", "refused"),
    ("timeout", "timeout"),
    ("timed out", "timeout"),
    ("too many", "saturated"),
    ("slots are reserved", "saturated"),
    ("starting up", "starting"),
)


def ask(url: str) -> tuple[str, tuple[object, ...]]:
    """The first driver that is there, and what the database answers it. Raises what that raises."""
    for name in ("psycopg", "psycopg2"):
        try:
            driver = importlib.import_module(name)
        except ImportError:
            continue
        connection = driver.connect(url, connect_timeout=WITHIN, application_name="watchdog")
        cursor = connection.cursor()
        cursor.execute(ASK)
        return name, tuple(cursor.fetchone())
    return "asyncpg", asyncio.run(ask_asyncpg(url))


async def ask_asyncpg(url: str) -> tuple[object, ...]:
    driver = importlib.import_module("asyncpg")
    connection = await driver.connect(url, timeout=WITHIN, command_timeout=WITHIN)
    return tuple(await connection.fetchrow(ASK))


def kind_of(error: BaseException) -> str:
    said = f"{type(error).__name__} {error}".lower()
    return next((kind for words, kind in KINDS if words in said), "error")


def look(variable: str) -> dict[str, object]:
    scheme, mark, rest = os.environ.get(variable, "").strip().partition("://")
    if not mark:
        return {"state": "unset"}
    began = time.monotonic()
    try:
        driver, row = ask(f"{scheme.partition('+')[0]}://{rest}")
    except ImportError:
        return {"state": "no driver"}
    except Exception as error:  # noqa: BLE001 - whatever a driver raises is what is found
        return {"state": kind_of(error), "error": type(error).__name__}
    told = dict(zip(("version", "user", "connections"), row, strict=True))
    took = round((time.monotonic() - began) * 1000)
    return {"state": "ok", "driver": driver, "ms": took, **told}


if __name__ == "__main__":
    found = look(sys.argv[1])
    print(MARK, json.dumps(found), flush=True)  # noqa: T201 - it is how it answers
    sys.exit(0 if found["state"] == "ok" else 1)
