"""The figures of a real PostgreSQL that is unwell, or does not tell."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from bot.adapters import postgres_queries as queries
from bot.adapters.postgres import Probe
from bot.adapters.postgres_health import Limits
from bot.adapters.postgres_queries import Examiner, Query
from bot.adapters.sources.database import Database

real = pytest.mark.asyncio(loop_scope="module")
NOW = timedelta(0)
OTHERS = "pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


@pytest_asyncio.fixture(loop_scope="module")
async def root(server):
    """The superuser's own connection, and nobody else's is left from the test before."""
    connection = await server._connect("postgres")
    await connection.execute(f"SELECT pg_terminate_backend(pid) FROM {OTHERS}")  # noqa: S608 - ours
    await until(connection, 0, f"SELECT count(*) FROM {OTHERS}")  # noqa: S608 - ours
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="module")
async def dsn(server, root):
    return await server.create("app")


@pytest_asyncio.fixture(loop_scope="module")
async def goals(dsn):
    owner = await asyncpg.connect(dsn)
    await owner.execute("DROP TABLE IF EXISTS goals; CREATE TABLE goals (id int, done int)")
    await owner.execute("INSERT INTO goals VALUES (1, 0), (2, 0)")
    yield owner
    await owner.close()


@contextlib.contextmanager
def probing(dsn, **more):
    probe = Probe(dsn, **more)
    yield probe
    probe.close()


@contextlib.asynccontextmanager
async def session(dsn, name="report.py"):
    connection = await asyncpg.connect(dsn, server_settings={"application_name": name})
    try:
        yield connection
    finally:
        connection.terminate()


async def until(root, count, query):
    """Wait for what the server does a moment later."""
    async with asyncio.timeout(10):
        while await root.fetchval(query) != count:
            await asyncio.sleep(0.01)


async def evidence(dsn, **more):
    return await Database("life-os", Probe(dsn, **more)).gather(None)


# Well


@real
async def test_a_healthy_one_is_told_with_its_figures(dsn):
    found = await evidence(dsn)
    facts = dict(found.facts)
    assert (facts["state"], facts["health"]) == ("ok", "ok")
    assert (facts["tls"], facts["takes_writes"], facts["usable"]) == ("none", "yes", "17")
    assert (facts["blocked"], facts["deadlocks"]) == ("0", "0")
    assert 1 <= int(facts["taken"]) <= 17
    assert "watchdog 1" in facts["holders"]
    assert int(facts["size_mb"]) >= 5
    assert 0 < int(facts["wraparound_age"]) < 1_000_000
    assert "unseen" not in facts
    assert "TLS of this connection: none" in found.lines
    assert any(line.startswith("its size is ") for line in found.lines)


@real
async def test_the_mode_of_tls_is_known_of_the_figures(dsn):
    found = await Probe(dsn).figures()
    assert found.tls == "none"
    assert found.health.symptoms == ()


@real
async def test_looks_leave_nothing_behind_and_nothing_open(dsn, root):
    with probing(dsn, health_every=1, fresh_every=1) as probe:
        for _ in range(3):
            assert (await probe.look()).code == ""
        held = probe._held
        assert not held.is_in_transaction()
        assert await held.fetchval("SHOW statement_timeout") == "0"
        ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watchdog'"
        await until(root, 1, ours)


# Locks


@contextlib.asynccontextmanager
async def waiting(dsn, root, number, statement):
    async with contextlib.AsyncExitStack() as stack:
        tasks = []
        for _ in range(number):
            one = await stack.enter_async_context(session(dsn, "life-os"))
            tasks.append(asyncio.create_task(one.execute(statement)))
        await until(root, number, "SELECT count(*) FROM pg_locks WHERE NOT granted")
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


@real
@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("UPDATE goals SET done = 1 WHERE id = 1", "UPDATE goals SET done = 2 WHERE id = 1"),
        ("LOCK TABLE goals", "SELECT 1 FROM goals"),
    ],
)
async def test_who_waits_for_whom_and_for_what(dsn, root, goals, held, wanted):
    async with session(dsn) as holder:
        await holder.execute(f"BEGIN; {held}")
        async with waiting(dsn, root, 3, wanted):
            with probing(dsn, limits=Limits(blocked_for=NOW)) as probe:
                found = await probe.look()
                assert found.code == "blocked"
                pid = holder.get_server_pid()
                said = (
                    f"session {pid} (report.py) holds a lock on goals: 3 others wait, the longest"
                )
                assert found.detail.startswith(said)
                gathered = await Database("life-os", probe).gather(None)
                assert (gathered.fact("state"), gathered.fact("health")) == ("ok", "blocked")
                assert gathered.fact("blocked") == "3"
                assert said in gathered.summary
                assert "UPDATE" not in repr(gathered)
            with probing(dsn) as patient:
                assert (await patient.look()).code == ""


@real
async def test_waiting_for_ones_turn_is_no_failure(dsn, root):
    async with session(dsn) as leader:
        await leader.execute("SELECT pg_advisory_lock(1)")
        async with waiting(dsn, root, 1, "SELECT pg_advisory_lock(1)"):
            with probing(dsn, limits=Limits(blocked_for=NOW)) as probe:
                assert (await probe.look()).code == ""


@real
async def test_the_locks_are_not_asked_for_more_often_than_said(dsn, root, goals):
    now = [0.0]
    examiner = Examiner(Limits(blocked_for=NOW), locks_apart=15, clock=lambda: now[0])
    async with session(dsn) as holder, session(dsn, "watchdog") as ours:
        await examiner.examine(ours)
        await holder.execute("BEGIN; LOCK TABLE goals")
        async with waiting(dsn, root, 1, "SELECT 1 FROM goals"):
            for at, seen in ((14.9, 0), (15.1, 1)):
                now[0] = at
                await examiner.examine(ours)
                assert len(examiner.health.symptoms) == seen
        now[0] = 20
        await examiner.examine(ours)
        assert examiner.health.symptoms  # what was seen stands until it is asked for again
        await holder.execute("ROLLBACK")
        await until(root, 0, "SELECT count(*) FROM pg_locks WHERE NOT granted")
        now[0] = 31
        await examiner.examine(ours)
        assert not examiner.health.symptoms


# Transactions


@real
async def test_idle_in_a_transaction(dsn, goals):
    async with session(dsn) as lazy:
        await lazy.execute("BEGIN; SELECT 1 FROM goals")
        with probing(dsn, limits=Limits(idle_in_transaction_for=NOW)) as probe:
            found = await probe.look()
            assert found.code == "long_transaction"
            pid = lazy.get_server_pid()
            assert found.detail == (
                f"session {pid} (report.py) sits idle in a transaction for 0 s (limit 0 s)"
            )
            await lazy.execute("COMMIT")
            assert (await probe.look()).code == ""  # while it is bad every look asks anew


@real
async def test_a_long_transaction_that_works(dsn, root):
    async with session(dsn) as busy:
        task = asyncio.create_task(busy.execute("SELECT pg_sleep(60)"))
        await until(root, 1, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        with probing(dsn, limits=Limits(transaction_open_for=NOW)) as probe:
            found = await probe.look()
            assert found.code == "long_transaction"
            assert "(report.py) has a transaction open for" in found.detail
        task.cancel()
        await asyncio.wait([task])


@real
async def test_a_dump_is_a_long_transaction_by_design(dsn):
    async with session(dsn, "pg_dump") as dump:
        await dump.execute("BEGIN; SELECT 1 FROM pg_class")
        limits = Limits(idle_in_transaction_for=NOW, transaction_open_for=NOW)
        with probing(dsn, limits=limits) as probe:
            assert (await probe.look()).code == ""


@real
async def test_the_worst_comes_first_and_the_others_are_named(dsn, root, goals):
    async with session(dsn) as holder:
        await holder.execute("BEGIN; LOCK TABLE goals")
        async with waiting(dsn, root, 1, "SELECT 1 FROM goals"):
            limits = Limits(blocked_for=NOW, idle_in_transaction_for=NOW)
            with probing(dsn, limits=limits, slow=0) as probe:
                found = await probe.look()
            assert found.code == "blocked"
            first, second, third = found.detail.split("; also: ")
            assert "1 other waits, for" in first
            assert second.startswith("answered in")
            assert "sits idle in a transaction" in third
            assert found.seconds > 0


# Connections


async def hold(stack, dsn, number, name):
    for _ in range(number):
        await stack.enter_async_context(session(dsn, name))


@real
async def test_nearly_every_connection_is_taken_and_by_whom(server, dsn, root):
    async with contextlib.AsyncExitStack() as stack:
        already = await root.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        )
        await hold(stack, dsn, 16 - already - 3, "report.py")
        await hold(stack, dsn, 2, "life-os")
        with probing(dsn) as probe:
            found = await probe.look()
            assert found.code == "connections"
            assert found.detail.startswith("1 of 17 connections free (limit 90 % taken): report.py")
            assert "life-os 2" in found.detail


@real
async def test_saturated_while_the_held_connection_tells_who_it_is(server, dsn):
    with probing(dsn) as probe:
        assert (await probe.look()).code == ""
        await server.saturate()
        try:
            found = await probe.look()
            found = found if found.code == "saturated" else await probe.look()
        finally:
            await server.release()
        assert found.code == "saturated"
        assert found.detail.startswith("every connection is taken, 17 of 17: reports 15, ")


@real
async def test_a_limit_of_the_role_is_not_taken_for_a_full_server(dsn, root):
    with probing(dsn, fresh_every=1) as probe:
        assert (await probe.look()).code == ""
        await root.execute("ALTER ROLE app CONNECTION LIMIT 1")
        try:
            found = await probe.look()
        finally:
            await root.execute("ALTER ROLE app CONNECTION LIMIT -1")
        assert found.code == "saturated"
        assert found.detail.startswith("it refuses another one, perhaps by a limit of the role, ")


# Writes


READ_ONLY = "SET default_transaction_read_only = on"


@real
@pytest.mark.parametrize(
    ("do", "undo", "why"),
    [
        (
            f"ALTER ROLE app {READ_ONLY}",
            "ALTER ROLE app RESET default_transaction_read_only",
            "set for the role",
        ),
        (
            f"ALTER DATABASE app {READ_ONLY}",
            "ALTER DATABASE app RESET default_transaction_read_only",
            "set for this database",
        ),
        (
            f"ALTER SYSTEM {READ_ONLY}",
            "ALTER SYSTEM RESET default_transaction_read_only",
            "set in its configuration",
        ),
    ],
)
async def test_it_takes_no_writes(dsn, root, do, undo, why):
    with probing(dsn, fresh_every=2) as probe, probing(dsn, expects_writes=False) as reader:
        assert [(await probe.look()).code for _ in range(2)] == ["", ""]
        await root.execute("SET default_transaction_read_only = off")
        await root.execute(do)
        await root.execute("SELECT pg_reload_conf()")
        await until(root, "on" if "SYSTEM" in do else "off", RESET_VALUE)
        try:
            seen = [await probe.look() for _ in range(2)]
            assert {one.code for one in seen[1:]} == {"read_only"}
            assert (
                seen[1].detail == f"it takes no writes: default_transaction_read_only is on, {why}"
            )
            gathered = await evidence(dsn)
            assert (gathered.fact("state"), gathered.fact("takes_writes")) == ("read_only", "no")
            assert (await reader.look()).code == ""
        finally:
            await root.execute(undo)
            await root.execute("SELECT pg_reload_conf()")
        await until(root, "off", RESET_VALUE)
        assert (await probe.look()).code == ""


RESET_VALUE = "SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only'"


@real
@pytest.mark.parametrize("options", ["", "?options=-c%20default_transaction_read_only%3Don"])
async def test_a_role_that_only_watches_may_be_kept_from_writing(server, dsn, root, options):
    watcher = await watching(server, dsn, root, "watcher", "IN ROLE pg_monitor")
    await root.execute(f"ALTER ROLE watcher {READ_ONLY if not options else 'RESET ALL'}")
    with probing(watcher + options) as probe:
        assert (await probe.look()).code == ""


async def watching(server, dsn, root, name, more=""):
    """Another role's address of the same database."""
    await root.execute(f"DROP ROLE IF EXISTS {name}")
    await root.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'made-up' {more}")
    return f"postgresql://{name}:made-up@127.0.0.1:{server.port}/app"


