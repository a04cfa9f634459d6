"""The database really broken by its switches: seen by its clients, and well after the repair."""

from __future__ import annotations

import time

import asyncpg
import pytest
import pytest_asyncio
from broken_world import opened

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home():
    async for one in opened():
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def broken(home):
    yield home
    await home.repair()
    await home.until_well()


async def ask(broken, query="SELECT 1", timeout=5):
    """As the watchdog does, with its address."""
    connection = await asyncpg.connect(broken.world.places.database_url, timeout=timeout)
    try:
        return await connection.fetchval(query)
    finally:
        connection.terminate()


async def unhealthy(broken):
    return (await broken.health())[0] == 503


async def test_a_stopped_database_refuses_through_the_wire_too(broken):
    await broken.flip("database-stop")
    with pytest.raises(ConnectionRefusedError):
        await ask(broken)
    await broken.until(lambda: unhealthy(broken))
    await broken.until(lambda: broken.count("Is the server running on that host"))
    await broken.repair()
    assert await ask(broken) == 1
    await broken.until_well()


async def test_every_slot_is_taken(broken):
    await broken.flip("database-full")
    with pytest.raises(asyncpg.TooManyConnectionsError) as told:
        await ask(broken)
    assert told.value.sqlstate == "53300"
    await broken.until(lambda: unhealthy(broken))
    await broken.repair()
    assert await ask(broken) == 1
    await broken.until_well()


async def test_a_changed_password_locks_both_out(broken):
    await broken.flip("wrong-password")
    with pytest.raises(asyncpg.InvalidPasswordError) as told:
        await ask(broken)
    assert told.value.sqlstate == "28P01"
    await broken.until(lambda: broken.count("password authentication failed for user"))
    await broken.until(lambda: unhealthy(broken))
    await broken.repair()
    assert await ask(broken) == 1
    await broken.until_well()
    await broken.answered()


async def test_a_report_locks_a_table_and_writers_wait(broken):
    answered = len(broken.answers())
    await broken.flip("database-locks")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"

    async def waits():
        return await ask(broken, waiting)

    await broken.until(waits)
    holder = await ask(
        broken,
        "SELECT application_name || ': ' || state FROM pg_stat_activity"
        " WHERE pid = (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity"
        " WHERE cardinality(pg_blocking_pids(pid)) > 0 LIMIT 1)",
    )
    assert holder == "report.py: idle in transaction"
    await broken.until(lambda: unhealthy(broken))
    answered = len(broken.answers())
    await broken.repair()
    await broken.until(lambda: len(broken.answers()) > answered)


async def test_whoever_ends_the_report_has_repaired_it(broken):
    await broken.flip("database-locks")
    found = "FROM pg_stat_activity WHERE application_name = 'report.py'"
    assert await ask(broken, f"SELECT pg_terminate_backend(pid) {found}")
    await broken.until(lambda: not broken.is_on("database-locks"))
    await broken.answered()


async def test_the_same_report_as_another_role(broken):
    await broken.flip("database-locks-other")
    assert broken.is_on("database-locks-other")
    assert not broken.is_on("database-locks")
    who = "SELECT usename FROM pg_stat_activity WHERE application_name = 'report.py'"
    assert await ask(broken, who) == "reports"
    await broken.repair()
    await broken.until(lambda: not broken.is_on("database-locks-other"))
    await broken.until_well()


async def test_only_life_os_does_not_reach_its_database(broken):
    await broken.flip("database-way")
    await broken.until(lambda: broken.count("Connection refused"))
    await broken.until(lambda: unhealthy(broken))
    assert await ask(broken) == 1
    await broken.repair()
    await broken.until_well()


async def test_a_slow_database_is_slow_for_both_and_works(broken):
    began = time.monotonic()
    assert await ask(broken) == 1
    quick = time.monotonic() - began
    await broken.flip("database-slow")
    began = time.monotonic()
    assert await ask(broken, timeout=30) == 1
    assert time.monotonic() - began > max(0.3, quick)

    async def took():
        began = time.monotonic()
        return await broken.is_well() and time.monotonic() - began > 0.3

    await broken.until(took)
    await broken.repair()
    await broken.answered()


async def test_repairs_wait_for_the_database(broken):
    await broken.flip("wrong-password")
    await broken.flip("crash-loop")
    await broken.flip("database-stop")
    await broken.repair()
    assert await ask(broken) == 1
    await broken.until_well()
