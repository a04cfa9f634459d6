"""The real store on a database in memory, with no thread in between: a hundred times as quick."""

from __future__ import annotations

import sqlite3
from functools import cache

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from bot.adapters.store import SqlStore
from bot.adapters.store.migrate import migrate
from bot.ports import Unavailable


@cache
def connection():
    """One for all tests of a process: what it has compiled serves the next, too.

    The driver begins no transactions of its own, so that what SQLAlchemy begins and ends is none.
    """
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None}
    )
    return engine.connect()


@cache
def raw():
    return connection().connection.driver_connection


@cache
def empty():
    """A migrated database without a row: copying it is quicker than making one."""
    migrate(connection())
    copy = sqlite3.connect(":memory:")
    raw().backup(copy)
    return copy


class Direct:
    """An AsyncConnection as the store uses it, whose answers are there at once."""

    dialect = property(lambda _: connection().dialect)

    async def execute(self, *args):
        return connection().execute(*args)

    async def scalar(self, *args):
        return connection().scalar(*args)


class DirectWork:
    """As bot.adapters.store.work.Work: each unit is one transaction. `broken`: none is possible."""

    def __init__(self):
        empty().backup(raw())
        self.broken = False

    async def __call__(self, unit):
        if self.broken:
            raise Unavailable("the database failed: the disk is full")
        raw().execute("BEGIN IMMEDIATE")
        try:
            found = await unit(Direct())
        except BaseException:
            raw().execute("ROLLBACK")
            raise
        raw().execute("COMMIT")
        return found

    async def rows(self, query, **given):
        return connection().execute(query, given).all()


class QuickStore(SqlStore):
    """What one process knows of the database; looks are written when `write_down` is called."""

    async def _write_soon(self):
        pass
