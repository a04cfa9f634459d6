"""One store for each engine, on a real database, and a way to look at it behind its back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from store_databases import EMPTY, run
from store_examples import Clock

from bot.adapters.store import SqlStore, open_store
from bot.sandbox.postgres import Postgres

Sql = Callable[[str], list[tuple]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(tmp_path_factory):
    server = Postgres(tmp_path_factory.mktemp("store") / "pg", max_connections=60)
    await server.start()
    yield server
    await server.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_database(postgres):
    """A migrated database: emptying it is ten times faster than making one."""
    dsn = await postgres.create("shared") + "?sslmode=disable"
    await (await open_store(dsn, Clock())).close()
    return dsn


@pytest.fixture
def empty_database(shared_database) -> str:
    run(shared_database, EMPTY)
    return shared_database


@pytest_asyncio.fixture(loop_scope="session")
async def new_database(postgres) -> str:
    return await postgres.create(f"new{uuid4().hex[:8]}") + "?sslmode=disable"


@pytest.fixture
def empty_file(migrated, database_file) -> str:
    shutil.copy(migrated, database_file)
    return f"sqlite:///{database_file}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request) -> str:
    """A migrated database that holds nothing."""
    return request.getfixturevalue("empty_file" if request.param == "sqlite" else "empty_database")


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request, database_file) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{database_file}"
    return request.getfixturevalue("new_database")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(url, clock):
    opened = await open_store(url, clock)
    yield opened
    await opened.close()


@pytest.fixture
def sql(url) -> Sql:
    return lambda statement: run(url, statement)


@pytest.fixture
def unguarded(sql, url) -> Sql:
    """The same, with the triggers gone that keep events as they are."""
    if url.startswith("sqlite"):
        sql("DROP TRIGGER event_no_update")
        sql("DROP TRIGGER event_no_delete")
        yield sql
        return
    sql("ALTER TABLE event DISABLE TRIGGER USER")
    yield sql
    sql("ALTER TABLE event ENABLE TRIGGER USER")


async def outcomes(*calls) -> list:
    return await asyncio.gather(*calls, return_exceptions=True)


@pytest.fixture
def all_at_once():
    """Start the calls together; return results and exceptions alike."""
    return outcomes


@pytest.fixture
def database_file(tmp_path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
async def sqlite_store(empty_file, clock) -> SqlStore:
    opened = await open_store(empty_file, clock)
    yield opened
    await opened.close()
