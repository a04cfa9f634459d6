"""One careful look at a PostgreSQL: bounded in time, read-only, and classified by SQLSTATE."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from bot.adapters.names import hosts, resolve
from bot.adapters.network import trouble
from bot.adapters.postgres_codes import CODES, CUT, FULL, OURS
from bot.adapters.postgres_health import (
    Health,
    Limits,
    Symptom,
    taken,
    worst_first,
)
from bot.adapters.postgres_queries import BEGIN, Examiner
from bot.adapters.postgres_words import said

LOOK = "SELECT 1"
FIGURES = """
    SELECT current_setting('server_version') AS version,
           (SELECT sum(numbackends)::int FROM pg_stat_database) AS connections,
           current_setting('max_connections')::int AS most,
           pg_postmaster_start_time() AS started
"""

SETTLED = 2.0  # seconds
LONGEST = 300  # characters of a detail
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
    tls: str = ""  # its version, "none", or nothing where it cannot be seen
    health: Health | None = None


class Probe:
    """Looks over one connection it keeps, which still answers when all others are taken.

    Every `fresh_every` looks, and while that fails, it also makes a new connection, as the service
    itself would have to; every `health_every` looks, and while those are bad, it asks for the
    database's own figures. `within` bounds connecting and each query, `at_most` the whole look;
    beyond `slow` it is slow; locks are asked for every `locks_apart`: all in seconds. Whoever
    watches a replica does not expect writes. `on_cut` is called when the server ends the connection
    that was kept for some seconds: no look has to be waited for. Nothing here raises but
    cancellation.
    """

    def __init__(
        self,
        dsn: str,
        *,
        slow: float = 1.0,
        within: float = 5.0,
        at_most: float = 12.0,
        fresh_every: int = 5,
        health_every: int = 2,
        locks_apart: float = 15.0,
        expects_writes: bool = True,
        limits: Limits | None = None,
        on_cut: Callable[[], None] = lambda: None,
    ) -> None:
        self._dsn, self._on_cut = dsn, on_cut
        self._slow, self._within, self._at_most = slow, within, at_most
        self._fresh_every, self._health_every = fresh_every, health_every
        self._until_fresh, self._until_health = fresh_every, 1
        self._examiner = Examiner(
            limits or Limits(), expects_writes=expects_writes, locks_apart=locks_apart
        )
        self._held: asyncpg.Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> Finding:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._at_most):
                    return await self._look()
            except FAILED as error:
                return self._why(error)

    async def figures(self) -> Finding:
        """Look once over a new connection: version, time of start and all its figures too.

        Its code knows of reach, slowness and writes; what else is bad is in `health` alone.
        """
        try:
            async with asyncio.timeout(self._at_most):
                return await self._figures()
        except FAILED as error:
            return self._why(error)

    def close(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.terminate()  # at once: a close would wait for a server that may be frozen

    async def _figures(self) -> Finding:
        began = time.monotonic()
        connection = await self._connect()
        try:
            row = await self._ask(connection, FIGURES)
            found = self._fine(time.monotonic() - began)
            health = await self._examined(connection)
        finally:
            connection.terminate()
        symptoms = [one for one in health.symptoms if one.code == "read_only"]
        return replace(
            _worst(found, symptoms),
            version=row["version"],
            connections=row["connections"],
            max_connections=row["most"],
            started_at=row["started"],
            tls=dict(health.facts).get("tls", ""),
            health=health,
        )

    async def _examined(self, connection: asyncpg.Connection) -> Health:
        """All that evidence wants; a database that answers and tells nothing is no failure."""
        try:
            async with asyncio.timeout(self._within):
                await self._examiner.standing(connection)
                await self._examiner.examine(connection, deep=True)
        except FAILED:
            return Health(unseen=("its own figures (it did not tell them in time)",))
        return self._examiner.health

    async def _look(self) -> Finding:
        try:
            seconds = await self._over_held()
        except (asyncpg.PostgresError, ConnectionResetError) as error:
            if isinstance(error, asyncpg.PostgresError) and error.sqlstate not in CUT:
                raise
            seconds = await self._over_held()
        examined = await self._examine_when_due()
        self._until_fresh -= 1
        bad = {symptom.code for symptom in self._examiner.health.symptoms}
        if self._until_fresh <= 0 or bad & {"read_only", "connections"}:
            self._until_fresh = 0  # until it has succeeded
            try:
                seconds = max(seconds, await self._knock())
            except asyncpg.PostgresError as error:
                if error.sqlstate != FULL:
                    raise
                if not examined:
                    await self._examine()
                return Finding("saturated", taken(self._examiner.health))
            self._until_fresh = self._fresh_every
        return _worst(self._fine(seconds), self._examiner.health.symptoms)

    async def _examine_when_due(self) -> bool:
        self._until_health -= 1
        if due := self._until_health <= 0 or bool(self._examiner.health.symptoms):
            await self._examine()
        return due

    async def _examine(self) -> None:
        if self._held is None:
            return
        try:
            async with asyncio.timeout(self._within):
                await self._examiner.examine(self._held)
        except FAILED:
            self.close()  # it has answered what counts; the next look tells whether it still does
        else:
            self._until_health = self._health_every

    async def _stand(self, connection: asyncpg.Connection) -> None:
        try:
            await self._examiner.standing(connection)
        except FAILED:
            connection.terminate()  # as above

    async def _over_held(self) -> float:
        began = time.monotonic()
        try:
            new = self._held is None or self._held.is_closed()
            if self._held is None or new:
                self._held = await self._connect()
                self._mind(self._held)
                self._until_fresh = self._fresh_every
            await self._ask(self._held, LOOK)
            seconds = time.monotonic() - began
            if new:
                await self._stand(self._held)
        except BaseException:
            self.close()
            raise
        return seconds

    def _mind(self, connection: asyncpg.Connection) -> None:
        """A server that ends each idle connection at once must not have us look without end."""
        since = time.monotonic()

        def ended(_: object) -> None:
            if connection is self._held and time.monotonic() - since > SETTLED:
                self._on_cut()

        connection.add_termination_listener(ended)

    async def _knock(self) -> float:
        began = time.monotonic()
        connection = await self._connect()
        try:
            await self._ask(connection, LOOK)
            seconds = time.monotonic() - began
            await self._stand(connection)
        finally:
            connection.terminate()
        return seconds

    async def _connect(self) -> asyncpg.Connection:
        await resolve(hosts(self._dsn), self._within)
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
        return Finding("error", f"it does not speak as PostgreSQL does: {said(error, 160)}")


def _worst(found: Finding, symptoms: Sequence[Symptom]) -> Finding:
    """One code, that of the worst; the others are named after it."""
    slow = [Symptom(found.code, found.detail)] if found.code else []
    ranked = worst_first([*symptoms, *slow])
    if not ranked:
        return found
    detail = "; also: ".join(one.detail for one in ranked)
    return replace(found, code=ranked[0].code, detail=detail[:LONGEST])


def _by_state(error: asyncpg.PostgresError) -> Finding:
    state = error.sqlstate or "unknown"
    if state in CODES:
        return Finding(*CODES[state])
    return Finding("error", f"it answers with an error: {said(error, 160)} (SQLSTATE {state})")
