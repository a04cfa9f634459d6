"""One question of a user's to a PostgreSQL: over a connection of its own, and read-only."""

from __future__ import annotations

import asyncio

import asyncpg

from bot.adapters.network import trouble
from bot.adapters.postgres_codes import CODES
from bot.adapters.postgres_queries import BEGIN
from bot.adapters.web import few_words
from bot.ports import Unavailable

LONGER = 2.0  # seconds for the server to end the query itself before we give up on the server
# What the server says when it is the server that fails, not the query (PostgreSQL, appendix A).
GONE = ("08", "57P", "53")
REFUSALS = {
    "25006": "the query would write, and it may only read",
    "55P03": "the query waited too long for a lock",
}
CANCELED = "57014"
FAILED = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ValueError,
    OverflowError,
)


class QueryFailed(Exception):  # noqa: N818 - it says what happened
    """The database refuses the query: its words for people."""


async def first_value(dsn: str, query: str, *, within: float) -> tuple[bool, object]:
    """Whether there is a row, and the first column of the first one.

    `within` seconds is what connecting and the query may each take. Raises QueryFailed, and
    Unavailable for a database that cannot be asked.
    """
    try:
        async with asyncio.timeout(within):
            connection = await asyncpg.connect(
                dsn,
                timeout=within,
                statement_cache_size=0,  # a pooler in transaction mode has no prepared statements
                server_settings={"application_name": "watchdog"},
            )
    except ValueError as error:  # also asyncpg's ClientConfigurationError
        raise Unavailable("the database's address is not a valid connection string") from error
    except FAILED as error:
        raise Unavailable(f"the database cannot be reached: {why(error, within)}") from error
    try:
        async with asyncio.timeout(within + LONGER):
            return await _ask(connection, query, within)
    except asyncpg.PostgresError as error:
        state = error.sqlstate or ""
        if state.startswith(GONE):
            raise Unavailable(f"the database cannot answer: {why(error, within)}") from error
        raise QueryFailed(_refusal(error, within)) from error
    except FAILED as error:
        raise Unavailable(f"the database cannot be asked: {why(error, within)}") from error
    finally:
        connection.terminate()


async def _ask(connection: asyncpg.Connection, query: str, within: float) -> tuple[bool, object]:
    """The extended protocol takes one statement at a time: no COMMIT can hide in it."""
    await connection.execute(BEGIN)
    await connection.execute(f"SET LOCAL statement_timeout = {max(int(within * 1000), 1)}")
    row = await connection.fetchrow(query)
    if row is None:
        return False, None
    return True, (row[0] if len(row) else None)


def _refusal(error: asyncpg.PostgresError, within: float) -> str:
    if error.sqlstate == CANCELED:
        return f"the query did not end in {within:g} s"
    if error.sqlstate in REFUSALS:
        return REFUSALS[error.sqlstate]
    return f"the query fails: {few_words(str(error), 120)} (SQLSTATE {error.sqlstate})"


def why(error: BaseException, within: float) -> str:
    """By class and SQLSTATE, never by the text, which may hold the address."""
    if isinstance(error, asyncpg.PostgresError):
        known = CODES.get(error.sqlstate or "")
        return known[1] if known else f"SQLSTATE {error.sqlstate}"
    if type(error) is ConnectionError:  # asyncpg's, when sslmode demands what is not offered
        return "it does not offer TLS, which the address demands"
    if isinstance(error, OSError):
        return trouble(error, within).detail
    return "we do not understand what it says"