# What may not be seen


@real
async def test_without_pg_monitor_it_says_what_it_does_not_see(server, dsn, root, goals):
    plain = await watching(server, dsn, root, "plain")
    async with session(dsn) as lazy:
        await lazy.execute("BEGIN; SELECT 1 FROM goals")
        limits = Limits(idle_in_transaction_for=NOW, transaction_open_for=NOW)
        with probing(plain, limits=limits) as probe:
            assert (await probe.look()).code == ""
            found = await Database("life-os", probe).gather(None)
    assert (found.fact("state"), found.fact("health")) == ("ok", "ok")
    assert found.fact("longest_transaction_s") is None
    assert "the transactions of other roles (the role lacks pg_monitor)" in found.fact("unseen")
    assert found.lines[-1].startswith("not seen: the transactions of other roles (the role lacks")
    assert int(found.fact("taken")) >= 3  # numbackends counts everybody


@real
async def test_without_pg_monitor_locks_are_seen_and_only_their_names_are_not(
    server, dsn, root, goals
):
    plain = await watching(server, dsn, root, "plain")
    async with session(dsn) as holder:
        await holder.execute("BEGIN; LOCK TABLE goals")
        async with waiting(dsn, root, 2, "SELECT 1 FROM goals"):
            with probing(plain, limits=Limits(blocked_for=NOW)) as probe:
                found = await probe.look()
    assert found.code == "blocked"
    assert "holds a lock on goals: 2 others wait" in found.detail


