"""One careful look at a PostgreSQL: bounded in time, read-only, and classified by SQLSTATE."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from bot.adapters.network import trouble
from bot.domain.logs.lines import clean
from bot.domain.redact import redact

# Settings of one transaction only: those of a session would leak through a pooler to the service.
BEGIN = """
    BEGIN READ ONLY;
    SET LOCAL statement_timeout = '3s';
    SET LOCAL lock_timeout = '500ms';
    SET LOCAL idle_in_transaction_session_timeout = '5s'
"""
LOOK = "SELECT 1"
# Without pg_monitor, pg_stat_activity hides the others; pg_stat_database counts for everyone.
FIGURES = """
    SELECT current_setting('server_version') AS version,
           (SELECT sum(numbackends)::int FROM pg_stat_database) AS connections,
           current_setting('max_connections')::int AS most,
           pg_postmaster_start_time() AS started
"""

# What the server says when it goes away under an open connection: one more try tells whether it
# is back (PostgreSQL, appendix A: link lost, shut down, crashed).
CUT = frozenset({"08003", "08006", "57P01", "57P02"})
CODES = {
    "28P01": ("auth", "it rejects the password"),
    "28000": ("auth", "it rejects the role or the address that we come from"),
    "42501": ("auth", "the role may not connect to this database"),
    "3D000": ("name", "there is no database of that name"),
    "53300": ("saturated", "every connection is taken"),
    "57P03": ("starting", "it is starting up or recovering"),
    "57P01": ("starting", "it is shutting down or restarting"),
    "57P02": ("starting", "it has crashed and is restarting"),
    "57014": ("timeout", "the query did not end in 3 s"),
    "55P03": ("timeout", "the query waited too long for a lock"),
    "08003": ("refused", "it closed the connection"),
    "08006": ("refused", "it closed the connection"),
    "08001": ("refused", "it closed the connection"),
}
OURS = {"name": "name", "tls": "auth"}  # what the network calls it: what the table calls it
FAILED = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ValueError,
)


@dataclass(frozen=True)
class Finding:
    """`code` is "" when it answered, else a row of the severity table; `seconds` it took.

    `blind` says that the trouble is on our side. The figures are known of `figures()` alone.
    """

    code: str
    detail: str
    seconds: float | None = None
    blind: bool = False
    version: str = ""
    connections: int | None = None
    max_connections: int | None = None
    started_at: datetime | None = None


class Probe:
    """Looks over one connection it keeps, which still answers when all others are taken.

    Every `fresh_every` looks, and while that fails, it also makes a new connection, as the service
    itself would have to. `within` bounds connecting and each query, `at_most` the whole look;
    beyond `slow` it is slow: all in seconds. Nothing here raises but cancellation.
    """

    def __init__(
        self,
        dsn: str,
        *,
        slow: float = 1.0,
        within: float = 5.0,
        at_most: float = 12.0,
        fresh_every: int = 5,
    ) -> None:
        self._dsn = dsn
        self._slow, self._within, self._at_most = slow, within, at_most
        self._fresh_every = fresh_every
        self._until_fresh = fresh_every
        self._held: asyncpg.Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> Finding:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._at_most):
                    return self._fine(await self._look())
            except FAILED as error:
                return self._why(error)

    async def figures(self) -> Finding:
        """Look once over a new connection: version, connections and time of start too."""
        try:
            async with asyncio.timeout(self._at_most):
                seconds, row = await self._knock(FIGURES)
        except FAILED as error:
            return self._why(error)
        found = self._fine(seconds)
        return replace(
            found,
            version=row["version"],
            connections=row["connections"],
            max_connections=row["most"],
            started_at=row["started"],
        )

    def close(self) -> None:
        if self._held is not None:
            self._held.terminate()  # at once: a close would wait for a server that may be frozen
            self._held = None

    async def _look(self) -> float:
        """Return the seconds of the slowest part."""
        try:
            seconds = await self._over_held()
        except (asyncpg.PostgresError, ConnectionResetError) as error:
            if isinstance(error, asyncpg.PostgresError) and error.sqlstate not in CUT:
                raise
            seconds = await self._over_held()
        self._until_fresh -= 1
        if self._until_fresh <= 0:
            seconds = max(seconds, (await self._knock(LOOK))[0])
            self._until_fresh = self._fresh_every
        return seconds

    async def _over_held(self) -> float:
        began = time.monotonic()
        try:
            if self._held is None or self._held.is_closed():
                self._held = await self._connect()
                self._until_fresh = self._fresh_every
            await self._ask(self._held, LOOK)
        except BaseException:
            self.close()
            raise
        return time.monotonic() - began

    async def _knock(self, query: str) -> tuple[float, asyncpg.Record]:
        began = time.monotonic()
        connection = await self._connect()
        try:
            row = await self._ask(connection, query)
        finally:
            connection.terminate()
        return time.monotonic() - began, row

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._dsn,
            timeout=self._within,
            command_timeout=self._within,
            statement_cache_size=0,  # a pooler in transaction mode has no prepared statements
            server_settings={"application_name": "watchdog"},
        )

    async def _ask(self, connection: asyncpg.Connection, query: str) -> asyncpg.Record:
        await connection.execute(BEGIN)
        row = await connection.fetchrow(query)
        await connection.execute("COMMIT")
        if row is None:
            raise asyncpg.InterfaceError("it answered a query with nothing")
        return row

    def _fine(self, seconds: float) -> Finding:
        took = f"answered in {seconds * 1000:.0f} ms"
        if seconds > self._slow:
            return Finding("slow", f"{took} (limit {self._slow * 1000:.0f} ms)", seconds)
        return Finding("", took, seconds)

    def _why(self, error: BaseException) -> Finding:
        """By class and SQLSTATE, never by the text."""
        if isinstance(error, asyncpg.PostgresError):
            return _by_state(error)
        if type(error) is ConnectionError:  # asyncpg's, when sslmode demands what is not offered
            return Finding("auth", "it does not offer TLS, which the address demands")
        if isinstance(error, OSError):
            found = trouble(error, self._within)
            code = "" if found.blind else OURS.get(found.code, found.code)
            return Finding(code, found.detail, blind=found.blind)
        if isinstance(error, ValueError):  # also asyncpg's ClientConfigurationError
            return Finding("name", "its address is not a valid connection string")
        return Finding("error", f"it does not speak as PostgreSQL does: {_short(error)}")


def _by_state(error: asyncpg.PostgresError) -> Finding:
    state = error.sqlstate or "unknown"
    if state in CODES:
        return Finding(*CODES[state])
    return Finding("error", f"it answers with an error: {_short(error)} (SQLSTATE {state})")


def _short(error: BaseException) -> str:
    return clean(" ".join(redact(str(error)).split()))[:160]
