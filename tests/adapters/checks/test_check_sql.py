"""What a user wants asked of the watched database: against a real one."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from bot.adapters import query as query_room
from bot.adapters.checks.heartbeat import Beat, Heartbeat, RowHeartbeat
from bot.adapters.checks.sql import Sql
from bot.domain.check import Seen
from bot.domain.severity import TABLE
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")


def now():
    return NOW


def check(dsn, query, **more):
    return Sql("life-os", dsn, query, now, name="sql:goals", **more)


@pytest.mark.parametrize(
    ("query", "wanted", "said", "value"),
    [
        ("SELECT 3", {"equals": "3"}, "", 3.0),
        ("SELECT 3.00::numeric", {"equals": "3"}, "", 3.0),
        ("SELECT 'ok'", {"equals": "ok"}, "", None),
        ("SELECT true", {"equals": "True"}, "", None),
        ("SELECT 'down'", {"equals": "ok"}, "it gives “down”, not “ok”", None),
        ("SELECT false", {"equals": "true"}, "it gives “false”, not “true”", None),
        ("SELECT null", {"equals": "ok"}, "it gives null, not “ok”", None),
        ("SELECT 3", {"at_least": 3, "at_most": 3}, "", 3.0),
        ("SELECT 3", {"at_least": 5}, "it gives 3, less than 5", 3.0),
        ("SELECT 3", {"at_most": 2.5}, "it gives 3, more than 2.5", 3.0),
        ("SELECT 'x'", {"at_least": 5}, "it gives “x”, which is no figure", None),
        ("SELECT null", {"at_least": 5}, "it gives null, which is no figure", None),
        ("SELECT 'NaN'::float8", {"at_least": 5}, "which is no figure", None),
        ("SELECT interval '2 min'", {"at_most": 60}, "it gives 120, more than 60", 120.0),
        ("SELECT 1 WHERE false", {}, "it gives no row", None),
        ("SELECT", {}, "", None),
        ("SELECT null", {}, "", None),
        ("SELECT 1 UNION ALL SELECT 2", {"equals": "1"}, "", 1.0),
        ("SELECT now()", {}, "", None),
        ("SELECT '\\x00ff'::bytea", {"equals": "00ff"}, "", None),
        ("SHOW transaction_read_only", {"equals": "on"}, "", None),
    ],
)
async def test_the_answer(dsn, query, wanted, said, value):
    result = await check(dsn, query, **wanted).look()
    assert (result.service, result.check, result.at) == ("life-os", "sql:goals", NOW)
    assert (result.seen, result.code) == ((Seen.FAIL, "unexpected") if said else (Seen.PASS, ""))
    assert said in result.detail
    assert result.value == value
    assert {("sql", "unexpected"), ("sql", "error")} <= TABLE.keys()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "SELECT * FROM goals",
            'the query fails: relation "goals" does not exist (SQLSTATE 42P01)',
        ),
        ("SELEC 1", "(SQLSTATE 42601)"),
        ("SELECT 1; SELECT 2", "(SQLSTATE 42601)"),
        ("SELECT 1/0", "division by zero (SQLSTATE 22012)"),
        ("CREATE TABLE x (y int)", "the query would write, and it may only read"),
        ("SELECT pg_sleep(60)", "the query did not end in 0.3 s"),
        ("SELECT pg_read_file('x')", "(SQLSTATE 42501)"),
    ],
)
async def test_a_query_that_fails(dsn, query, said):
    result = await check(dsn, query, within=0.3).look()
    assert (result.seen, result.code) == (Seen.FAIL, "error")
    assert said in result.detail


@pytest.mark.parametrize("query", ["COMMIT", "ROLLBACK", "SET TRANSACTION READ WRITE", ""])
async def test_nothing_else_can_be_run(server, dsn, query):
    result = await check(dsn, query).look()
    assert result.seen in {Seen.FAIL, Seen.BLIND}
    assert result.detail


async def test_no_connection_is_left(server, dsn):
    before = server.connections()
    for _ in range(5):
        await check(dsn, "SELECT 1/0").look()
        await check(dsn, "SELECT 1").look()
    await asyncio.sleep(0.1)
    assert server.connections() <= before + 1


async def blind(dsn, said, query="SELECT 1", **more):
    result = await check(dsn, query, **more).look()
    assert (result.seen, result.code) == (Seen.BLIND, "")
    assert said in result.detail
    assert "app:" not in result.detail
    with pytest.raises(Unavailable):
        await RowHeartbeat(dsn, query, **more)()


async def test_a_database_that_cannot_be_asked_is_not_the_tests_affair(server, dsn, monkeypatch):
    wrong = dsn.replace("app:", "app:not-", 1)
    await blind(wrong, "the database cannot be reached: it rejects the password")
    await blind("postgresql://u:p@h:port/x", "is not a valid connection string")
    await blind(f"{dsn}?sslmode=require", "does not offer TLS")
    await blind(dsn, "the database cannot be asked", "SELECT $1::int")
    own = "SELECT pg_terminate_backend(pg_backend_pid())"
    await blind(dsn, "the database cannot answer: it ", own)
    await server.saturate()
    try:
        await blind(dsn, "the database cannot be reached: every connection is taken")
    finally:
        await server.release()
    await server.freeze()
    try:
        await blind(dsn, "the database cannot be reached: no answer in 0.2 s", within=0.2)
    finally:
        await server.thaw()
    await server.stop("fast")
    try:
        await blind(dsn, "the database cannot be reached: refused: nothing listens")
    finally:
        await server.start()


async def test_one_that_freezes_under_the_query(server, dsn, monkeypatch):
    begun = query_room._ask

    async def freezes(connection, query, within):
        await server.freeze()
        return await begun(connection, query, within)

    monkeypatch.setattr(query_room, "_ask", freezes)
    monkeypatch.setattr(query_room, "LONGER", 0.1)
    try:
        result = await check(dsn, "SELECT 1", within=0.3).look()
    finally:
        await server.thaw()
    assert (result.seen, result.code) == (Seen.BLIND, "")
    assert result.detail.startswith("the database cannot be asked: no answer in")


@pytest.mark.parametrize("value", [10**400, Decimal("1e400"), Decimal("sNaN"), float("inf")])
async def test_figures_beyond_any(value):
    one = check("", "", equals="1", at_least=1)
    assert one.judge(value)
    assert check("", "", at_least=1).judge(value) in {
        "",
        f"{one.judge(value).split(',')[0]}, which is no figure",
    }


# A row as a sign of life


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("SELECT timestamptz '2026-03-02 13:00:00+01'", NOW),
        ("SELECT timestamp '2026-03-02 12:00:00'", NOW),
        (f"SELECT {int(NOW.timestamp())}", NOW),
        (f"SELECT {int(NOW.timestamp())}.5::numeric", NOW + timedelta(seconds=0.5)),
        (f"SELECT {int(NOW.timestamp())}::float8", NOW),
        ("SELECT null", None),
        ("SELECT max(at) FROM (SELECT now() AS at WHERE false) AS none", None),
        ("SELECT now() WHERE false", None),
    ],
)
async def test_a_row(dsn, query, at):
    assert await RowHeartbeat(dsn, query)() == (Beat(at) if at else None)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT 'soon'", "the heartbeat cannot be read: “soon” is no time"),
        ("SELECT true", "“True” is no time"),
        ("SELECT 1e300", "it is out of time"),
        ("SELECT * FROM beats", 'relation "beats" does not exist'),
    ],
)
async def test_a_row_that_cannot_be_read(dsn, query, said):
    beat = RowHeartbeat(dsn, query)
    every, grace = timedelta(minutes=5), timedelta(minutes=2)
    result = await Heartbeat("s", "heartbeat:row", beat, every, grace, now).look()
    assert (result.seen, result.code) == (Seen.BLIND, "")
    assert said in result.detail
    assert "app" not in repr(beat)


@pytest.mark.parametrize(
    "query", ["SELECT timestamptz '-infinity'", "SELECT timestamp '-infinity'"]
)
async def test_a_row_of_the_beginning_of_time_is_late(dsn, query):
    every = timedelta(minutes=5)
    result = await Heartbeat("s", "heartbeat", RowHeartbeat(dsn, query), every, every, now).look()
    assert (result.seen, result.code) == (Seen.FAIL, "late")


@pytest.mark.parametrize(
    "query", ["SELECT timestamptz 'infinity'", "SELECT timestamp '20000-01-01'"]
)
async def test_a_row_of_the_end_of_time_proves_nothing(dsn, query):
    every = timedelta(minutes=5)
    result = await Heartbeat("s", "heartbeat", RowHeartbeat(dsn, query), every, every, now).look()
    assert (result.seen, result.code) == (Seen.BLIND, "")


async def test_an_error_of_the_driver_is_ours(monkeypatch):
    async def connect(*_, **__):
        raise asyncpg.InternalClientError("x")

    monkeypatch.setattr(asyncpg, "connect", connect)
    result = await check("postgresql://u:p@h/x", "SELECT 1").look()
    assert (result.seen, result.detail[:35]) == (Seen.BLIND, "the database cannot be reached: we ")
    assert datetime.now(UTC) > NOW
