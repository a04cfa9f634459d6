"""An allowance that fills evenly."""

import pytest

from bot.adapters.budget import Budget
from bot.ports import Unavailable


class Time:
    def __init__(self):
        self.at, self.slept = 0.0, []

    def __call__(self):
        return self.at

    async def sleep(self, seconds):
        self.slept.append(round(seconds, 3))


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def budget(time):
    return Budget(60, name="Render", patience=3, monotonic=time, sleep=time.sleep)


async def spend(budget, count):
    for _ in range(count):
        await budget.take()


async def test_ten_seconds_worth_at_once_then_one_waits_for_the_next(budget, time):
    await spend(budget, 10)
    assert time.slept == []
    await spend(budget, 3)
    assert time.slept == [1, 2, 3]


async def test_who_would_wait_too_long_is_told(budget):
    await spend(budget, 13)
    with pytest.raises(Unavailable, match="as often as we may"):
        await budget.take()


async def test_it_fills_with_time_but_not_beyond_the_brim(budget, time):
    await spend(budget, 10)
    time.at = 2
    await spend(budget, 2)
    assert time.slept == []
    time.at = 10_000
    await spend(budget, 10)
    assert time.slept == []
    await budget.take()
    assert time.slept == [1]


async def test_a_pause_ends_and_the_longer_one_counts(budget, time):
    budget.pause(20)
    budget.pause(5)
    time.at = 19
    with pytest.raises(Unavailable, match="Render asked us to wait 1 s more"):
        await budget.take()
    time.at = 20
    await budget.take()


async def test_no_pause_is_for_ever(budget, time):
    budget.pause(1e9)
    time.at = 301
    await budget.take()
