"""The book of what models cost: no cap is ever passed, on either engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from store_examples import MINUTE, NOON

from bot.adapters.store import open_store
from bot.domain.narration.spend import Capped, Caps, Spent, Wish

CAPS = Caps.of(0.50, 5.00, calls=40)
DAY = timedelta(days=1)


def wish(amount=29_000, at=NOON, incident=0, model="claude-sonnet-5-5"):
    return Wish(model, "note", amount, at, incident)


async def test_sixty_at_once_never_pass_the_cap(store, all_at_once, sql):
    done = await all_at_once(*(store.reserve_spend(wish(), CAPS) for _ in range(60)))
    booked = [d for d in done if isinstance(d, int)]
    assert len(booked) == len(set(booked)) == 17
    assert sum(isinstance(d, Capped) for d in done) == 43
    assert sql("SELECT count(*), sum(reserved) FROM spend") == [(17, 493_000)]
    assert await store.spent(NOON) == Spent(493_000, 493_000)


async def test_sixty_that_pay_at_once_never_pass_the_cap(store):
    spent = []

    async def call(n):
        try:
            booking = await store.reserve_spend(wish(), CAPS)
        except Capped:
            return
        await store.settle_spend(booking, 14_000 + n, f"req_{n}")
        spent.append((await store.spent(NOON)).day)

    await asyncio.gather(*(call(n) for n in range(60)))
    assert max(spent) <= CAPS.day
    assert len(spent) >= 17


async def test_what_was_not_spent_is_free_again(store):
    first = await store.reserve_spend(wish(500_000), CAPS)
    with pytest.raises(Capped, match=r"cap of \$0.50 a day reached"):
        await store.reserve_spend(wish(1), CAPS)
    await store.settle_spend(first, 120_000, "req_1")
    assert (await store.spent(NOON)).day == 120_000
    second = await store.reserve_spend(wish(380_000), CAPS)
    await store.settle_spend(second, 0, "")
    assert await store.spent(NOON) == Spent(120_000, 120_000)


async def test_only_the_first_settlement_counts(store, sql):
    booking = await store.reserve_spend(wish(), CAPS)
    await store.settle_spend(booking, 5, "req_1")
    await store.settle_spend(booking, 9_999, "req_2")
    await store.settle_spend(booking + 1, 9_999, "req_3")
    assert sql("SELECT spent, request, model, purpose FROM spend") == [
        (5, "req_1", "claude-sonnet-5-5", "note")
    ]


async def test_an_open_booking_keeps_its_worst_case_over_a_restart(store, url, clock):
    await store.reserve_spend(wish(400_000), CAPS)
    await store.prune(NOON + 99 * DAY)
    await store.close()
    again = await open_store(url, clock)
    assert (await again.spent(NOON)).day == 400_000
    with pytest.raises(Capped):
        await again.reserve_spend(wish(100_001), CAPS)
    await again.close()


async def test_a_new_day_has_new_money_and_the_month_goes_on(store):
    late = datetime(2026, 5, 4, 23, 59, tzinfo=UTC)
    await store.reserve_spend(wish(500_000, late), CAPS)
    with pytest.raises(Capped):
        await store.reserve_spend(wish(1, late), CAPS)
    for n in range(1, 10):
        await store.reserve_spend(wish(500_000, late + n * DAY), CAPS)
    with pytest.raises(Capped, match=r"\$5.00 a month"):
        await store.reserve_spend(wish(1, late + 10 * DAY), CAPS)
    june = datetime(2026, 6, 1, tzinfo=UTC)
    assert await store.spent(june) == Spent()
    await store.reserve_spend(wish(500_000, june), CAPS)


async def test_calls_of_one_incident_are_capped(store):
    caps = Caps.of(0.50, 5.00, calls=2)
    free = await store.reserve_spend(wish(1, incident=7), caps)
    await store.settle_spend(free, 0, "")  # it was not billed, and does not count
    for _ in range(2):
        await store.reserve_spend(wish(1, incident=7), caps)
    with pytest.raises(Capped, match="asked 2 times about this incident"):
        await store.reserve_spend(wish(1, incident=7), caps)
    await store.reserve_spend(wish(1, incident=8), caps)
    assert (await store.spent(NOON, 7)).calls == 2


async def test_a_refused_wish_leaves_nothing(store, sql):
    with pytest.raises(Capped):
        await store.reserve_spend(wish(500_001), CAPS)
    assert sql("SELECT count(*) FROM spend") == [(0,)]


async def test_a_caller_who_gives_up_keeps_the_book_whole(store):
    """A cancelled caller does not know; the booking stands, with its worst case."""
    task = asyncio.create_task(store.reserve_spend(wish(10, NOON + MINUTE), CAPS))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store._work.drain()
    assert (await store.spent(NOON)).day in {0, 10}
    await store.reserve_spend(wish(10), CAPS)
