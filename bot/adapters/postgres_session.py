"""One session of a database: whether it holds others up, whether it is there, and its end.

The only thing in the house that changes anything in a watched database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from bot.adapters.postgres_health import Limits, Row
from bot.adapters.postgres_locks import WAITING, blocked
from bot.adapters.postgres_queries import BEGIN
from bot.adapters.query import FAILED, why
from bot.domain.remedy import Answer
from bot.ports import Reply, Unavailable

OUR_NAME = "watchdog"  # the application_name of every connection of ours
WHOEVER_WAITS = Limits(blocked_for=timedelta(0))
IS_THERE = """
    SELECT 1 FROM pg_stat_activity
    WHERE pid = $1 AND backend_start = $2 AND usename = current_user
"""
# A pid is given again, a pid and its start are not: what is approved and what is ended are one.
# PostgreSQL itself lets a role end the sessions of all roles that it is a member of: we do not.
END = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid = $1 AND backend_start = $2 AND pid <> pg_backend_pid()
      AND usename = current_user AND datname = current_database()
      AND backend_type = 'client backend' AND application_name <> '{OUR_NAME}'
      AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = usesysid)
"""  # noqa: S608 - a name of our own


@dataclass(frozen=True)
class Sessions:
    """Each question comes over a connection of its own; `within` seconds for each step of it.

    Also the end of a session is asked for in a read-only transaction: no row can change in it.
    """

    dsn: str
    within: float = 5.0

    async def blocker(self) -> str:
        """The pid of the session at the head of the longest wait, or "". Raises Unavailable."""
        rows = await self._rows(WAITING)
        return dict(blocked(rows, WHOEVER_WAITS).facts).get("blocker", "")

    async def is_there(self, pid: int, since: datetime) -> bool:
        """Whether that session of our role still exists. Raises Unavailable."""
        return bool(await self._rows(IS_THERE, pid, since))

    async def end(self, pid: int, since: datetime) -> Reply:
        """Ask once for its end. Never raises: what is not sure is Answer.UNCLEAR."""
        try:
            async with self._connected() as connection:
                return await self._end(connection, pid, since)
        except Unavailable as gone:
            return Reply(Answer.REFUSED, f"never asked: {gone}")

    async def _end(self, connection: asyncpg.Connection, pid: int, since: datetime) -> Reply:
        try:
            async with asyncio.timeout(self.within):
                await connection.execute(BEGIN)
                asked = await connection.fetchval(END, pid, since)
                await connection.execute("COMMIT")
        except asyncpg.InsufficientPrivilegeError:
            return Reply(Answer.REFUSED, f"PostgreSQL does not let us end session {pid}")
        except FAILED as error:
            return Reply(Answer.UNCLEAR, f"PostgreSQL: {why(error, self.within)}")
        if asked is None:
            gone = f"there is no session {pid} of that start any more that may be ended"
            return Reply(Answer.REFUSED, gone)
        if not asked:
            return Reply(Answer.REFUSED, f"PostgreSQL found no session {pid} to end")
        return Reply(Answer.ACCEPTED, f"PostgreSQL was asked to end session {pid}")

    async def _rows(self, query: str, *values: object) -> Sequence[Row]:
        async with self._connected() as connection:
            try:
                async with asyncio.timeout(self.within):
                    await connection.execute(BEGIN)
                    return [dict(row) for row in await connection.fetch(query, *values)]
            except FAILED as error:
                said = f"its sessions cannot be seen: {why(error, self.within)}"
                raise Unavailable(said) from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with asyncio.timeout(self.within):
                connection = await asyncpg.connect(
                    self.dsn,
                    timeout=self.within,
                    statement_cache_size=0,  # a pooler in transaction mode has none prepared
                    server_settings={"application_name": OUR_NAME},
                )
        except FAILED as error:
            said = f"the database cannot be reached: {why(error, self.within)}"
            raise Unavailable(said) from error
        try:
            yield connection
        finally:
            connection.terminate()
