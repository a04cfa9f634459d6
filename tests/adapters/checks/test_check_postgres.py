"""A real PostgreSQL in every state that a night brings."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import UTC, datetime

import asyncpg
import pytest
import pytest_asyncio

from bot.adapters import postgres
from bot.adapters.checks.postgres import Postgres as Check
from bot.adapters.postgres import Finding, Probe
from bot.adapters.postgres_codes import CODES
from bot.adapters.postgres_health import Limits
from bot.adapters.sources.database import Database
from bot.domain.check import Seen
from bot.domain.evidence import Found
from bot.domain.severity import TABLE
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUICK = {"within": 0.4, "at_most": 3.0}


@pytest_asyncio.fixture(loop_scope="module")
async def probe(dsn):
    made = Probe(dsn, fresh_every=5)
    yield made
    made.close()


async def code(probe):
    return (await probe.look()).code


def now():
    return NOW


async def test_it_answers_over_one_held_connection(server, probe):
    before = server.connections()
    for _ in range(4):
        found = await probe.look()
        assert (found.code, found.blind) == ("", False)
        assert "answered in" in found.detail
        assert found.seconds < 1
    held = probe._held
    await probe.look()
    await probe.look()
    assert probe._held is held
    assert server.connections() <= before + 2


async def test_the_look_is_read_only_and_leaves_no_setting_behind(probe):
    await probe.look()
    for setting in ("default_transaction_read_only", "statement_timeout", "lock_timeout"):
        assert await probe._held.fetchval(f"SHOW {setting}") in {"off", "0"}
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await probe._ask(probe._held, "CREATE TABLE x (y int)")


async def test_slow(dsn):
    probe = Probe(dsn, slow=0.0)
    found = await probe.look()
    assert (found.code, "limit 0 ms" in found.detail) == ("slow", True)
    probe.close()


async def test_a_query_that_hangs_ends(probe, monkeypatch):
    monkeypatch.setattr("bot.adapters.postgres.BEGIN", "BEGIN; SET LOCAL statement_timeout = 50")
    monkeypatch.setattr("bot.adapters.postgres.LOOK", "SELECT pg_sleep(9)")
    assert await code(probe) == "timeout"


async def test_wrong_password_role_and_name(server, dsn):
    head, tail = dsn.rsplit("/", 1)[0], dsn.rsplit("/", 1)[1]
    wrong = head.replace("app:", "app:not-", 1) + "/" + tail
    nobody = head.replace("//app:", "//nobody:", 1) + "/" + tail
    for address, expected, said in (
        (wrong, "auth", "rejects the password"),
        (nobody, "auth", "rejects the"),
        (f"{head}/nothing", "name", "no database of that name"),
        (f"{dsn}?sslmode=require", "auth", "does not offer TLS"),
        ("postgresql://u:p@127.0.0.1:notaport/x", "name", "not a valid connection string"),
    ):
        found = await Probe(address).look()
        assert found.code == expected, address
        assert said in found.detail


async def test_saturated_is_said_until_it_is_over(server, dsn):
    probe = Probe(dsn, fresh_every=3)
    assert await code(probe) == ""
    await server.saturate()
    try:
        seen = [await code(probe) for _ in range(6)]
        assert seen[-4:] == ["saturated"] * 4  # while it lasts every look tries anew
        assert probe._held is not None
        assert not probe._held.is_closed()
        assert await code(Probe(dsn)) == "saturated"
        evidence = await Database("life-os", Probe(dsn)).gather(None)
        assert evidence.fact("state") == "saturated"
    finally:
        await server.release()
    async with asyncio.timeout(10):
        while server.connections() > 5:  # they end a moment after they are told to
            await asyncio.sleep(0.01)
    assert await code(probe) == ""
    probe.close()


async def test_frozen_with_a_connection_open_then_thawed(server, dsn):
    probe = Probe(dsn, **QUICK)
    assert await code(probe) == ""
    await server.freeze()
    try:
        began = time.monotonic()
        found = await probe.look()
        assert (found.code, found.detail) == ("timeout", "no answer in 0.4 s")
        assert await code(probe) == "timeout"  # and now without a connection held
        assert time.monotonic() - began < 3
        assert probe._held is None
    finally:
        await server.thaw()
    assert await code(probe) == ""
    probe.close()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_between_two_looks_is_no_failure(server, probe, mode):
    assert await code(probe) == ""
    await server.stop(mode)
    await server.start()
    assert await code(probe) == ""


async def test_the_end_of_the_held_connection_is_told_at_once(server, dsn, monkeypatch):
    monkeypatch.setattr(postgres, "SETTLED", 0.0)
    cut = asyncio.Event()
    probe = Probe(dsn, on_cut=cut.set)
    assert await code(probe) == ""
    await server.stop("fast")
    async with asyncio.timeout(5):
        await cut.wait()
    await server.start()
    probe.close()


@pytest.mark.parametrize("ours", [True, False])
async def test_neither_our_own_end_nor_one_that_comes_at_once_asks_for_a_look(
    server, dsn, monkeypatch, ours
):
    monkeypatch.setattr(postgres, "SETTLED", 0.0 if ours else 60.0)
    calls = []
    probe = Probe(dsn, on_cut=lambda: calls.append(1))
    assert await code(probe) == ""
    held = probe._held
    if ours:
        probe.close()
    else:
        await server.stop("fast")
        await server.start()
    ended = asyncio.Event()
    if held.is_closed():
        ended.set()
    else:
        held.add_termination_listener(lambda _: ended.set())
    async with asyncio.timeout(5):
        await ended.wait()
    for _ in range(5):
        await asyncio.sleep(0)
    assert calls == []
    probe.close()


async def test_a_closed_port(server, probe):
    assert await code(probe) == ""
    await server.stop("fast")
    try:
        found = await probe.look()
        assert (found.code, found.detail) == ("refused", "refused: nothing listens at its address")
    finally:
        await server.start()
    assert await code(probe) == ""


async def test_looks_at_the_same_time_wait_for_each_other(probe):
    found = await asyncio.gather(*(probe.look() for _ in range(5)))
    assert [one.code for one in found] == [""] * 5


async def test_figures(server, dsn):
    evidence = await Database("life-os", Probe(dsn)).gather(None)
    assert (evidence.id, evidence.source, evidence.found) == ("B1", "database", Found.SOMETHING)
    assert (evidence.fact("state"), evidence.fact("max")) == ("ok", "20")
    assert 1 <= int(evidence.fact("connections")) <= 20
    assert int(evidence.fact("ms")) < 2000
    assert evidence.fact("version")[0].isdigit()
    assert "of 20 connections taken" in evidence.summary


async def test_its_time_of_start_changes_with_a_restart_and_with_nothing_else(server, dsn):
    probe, begun = Probe(dsn), datetime.now(UTC)
    first = (await probe.figures()).started_at
    assert (await probe.figures()).started_at == first
    await server.stop("fast")
    assert (await probe.figures()).started_at is None
    await server.start()
    second = (await probe.figures()).started_at
    assert first < begun < second < datetime.now(UTC)


async def test_the_check(dsn):
    probe = Probe(dsn)
    result = await Check("life-os", probe, now).look()
    assert (result.service, result.check, result.at) == ("life-os", "postgres", NOW)
    assert (result.seen, result.code) == (Seen.PASS, "")
    assert 0 < result.value < 1
    probe.close()


async def test_the_check_of_one_that_answers_and_is_not_well(dsn):
    probe = Probe(dsn, limits=Limits(connections_share=0.0))
    result = await Check("life-os", probe, now).look()
    assert (result.seen, result.code) == (Seen.FAIL, "connections")
    assert "of 17 connections free (limit 0 % taken): " in result.detail
    assert 0 < result.value < 1
    probe.close()


# What a real one cannot be made to do


async def listening(handle):
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    return server, f"postgresql://u:hunter2@127.0.0.1:{port}/x"


async def test_one_that_accepts_and_is_silent():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server, dsn = await listening(silent)
    async with server:
        found = await Probe(dsn, **QUICK).look()
        assert (found.code, found.detail) == ("timeout", "no answer in 0.4 s")
        assert not found.blind


async def test_one_that_hangs_up_and_one_that_is_no_postgres():
    async def hangs_up(reader, writer):
        writer.close()

    async def other(reader, writer):
        await reader.read(8)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    for handle, codes in ((hangs_up, {"refused"}), (other, {"refused", "error", "auth"})):
        server, dsn = await listening(handle)
        async with server:
            found = await Probe(dsn, **QUICK).look()
        assert found.code in codes
        assert found.detail
        assert "hunter2" not in found.detail


async def fails(monkeypatch, error):
    async def connect(*_, **__):
        raise error

    monkeypatch.setattr(asyncpg, "connect", connect)
    return await Probe("postgresql://u:p@127.0.0.1/x").look()


@pytest.mark.parametrize("state", sorted(CODES))
async def test_every_state_has_a_row_in_the_table(monkeypatch, state):
    found = await fails(monkeypatch, asyncpg.PostgresError.new({"C": state, "M": "text"}))
    assert ("postgres", found.code) in TABLE
    assert found.detail == CODES[state][1]


async def test_an_unknown_state_says_what_the_server_said(monkeypatch):
    error = asyncpg.PostgresError.new({"C": "XX000", "M": "cache lookup failed, password=hunter2"})
    found = await fails(monkeypatch, error)
    assert found.code == "error"
    assert found.detail.startswith(
        "it answers with an error: cache lookup failed, password=[secret:"
    )
    assert found.detail.endswith("(SQLSTATE XX000)")


@pytest.mark.parametrize(
    ("error", "code", "blind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "name", False),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "", True),
        (OSError(101, "Network is unreachable"), "", True),
        (OSError("Multiple exceptions: [Errno 111] …"), "refused", False),
        (asyncpg.InternalClientError("x"), "error", False),
    ],
)
async def test_the_network(monkeypatch, error, code, blind):
    found = await fails(monkeypatch, error)
    assert (found.code, found.blind) == (code, blind)
    if blind:
        result = await Check("s", Probe("postgresql://u:p@127.0.0.1/x"), now).look()
        assert (result.seen, result.code) == (Seen.BLIND, "")
        with pytest.raises(Unavailable):
            await Database("s", Probe("postgresql://u:p@127.0.0.1/x")).gather(None)


async def test_a_connection_cut_twice_is_a_failure(monkeypatch):
    error = asyncpg.PostgresError.new({"C": "57P01", "M": "terminating connection"})
    found = await fails(monkeypatch, error)
    assert found == Finding("starting", "it is shutting down or restarting")
