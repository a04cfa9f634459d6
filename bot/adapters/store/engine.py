"""The two engines, each made so that a kill or a cancelled caller cannot hurt what is stored."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from bot.ports import Unavailable

POOL_WAIT = 5.0  # seconds a unit of work may queue for a connection
BUSY_MS = 5000  # how long SQLite waits for another process (a backup, an old instance)
JOURNAL_BYTES = 16 * 2**20
CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 10.0
MIGRATION_SECONDS = 300.0
PG_CONNECTIONS = 4
RESTED = 5.0  # seconds of a connection without work, after which it is tried before it is used
USED = "used"  # when it was last put back

ALONE = "alone"  # an option of ours: no transaction around it
SQLITE = {"sqlite", "sqlite+aiosqlite"}
POSTGRES = {"postgres", "postgresql", "postgresql+asyncpg"}
TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# libpq options that managed databases put into their URLs and asyncpg has no counterpart for
IGNORED = {"channel_binding", "gssencmode"}


def make_engine(url: str, *, migrating: bool = False) -> AsyncEngine:
    """Return an engine that has not connected yet. Raises Unavailable for a URL it cannot use.

    `migrating` leaves SQLite's foreign keys unenforced: with them on, Alembic's way of changing a
    table (copy, drop, rename) deletes or rejects the rows that point at it.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise Unavailable("the store URL cannot be read", permanent=True) from None
    if parsed.drivername in SQLITE:
        return _sqlite(parsed, foreign_keys=not migrating)
    if parsed.drivername in POSTGRES:
        return _postgres(parsed, MIGRATION_SECONDS if migrating else COMMAND_SECONDS)
    raise Unavailable(
        f"the store URL begins with {parsed.drivername}://, not with sqlite or postgresql",
        permanent=True,
    )


def _sqlite(url: URL, *, foreign_keys: bool) -> AsyncEngine:
    path = _file(url)
    # One connection and never two: SQLite before 3.51.3 can corrupt a WAL that two connections
    # write and checkpoint at once (sqlite.org/wal.html#walresetbug), and Python links older ones.
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        hide_parameters=True,
        # None: the driver must not start transactions in its own, later, way.
        connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in _pragmas(foreign_keys=foreign_keys):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(ALONE):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def for_one_query(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine with no transaction around what is asked: half the time of a read.

    One query sees one state of the database without it.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{ALONE: True})
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.query:
        raise Unavailable(
            "the store URL must name a file: sqlite:///watchdog.db or sqlite:////var/watchdog.db",
            permanent=True,
        )
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"the folder of {path} cannot be made: {error.strerror}"
        raise Unavailable(why, permanent=True) from error
    return path


def _pragmas(*, foreign_keys: bool) -> tuple[str, ...]:
    return (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
        "trusted_schema=OFF",
        f"journal_size_limit={JOURNAL_BYTES}",
    )


def _postgres(url: URL, command_seconds: float) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg", query={}),
        pool_size=PG_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        pool_use_lifo=True,  # most of the time one connection is enough, and the others rest
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": command_seconds,
            # A pooler in transaction mode hands out another server session each time: nothing
            # prepared may be remembered, and no two statements may share a name.
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"watchdog_{uuid4().hex}",
            **_tls(url),
        },
    )
    _tried_when_rested(engine)
    return engine


def _tried_when_rested(engine: AsyncEngine) -> None:
    """What the server closed is known without asking; what rested may be gone without a word.

    To ask before every use, as SQLAlchemy can, is half of the work of a read.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def put_back(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[USED] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def take(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        used = entry.info.get(USED)
        if used is None:  # it is new
            return
        try:
            driver = entry.driver_connection
            if driver is None or driver.is_closed():
                raise InvalidatePoolError
            if time.monotonic() - used > RESTED:
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _tls(url: URL) -> dict[str, str]:
    """Translate what libpq says in the query into asyncpg's argument, which uses the same words."""
    options = {key: value for key, value in url.query.items() if key not in IGNORED}
    mode = options.pop("sslmode", None)
    if options:
        names = ", ".join(sorted(options))
        raise Unavailable(f"the store URL has options we do not know: {names}", permanent=True)
    if mode is None:
        return {}
    if not isinstance(mode, str) or mode not in TLS_MODES:
        known = ", ".join(TLS_MODES)
        raise Unavailable(f"sslmode in the store URL must be one of {known}", permanent=True)
    return {"ssl": mode}
