"""How the database is reached, and what is said when it cannot be."""

from __future__ import annotations

import asyncio
import logging
import sqlite3

import pytest
from store_examples import Clock, detected

from bot.adapters.store import engine, open_store
from bot.adapters.store.engine import make_engine
from bot.ports import Unavailable
from bot.sandbox.postgres import Postgres


async def refusal(url: str) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await open_store(url, Clock())
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 200
    return caught.value


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://u:hunter2@127.0.0.1/x", "begins with mysql"),
        ("hunter2", "cannot be read"),
        ("", "cannot be read"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite:///a.db?mode=ro", "must name a file"),
        ("postgresql://u:hunter2@127.0.0.1:hunter2/x", "cannot be read"),
        ("postgresql://u:hunter2@127.0.0.1/x?sslmode=please", "sslmode"),
        ("postgresql://u:hunter2@127.0.0.1/x?fancy=1&colour=2", "colour, fancy"),
    ],
)
async def test_a_wrong_url_is_refused_without_its_secrets(url, why):
    error = await refusal(url)
    assert error.permanent
    assert why in str(error)
    assert "hunter2" not in str(error)


def test_urls_as_platforms_write_them():
    plain = make_engine("postgres://u:p@db.internal:5433/x?sslmode=require&channel_binding=prefer")
    assert plain.url.drivername == "postgresql+asyncpg"
    assert (plain.url.host, plain.url.port, plain.url.database) == ("db.internal", 5433, "x")
    assert dict(plain.url.query) == {}


async def test_a_relative_file_in_a_new_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = await open_store("sqlite:///var/data/watchdog.db", Clock())
    await store.close()
    assert (tmp_path / "var/data/watchdog.db").exists()


async def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    error = await refusal(f"sqlite:///{tmp_path}/file/x/store.db")
    assert error.permanent
    assert "cannot be made" in str(error)


async def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database at all" * 500)
    error = await refusal(f"sqlite:///{path}")
    assert error.permanent
    assert path.read_bytes().startswith(b"not a")


async def test_sqlite_is_set_up_to_survive(sqlite_store):
    async def settings(connection):
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema")
        asked = [await connection.exec_driver_sql(f"PRAGMA {name}") for name in names]
        return [row.scalar() for row in asked]

    assert await sqlite_store._work(settings) == ["wal", 2, 1, 5000, 0]


async def test_a_locked_file_is_unavailable_and_then_works_again(
    empty_file, database_file, monkeypatch
):
    monkeypatch.setattr(engine, "BUSY_MS", 20)
    store = await open_store(empty_file, Clock())
    other = sqlite3.connect(database_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked") as caught:
        await store.set_memo("halt", "on")
    assert not caught.value.permanent
    other.execute("COMMIT")
    other.close()
    await store.set_memo("halt", "on")
    assert await store.memo("halt") == "on"
    await store.close()


async def test_the_engine_is_named_once_in_the_log(url, caplog):
    caplog.set_level(logging.INFO)
    await (await open_store(url, Clock())).close()
    [record] = [r for r in caplog.records if r.message == "store.opened"]
    assert record.engine.split()[0] in {"sqlite", "postgresql"}


async def test_wrong_credentials_take_a_person(shared_database):
    user, _, rest = shared_database.removeprefix("postgresql://").partition(":")
    _, _, place = rest.partition("@")
    error = await refusal(f"postgresql://{user}:hunter2@{place}")
    assert error.permanent
    assert "hunter2" not in str(error)
    assert (await refusal(shared_database.replace("/shared", "/nowhere"))).permanent


async def test_nobody_listens():
    error = await refusal("postgresql://u:hunter2@127.0.0.1:1/x")
    assert not error.permanent
    assert "hunter2" not in str(error)


async def test_a_server_without_tls_when_tls_is_asked_for(shared_database):
    error = await refusal(shared_database.replace("sslmode=disable", "sslmode=require"))
    assert "SSL" in str(error)


@pytest.fixture
async def own_postgres(tmp_path):
    server = Postgres(tmp_path / "pg", max_connections=20)
    await server.start()
    yield server
    await server.close()


async def test_a_database_that_goes_away_and_comes_back(own_postgres, monkeypatch):
    monkeypatch.setattr(engine, "COMMAND_SECONDS", 0.5)
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 0.5)
    store = await open_store(await own_postgres.create("store"), Clock())
    await own_postgres.freeze()
    with pytest.raises(Unavailable):
        await store.memo("halt")
    await own_postgres.thaw()
    await own_postgres.stop()
    with pytest.raises(Unavailable) as caught:
        await store.open("svc", detected())
    assert not caught.value.permanent
    await own_postgres.start()
    async with asyncio.timeout(10):
        await store.open("svc", detected())
    assert await store.proven(1)
    await store.close()


async def test_a_restart_of_the_database_between_two_uses_harms_none(own_postgres):
    store = await open_store(await own_postgres.create("store"), Clock())
    incident = await store.open("svc", detected())
    await own_postgres.stop("fast")
    await own_postgres.start()
    assert await store.incident(incident.id) == incident
    await store.close()


async def test_only_a_connection_that_rested_is_tried_before_it_is_used(
    empty_database, monkeypatch
):
    store, tried = await open_store(empty_database, Clock()), []
    dialect = store._work._engine.dialect
    monkeypatch.setattr(dialect, "do_ping", tried.append)
    assert [await store.memo("halt") for _ in range(3)] == [None] * 3
    assert tried == []
    monkeypatch.setattr(engine, "RESTED", -1.0)  # as when so many seconds have passed
    assert await store.memo("halt") is None
    assert len(tried) == 1
    await store.close()
