"""Callers come and go; what they began is done whole, on one connection."""

from __future__ import annotations

import asyncio
import random

import psutil
import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from store_examples import MINUTE, NOON, detected, noted, post

from bot.adapters.store import open_store
from bot.domain.incident import Incident
from bot.ports import Stale, Unavailable


def handles(path) -> int:
    """How many times this process has the database file open."""
    return sum(f.path == str(path) for f in psutil.Process().open_files())


async def hurried(store, incident: Incident, number: int, patience: float) -> bool:
    """Record and announce under a deadline that often hits in the middle; say whether it did."""
    try:
        async with asyncio.timeout(patience):
            after = await store.record(incident, noted(str(number)))
            await store.announce(after, [post(f"a{number}"), post(f"b{number}")])
    except TimeoutError:
        return True
    except Stale:
        pass
    return False


async def test_a_cancelled_caller_leaves_no_half_transaction(store, sql):
    dice = random.Random(7)
    incident = await store.open("svc", detected())
    hit = 0
    for number in range(120):
        incident = await store.incident(incident.id)
        hit += await hurried(store, incident, number, dice.uniform(0, 0.008))
    await store.close()  # drains
    assert hit > 10
    assert sql("SELECT max(version), count(*) FROM event") == sql(
        "SELECT version, version FROM incident"
    )
    pairs = sql("SELECT substr(key, 2), count(*) FROM post GROUP BY substr(key, 2)")
    assert {count for _, count in pairs} <= {2}


async def test_cancelling_never_opens_a_second_connection(sqlite_store, database_file):
    incident = await sqlite_store.open("svc", detected())
    opened = []
    engine = sqlite_store._work._engine.sync_engine
    event.listen(engine, "connect", lambda *_: opened.append(1))
    dice = random.Random(11)
    most = 0
    for number in range(120):
        incident = await sqlite_store.incident(incident.id)
        await hurried(sqlite_store, incident, number, dice.uniform(0, 0.008))
        most = max(most, handles(database_file))
    assert most == 1
    assert opened == []
    assert await sqlite_store.proven(incident.id)
    await sqlite_store.close()
    assert handles(database_file) == 0


async def test_a_cancelled_write_is_done_all_the_same(store):
    task = asyncio.create_task(store.set_memo("halt", "on"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store._work.drain()
    assert await store.memo("halt") == "on"


async def test_closing_waits_for_what_was_begun(store, sql):
    tasks = [asyncio.create_task(store.set_memo(f"m{n}", "x")) for n in range(8)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await store.close()
    assert sql("SELECT count(*) FROM memo") == [(8,)]


async def test_a_closed_store_says_so(store):
    await store.close()
    await store.close()
    with pytest.raises(Unavailable, match="closed"):
        await store.memo("halt")


async def test_many_readers_and_writers_share_the_connection(store, all_at_once):
    incident = await store.open("svc", detected())
    calls = [
        *(store.set_memo(f"m{n}", "x") for n in range(20)),
        *(store.post(post(f"p{n}")) for n in range(20)),
        *(store.incident(incident.id) for _ in range(20)),
    ]
    assert not [d for d in await all_at_once(*calls) if isinstance(d, Exception)]
    assert len(await store.due(NOON + MINUTE)) == 20


async def test_what_was_stored_is_there_after_a_reopening(store, url, clock):
    incident = await store.open("svc", detected())
    await store.close()
    again = await open_store(url, clock)
    assert await again.recent(5) == [incident]
    await again.close()


async def test_a_mistake_of_ours_does_not_pass_for_bad_weather(store):
    async def wrong(connection):
        await connection.exec_driver_sql("SELECT nonsense FROM nowhere")

    with pytest.raises(DBAPIError, match="nowhere"):
        await store._work(wrong)