@real
async def test_without_pg_monitor_the_sessions_of_our_own_role_still_count(dsn, root, goals):
    await root.execute("REVOKE pg_monitor FROM app")
    try:
        async with session(dsn) as lazy:
            await lazy.execute("BEGIN; SELECT 1 FROM goals")
            with probing(dsn, limits=Limits(idle_in_transaction_for=NOW)) as probe:
                found = await probe.look()
    finally:
        await root.execute("GRANT pg_monitor TO app")
    assert found.code == "long_transaction"


@real
async def test_a_figure_that_is_not_allowed_is_unknown_and_the_others_are_told(server, dsn, root):
    watcher = await watching(server, dsn, root, "watcher", "IN ROLE pg_monitor")
    admin = await asyncpg.connect(
        dsn.replace("app:", "postgres:").replace(
            server._passwords["app"], server._passwords["postgres"]
        )
    )
    await admin.execute("REVOKE SELECT ON pg_replication_slots FROM public")
    await admin.execute("REVOKE EXECUTE ON FUNCTION pg_blocking_pids(int) FROM public")
    try:
        with probing(watcher, health_every=1) as probe:
            assert [(await probe.look()).code for _ in range(2)] == ["", ""]
            found = await Database("life-os", probe).gather(None)
    finally:
        await admin.execute("GRANT SELECT ON pg_replication_slots TO public")
        await admin.execute("GRANT EXECUTE ON FUNCTION pg_blocking_pids(int) TO public")
        await admin.close()
    assert "replication slots (no permission)" in found.fact("unseen")
    assert found.fact("deadlocks") == "0"
    assert found.fact("size_mb")


