from __future__ import annotations

from store_examples import MINUTE, NO, NOON, YES, post

from bot.domain.check import Result, Seen
from bot.ports import Lane, Update

BATCH = [Update(900, '{"a": 1}'), Update(901, '{"b": "\\u0000"}'), Update(3, "{}")]


async def test_a_batch_is_kept_once_in_order_of_arrival(store):
    assert await store.take_in(BATCH, NOON) == 3
    assert await store.take_in(BATCH, NOON) == 0
    assert await store.take_in([Update(1, "{}"), *BATCH], NOON) == 1
    assert await store.unhandled() == [*BATCH, Update(1, "{}")]


async def test_a_double_within_one_batch_is_kept_once(store):
    assert await store.take_in([BATCH[0], BATCH[0]], NOON) == 1
    assert await store.unhandled() == [BATCH[0]]
    assert await store.take_in([], NOON) == 0


async def test_two_pollers_with_one_batch(store, all_at_once):
    counts = await all_at_once(*(store.take_in(BATCH, NOON) for _ in range(6)))
    assert sum(counts) == 3
    assert len(await store.unhandled()) == 3


async def test_what_is_handled_is_not_handed_out_again(store, sql):
    await store.take_in(BATCH, NOON)
    await store.handled(901, "approved by Ada")
    assert await store.unhandled() == [BATCH[0], BATCH[2]]
    assert await store.take_in(BATCH, NOON) == 0
    assert await store.unhandled() == [BATCH[0], BATCH[2]]
    outcome = sql("SELECT outcome FROM inbox WHERE done_us IS NOT NULL")
    assert outcome == [("approved by Ada",)]


async def test_a_memo_is_kept_and_replaced(store):
    assert await store.memo("halt") is None
    await store.set_memo("halt", "on")
    await store.set_memo("halt", "off")
    assert await store.memo("halt") == "off"


async def test_prune_drops_what_is_over_and_nothing_else(store, clock):
    before = NOON + 5 * MINUTE
    for at in (NOON, before):
        await store.keep(Result("svc", "http", Seen.PASS, at))
    await store.take_in(BATCH, NOON)
    await store.handled(900, "done")
    for key, lane in (("thread:1", Lane.THREAD), ("card:1", Lane.CARD)):
        await store.post(post(key, lane=lane))
        await store.issue(key, [YES, NO])
        await store.sent(await store.sending(await store.posted(key)), 5, NOON)
    await store.post(post("thread:2", lane=Lane.THREAD))
    clock.time = before
    await store.handled(901, "done late")
    await store.prune(before)
    assert [r.at for r in await store.results("svc", "http")] == [before]
    assert await store.take_in(BATCH, NOON) == 1  # 900 is forgotten
    assert await store.posted("thread:1") is None
    assert await store.posted("thread:2") is not None
    assert await store.posted("card:1") is not None
    assert len(set((await store.issue("card:1", [YES])).values())) == 1


async def test_arrival_order_survives_a_prune(store, clock):
    await store.take_in(BATCH, NOON)
    for update in BATCH:
        await store.handled(update.id, "done")
    await store.prune(clock.tick())
    await store.take_in([Update(50, "{}"), Update(4, "{}")], NOON)
    assert [u.id for u in await store.unhandled()] == [50, 4]
