"""A unit of work: one transaction that runs to its end, whatever becomes of its caller."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Executable, Row
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ports import Unavailable

from .engine import for_one_query

T = TypeVar("T")
Unit = Callable[[AsyncConnection], Awaitable[T]]
Way = AbstractAsyncContextManager[AsyncConnection]

OURS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
# SQLSTATE classes and codes (postgresql.org/docs/current/errcodes-appendix.html)
OUR_STATES = ("22", "42")  # data and syntax: a mistake in this program
HOPELESS_STATES = ("28", "3D", "3F", "42501")  # credentials, no such database, no permission
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Work:
    """Runs each unit in a task of its own.

    A timeout that hits inside a transaction would make the pool drop the connection and open a
    second one; so callers may be cancelled, units never are. A cancelled caller does not know the
    outcome and must read again.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._asked = engine, for_one_query(engine)
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def __call__(self, unit: Unit[T]) -> T:
        """Commit what `unit` did, or nothing if it raises. Raises Unavailable."""
        return await self._to_its_end(self._engine.begin(), unit)

    async def rows(self, query: Executable, **given: object) -> Sequence[Row[Any]]:
        """Read by one query, without a transaction. Raises Unavailable."""

        async def unit(connection: AsyncConnection) -> Sequence[Row[Any]]:
            return (await connection.execute(query, given)).all()

        return await self._to_its_end(self._asked.connect(), unit)

    async def close(self) -> None:
        """Let what runs finish, then let go of the database."""
        self._closed = True
        await self.drain()
        await self._engine.dispose()

    async def drain(self) -> None:
        """Wait for units whose callers have gone."""
        while self._running:
            await asyncio.wait(self._running)

    async def _to_its_end(self, way: Way, unit: Unit[T]) -> T:
        if self._closed:
            raise Unavailable("the store is closed", permanent=True)
        task = asyncio.create_task(_run(way, unit))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)


async def _run(way: Way, unit: Unit[T]) -> T:
    try:
        async with way as connection:
            return await unit(connection)
    except DBAPIError as error:
        raise _translated(error) from error
    except PoolTimeout as error:
        raise Unavailable("the database is busy: no connection came free") from error
    except OSError as error:  # refused, unknown host, TLS not offered, no answer in time
        raise Unavailable(f"the database does not answer: {_said(error)}") from error


def _translated(error: DBAPIError) -> Exception:
    """Return Unavailable, or the error itself where it is a mistake of ours and no bad weather."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says which kind of it
    hopeless = state.startswith(HOPELESS_STATES) or code in DAMAGED
    ours = isinstance(error, OURS) or state.startswith(OUR_STATES) or code == sqlite3.SQLITE_ERROR
    if ours and not hopeless:
        return error
    return Unavailable(f"the database failed: {_said(error.orig)}", permanent=hopeless)


def _said(error: BaseException | None) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


class Part:
    """What every subject of the store is made of: the way to the database, and the clock."""

    def __init__(self, work: Work, now: Callable[[], datetime]) -> None:
        self._work = work
        self._now = now

    async def _all(self, query: Executable, **given: object) -> Sequence[Row[Any]]:
        """`given` are the values of its bindparams: what is asked often is made once."""
        return await self._work.rows(query, **given)

    async def _first(self, query: Executable, **given: object) -> Row[Any] | None:
        return next(iter(await self._all(query, **given)), None)

    async def _do(self, *statements: Executable) -> None:
        async def unit(connection: AsyncConnection) -> None:
            for statement in statements:
                await connection.execute(statement)

        await self._work(unit)