@real
async def test_one_that_tells_nothing_of_itself_is_no_failure(dsn, monkeypatch):
    async def hangs(*_, **__):
        raise TimeoutError

    monkeypatch.setattr(Examiner, "examine", hangs)
    with probing(dsn) as probe:
        assert (await probe.look()).code == ""
        found = await Database("life-os", probe).gather(None)
        assert "its own figures" in found.fact("unseen")
        assert (found.fact("state"), found.fact("max")) == ("ok", "20")


@real
async def test_a_figure_that_takes_too_long_is_unknown(dsn, monkeypatch):
    slow = Query("deadlocks", "deadlocks", "SELECT pg_sleep(9)")
    monkeypatch.setattr(queries, "EVERY", (queries.CROWD, slow, queries.WRAPAROUND))
    begin = queries.BEGIN.replace("statement_timeout = '3s'", "statement_timeout = 200")
    monkeypatch.setattr(queries, "BEGIN", begin)
    found = await evidence(dsn)
    assert found.fact("state") == "ok"
    assert "deadlocks (it took too long)" in found.fact("unseen")
    assert found.fact("wraparound_age")


@real
async def test_one_that_goes_while_it_tells_is_looked_at_again(dsn, root, monkeypatch):
    with probing(dsn, health_every=1) as probe:
        assert (await probe.look()).code == ""
        cut = Query("crowd", "connections", "SELECT pg_terminate_backend(pg_backend_pid())")
        with monkeypatch.context() as patched:
            patched.setattr(queries, "EVERY", (cut,))
            assert (await probe.look()).code == ""  # it has answered, and then the line was cut
        assert probe._held is None
        assert (await probe.look()).code == ""
        assert probe._held is not None


