"""Looks grow old: all of them for a week, then a line a minute, then one an hour, for a year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_examples import MINUTE
from store_examples import NOON as EXACT

from bot.domain.check import Result, Seen
from bot.domain.history import Stretch

NOON = EXACT.replace(microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
SEEN = {"o": Seen.PASS, "x": Seen.FAIL, "b": Seen.BLIND}


def look(at, letter="o", value=None, check="http"):
    return Result("svc", check, SEEN[letter], at, value=value)


@pytest.fixture
def keep(store):
    async def go(*looks):
        for one in looks:
            await store.keep(one)
        await store.write_down()

    return go


async def test_what_is_fresh_is_given_by_the_minute(store, keep):
    await keep(
        look(NOON, "o", 0.25),
        look(NOON + 20 * SECOND, "x", 0.75),
        look(NOON + 40 * SECOND, "b"),
        look(NOON + MINUTE),
        look(NOON, check="logs"),
    )
    assert await store.stretches("svc", "http", NOON) == [
        Stretch("svc", "http", NOON, MINUTE, 3, 1, 1, 0.25, 0.75, 0.5),
        Stretch("svc", "http", NOON + MINUTE, MINUTE, 1, 0, 0),
    ]


async def test_older_than_a_week_the_looks_go_and_their_minutes_stay(store, keep):
    await keep(look(NOON, "o", 1.0), look(NOON + 30 * SECOND, "x", 2.0), look(NOON + MINUTE))
    before = await store.stretches("svc", "http", NOON)
    await store.prune(NOON + MINUTE)
    assert await store.results("svc", "http") == [look(NOON + MINUTE)]
    assert await store.stretches("svc", "http", NOON) == before
    await store.prune(NOON + MINUTE)  # again changes nothing
    assert await store.stretches("svc", "http", NOON) == before


async def test_a_minute_that_is_cut_by_the_border_stays_whole(store, keep):
    await keep(look(NOON), look(NOON + 30 * SECOND))
    await store.prune(NOON + 20 * SECOND)
    assert len(await store.results("svc", "http")) == 2  # all of it goes next time
    await store.prune(NOON + 80 * SECOND)
    [minute] = await store.stretches("svc", "http", NOON)
    assert minute.looks == 2


async def test_minutes_become_hours_and_means_stay_true(store, keep):
    await keep(
        look(NOON, "o", 1.0), look(NOON + SECOND, "o", 1.0), look(NOON + 30 * MINUTE, "x", 4.0)
    )
    await store.prune(NOON + HOUR)
    await store.prune(NOON + 15 * DAY)
    hour = Stretch("svc", "http", NOON, HOUR, 3, 1, 0, 1.0, 4.0, 2.0)
    assert await store.stretches("svc", "http", NOON) == [hour]


async def test_after_a_year_nothing_is_left(store, keep):
    await keep(look(NOON))
    await store.prune(NOON + 15 * DAY)
    assert await store.stretches("svc", "http", NOON)
    await store.prune(NOON + 366 * DAY)
    assert await store.stretches("svc", "http", NOON) == []


async def test_a_year_of_one_check_is_bounded(store, keep):
    """Every look of many days becomes at most one line an hour."""
    days = 40
    await keep(*(look(NOON + n * HOUR / 2) for n in range(48 * days)))
    await store.prune(NOON + days * DAY + 20 * DAY)
    found = await store.stretches("svc", "http", NOON)
    assert sum(s.looks for s in found) == 48 * days
    assert len([s for s in found if s.lasts == HOUR]) <= 24 * days
    assert await store.results("svc", "http") == []
