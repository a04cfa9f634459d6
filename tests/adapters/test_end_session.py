"""End of a session: of our own role alone, of that very start, asked once and seen to be gone."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from bot.adapters.actions.end_session import NOBODY_WAITS, EndSession
from bot.adapters.postgres import Probe
from bot.adapters.postgres_health import Limits
from bot.adapters.postgres_session import OUR_NAME, Sessions
from bot.adapters.sources.database import Database
from bot.domain.evidence import Evidence, Found
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.ports import Unavailable

real = pytest.mark.asyncio(loop_scope="module")
SINCE = datetime(2026, 3, 2, 11, 30, 0, 123456, tzinfo=UTC)
TARGET = f"123 since {SINCE.isoformat()}"
REPORT = "report.py"
OTHERS = "pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


def database(**facts):
    facts = {
        "state": "ok",
        "blocker": "123",
        "blocker_waiting": "2 others wait, the longest 40 s",
        "blocker_who": REPORT,
        "blocker_role": "app",
        "blocker_ours": "app",
        "blocker_program": REPORT,
        "blocker_kind": "client backend",
        "blocker_state": "idle in transaction",
        "blocker_since": SINCE.isoformat(),
        "blocker_own": "yes",
        "blocker_super": "no",
        **facts,
    }
    return Evidence("B1", "database", Found.SOMETHING, "…", tuple(facts.items()))


def act(dsn="postgresql://nowhere", within=5.0):
    return EndSession("life-os", Sessions(dsn, within))


def proposal(target=TARGET):
    return Proposal("1.end-session", "end-session", target, Risk.HIGH, "", "", (), Live(), SINCE)


# When it is offered


def test_it_is_risky_and_says_what_it_does():
    assert (act().name, act().risk) == ("end-session", Risk.HIGH)
    assert "its open transaction is rolled back" in act().effect
    assert "Not at all" in act().undo


def test_offered_for_a_session_of_our_own_role_that_others_wait_for():
    reason = act().suits([database()])
    assert reason.why == "session 123 (report.py) holds a lock: 2 others wait, the longest 40 s"
    assert (reason.target, reason.evidence, reason.likely) == (TARGET, ("B1",), True)
    assert reason.live == Live(state="blocked by session 123")
    assert reason.brief == (
        ("Session", "123, report.py, since 02 Mar 11:30:00 UTC"),
        ("Role", "app, which is the watchdog's too"),
        ("It is", "idle in transaction"),
    )


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (
            {"blocker_role": "report", "blocker_own": "no"},
            "session 123 belongs to “report”, the watchdog is “app”: it ends only its own",
        ),
        (
            {"blocker": "0", "blocker_own": "no", "blocker_role": ""},
            "a prepared transaction holds the lock, and that has no session to end",
        ),
        ({"blocker_super": "yes"}, "session 123 is a superuser's"),
        (
            {"blocker_role": "", "blocker_own": "no", "blocker_kind": "autovacuum worker"},
            "session 123 is PostgreSQL's own (autovacuum worker)",
        ),
        (
            {"blocker_kind": "walsender"},
            "session 123 is PostgreSQL's own (walsender)",
        ),
        ({"blocker_kind": ""}, "session 123 is PostgreSQL's own (of an unknown kind)"),
        ({"blocker_program": OUR_NAME}, "session 123 is the watchdog's own"),
        ({"blocker_since": ""}, "when session 123 began is not known"),
    ],
)
def test_held_back_with_the_reason(facts, why):
    for wish in (None, ""):
        assert act().suits([database(**facts)], wish) == Barred(why)


@pytest.mark.parametrize(
    "evidence",
    [
        [],
        [Evidence("B1", "database", Found.SOMETHING, "…", (("state", "ok"), ("blocked", "0")))],
        [Evidence("", "database", Found.UNREADABLE, "our own network is down")],
    ],
)
def test_where_nobody_waits_it_is_nothing(evidence):
    assert act().suits(evidence) is None
    assert act().suits(evidence, "") == Barred(NOBODY_WAITS)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ("blocked by session 123", None),
        (
            "blocked by session 99",
            "it is blocked by session 99 now, not blocked by session 123 any more",
        ),
        ("blocked by nobody", "it is blocked by nobody now, not blocked by session 123 any more"),
    ],
)
def test_who_blocks_now_is_compared_before_the_call(now, why):
    assert changed(act().suits([database()]).live, Live(state=now)) == why


# A real PostgreSQL


@pytest_asyncio.fixture(loop_scope="module")
async def root(server):
    connection = await server._connect("postgres")
    await connection.execute(f"SELECT pg_terminate_backend(pid) FROM {OTHERS}")  # noqa: S608 - ours
    await until(connection, 0, f"SELECT count(*) FROM {OTHERS}")  # noqa: S608 - ours
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="module")
async def dsn(server, root):
    dsn = await server.create("app")
    owner = await asyncpg.connect(dsn)
    await owner.execute("CREATE TABLE IF NOT EXISTS goals (id int)")
    await owner.close()
    return dsn


async def until(root, wanted, query):
    """Wait for what the server does a moment later."""
    async with asyncio.timeout(10):
        while await root.fetchval(query) != wanted:
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def locking(dsn, root, name=REPORT):
    """A session that holds the table, and one that waits for it."""
    settings = {"application_name": name}
    holder = await asyncpg.connect(dsn, server_settings=settings)
    waiter = await asyncpg.connect(dsn)
    waiting = None
    try:
        await holder.execute("BEGIN; LOCK TABLE goals IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(waiter.execute("INSERT INTO goals VALUES (1)"))
        await until(root, 1, "SELECT count(*)::int FROM pg_locks WHERE NOT granted")
        yield holder, waiting
    finally:
        holder.terminate()
        if waiting:
            await asyncio.wait([waiting], timeout=10)
        waiter.terminate()


async def seen(dsn):
    limits = Limits(blocked_for=timedelta(0))
    return await Database("life-os", Probe(dsn, limits=limits)).gather(None)


async def there(root, holder):
    pid = holder.get_server_pid()
    return await root.fetchval("SELECT count(*)::int FROM pg_stat_activity WHERE pid = $1", pid)


async def start_of(root, holder):
    query = "SELECT backend_start FROM pg_stat_activity WHERE pid = $1"
    return await root.fetchval(query, holder.get_server_pid())


@real
async def test_who_holds_the_lock_is_ended_and_the_others_go_on(dsn, root):
    async with locking(dsn, root) as (holder, waiting):
        found = act(dsn)
        reason = found.suits([await seen(dsn)])
        assert changed(reason.live, await found.live()) is None
        wish = proposal(reason.target)
        assert await found.effect_since(wish, Live(), SINCE) is None
        reply = await found.run(wish)
        pid = holder.get_server_pid()
        assert (reply.answer, reply.note) == (
            Answer.ACCEPTED,
            f"PostgreSQL was asked to end session {pid}",
        )
        async with asyncio.timeout(10):
            await waiting
        effect = Effect(Course.DONE, f"session {pid} is not there any more")
        assert await found.effect_since(wish, Live(), SINCE) == effect
        again = await found.run(wish)
        assert again.answer is Answer.REFUSED
        assert (await found.live()).state == "blocked by nobody"
        assert await found.secure(Live()) is None


@real
async def test_a_pid_of_another_start_is_never_ended(dsn, root):
    async with locking(dsn, root) as (holder, _):
        pid, since = holder.get_server_pid(), await start_of(root, holder)
        for other in (since + timedelta(microseconds=1), since - timedelta(seconds=1)):
            reply = await Sessions(dsn).end(pid, other)
            assert reply.answer is Answer.REFUSED
            assert not await Sessions(dsn).is_there(pid, other)
        assert await Sessions(dsn).is_there(pid, since)
        assert await there(root, holder) == 1


@real
async def test_a_session_of_another_role_is_named_and_never_ended(server, dsn, root):
    other = await server.create("reporting")
    # Also where PostgreSQL would let us: a member may end the sessions of its role.
    await root.execute("GRANT reporting TO app")
    await server.run("GRANT ALL ON goals TO reporting", database="app")
    other = other.removesuffix("/reporting") + "/app"
    try:
        async with locking(other, root) as (holder, _):
            pid, since = holder.get_server_pid(), await start_of(root, holder)
            held = act(dsn).suits([await seen(dsn)])
            assert held == Barred(
                f"session {pid} belongs to “reporting”, the watchdog is “app”: it ends only its own"
            )
            assert (await Sessions(dsn).end(pid, since)).answer is Answer.REFUSED
            assert await there(root, holder) == 1
    finally:
        await root.execute("REVOKE reporting FROM app")


@real
async def test_our_own_a_superusers_and_another_databases_are_never_ended(server, dsn, root):
    ours = await asyncpg.connect(dsn, server_settings={"application_name": OUR_NAME})
    elsewhere = await asyncpg.connect(dsn.removesuffix("/app") + "/postgres")
    try:
        for one in (ours, elsewhere, root):
            reply = await Sessions(dsn).end(one.get_server_pid(), await start_of(root, one))
            assert reply.answer is Answer.REFUSED
            assert await there(root, one) == 1
    finally:
        ours.terminate()
        elsewhere.terminate()


@real
async def test_a_superuser_of_our_own_is_spared_too(server, dsn, root):
    """A watchdog that was given the superuser by mistake ends nobody with it."""
    await root.execute("ALTER ROLE app SUPERUSER")
    try:
        async with locking(dsn, root) as (holder, _):
            held = act(dsn).suits([await seen(dsn)])
            assert held == Barred(f"session {holder.get_server_pid()} is a superuser's")
            since = await start_of(root, holder)
            reply = await Sessions(dsn).end(holder.get_server_pid(), since)
            assert reply.answer is Answer.REFUSED
            assert await there(root, holder) == 1
    finally:
        await root.execute("ALTER ROLE app NOSUPERUSER")


@real
async def test_the_transaction_that_ends_it_can_write_nothing(dsn):
    async with Sessions(dsn)._connected() as connection:
        await connection.execute("BEGIN READ ONLY")
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("INSERT INTO goals VALUES (1)")


# A database that cannot be asked


async def test_what_never_reached_it_is_refused_and_what_cannot_be_seen_is_unavailable():
    found = act("postgresql://app@127.0.0.1:1/app")
    reply = await found.run(proposal())
    assert reply.answer is Answer.REFUSED
    assert reply.note.startswith("never asked: the database cannot be reached")
    for asked in (found.live(), found.effect_since(proposal(), Live(), SINCE)):
        with pytest.raises(Unavailable, match="cannot be reached"):
            await asked


async def test_an_answer_that_does_not_come_is_unclear():
    class Silent:
        async def execute(self, _):
            return None

        async def fetchval(self, *_):
            raise TimeoutError

    reply = await Sessions("postgresql://nowhere")._end(Silent(), 123, SINCE)
    assert reply.answer is Answer.UNCLEAR