@real
async def test_slots_are_seen(dsn, root):
    await root.execute("SELECT pg_create_physical_replication_slot('kept', true)")
    try:
        with probing(dsn, limits=Limits(slot_retained_bytes=0)) as probe:
            found = await probe.look()
    finally:
        await root.execute("SELECT pg_drop_replication_slot('kept')")
    assert found.code == "replication"
    assert found.detail.startswith("slot kept keeps ")
    assert found.detail.endswith("of WAL (limit 0 kB) and has no reader")


# A pooler: it makes up the pid it tells, and refuses startup parameters that it does not know.

KNOWN = {b"user", b"database", b"application_name", b"client_encoding"}  # of pgbouncer's


async def pooled(port, seen):
    async def pump(reader, writer, change=lambda data: data):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(change(data))
        writer.close()

    async def handle(reader, writer):
        start = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big") - 4)
        if len(start) == 4:  # asks for TLS
            writer.write(b"N")
            start = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big") - 4)
        seen.append(start[4:].rstrip(b"\0").split(b"\0")[::2])
        there, to = await asyncio.open_connection("127.0.0.1", port)
        to.write((len(start) + 4).to_bytes(4, "big") + start)
        made_up = partial_key(b"K\0\0\0\x0c")
        await asyncio.gather(pump(reader, to), pump(there, writer, made_up))

    def partial_key(mark):
        def change(data):
            at = data.find(mark)
            return data if at < 0 else data[: at + 5] + b"\0\0\0\7" + data[at + 9 :]

        return change

    return await asyncio.start_server(handle, "127.0.0.1", 0)


@real
async def test_behind_a_pooler(server, dsn):
    seen = []
    pooler = await pooled(server.port, seen)
    port = pooler.sockets[0].getsockname()[1]
    there = dsn.replace(f":{server.port}/", f":{port}/")
    with probing(there, health_every=1) as probe:
        assert (await probe.look()).code == ""
        found = await Database("life-os", probe).gather(None)
    pooler.close()
    assert seen
    assert all(set(keys) <= KNOWN for keys in seen)
    assert (found.fact("pooler"), found.fact("tls")) == ("yes", None)
    assert "TLS (a pooler is in between)" in found.fact("unseen")
