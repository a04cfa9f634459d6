"""Ticks go on, whatever happens to the scheduler."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager

import pytest

from bot.adapters.ticks import Tick, Ticks


@asynccontextmanager
async def going(ticks):
    task = asyncio.create_task(ticks.supervise())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(fact, seconds=5):
    async with asyncio.timeout(seconds):
        while not fact():
            await asyncio.sleep(0.005)


class Count:
    def __init__(self):
        self.runs = 0

    async def __call__(self):
        self.runs += 1


def quick():
    return Ticks(canary_every=0.05, stale_after=0.2)


async def test_every_tick_comes_again_and_again():
    ticks, one, two = quick(), Count(), Count()
    ticks.every("one", 0.03, one)
    async with going(ticks):
        ticks.every("two", 0.03, two)
        await until(lambda: one.runs >= 3 and two.runs >= 3)
        assert ticks.age < 1
    assert ticks.rebuilt == 0
    seen = one.runs
    for _ in range(3):
        await asyncio.sleep(0.03)
    assert one.runs == seen


async def test_a_dead_scheduler_is_replaced():
    ticks, count = quick(), Count()
    ticks.every("one", 0.03, count)
    async with going(ticks):
        await until(lambda: count.runs)
        store = ticks._scheduler._lookup_jobstore("default")

        def broken(now):
            raise OSError("the store is gone")

        store.get_due_jobs = broken  # its wake-up raises once, and it never wakes again
        await until(lambda: ticks.rebuilt == 1)
        seen = count.runs
        await until(lambda: count.runs > seen + 1)
        assert ticks.age < 1


async def test_a_clock_set_back_an_hour_stops_nothing(monkeypatch):
    from apscheduler.schedulers import base  # noqa: PLC0415 - only to set its clock

    ticks, count = quick(), Count()
    ticks.every("one", 0.03, count)

    class Earlier(base.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) - base.timedelta(hours=1)

    async with going(ticks):
        await until(lambda: count.runs)
        monkeypatch.setattr(base, "datetime", Earlier)
        monkeypatch.setattr("bot.adapters.ticks.datetime", Earlier)
        seen = count.runs
        await until(lambda: ticks.rebuilt and count.runs > seen + 1)


async def test_a_run_that_hangs_is_cut_off_and_comes_again(caplog):
    ticks, started = quick(), []

    async def hang():
        started.append(time.monotonic())
        await asyncio.Event().wait()

    ticks.every("hang", 0.03, hang, deadline=0.05)
    async with going(ticks):
        await until(lambda: len(started) >= 3)
    overran = [r for r in caplog.records if r.getMessage() == "tick.overran"]
    assert {r.tick for r in overran} == {"hang"}


async def test_a_run_is_never_doubled():
    ticks, inside, most = quick(), [0], [0]

    async def slow():
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        await asyncio.sleep(0.1)
        inside[0] -= 1
        runs.append(1)

    runs = []
    ticks.every("slow", 0.02, slow)
    async with going(ticks):
        await until(lambda: len(runs) >= 3)
    assert most == [1]


async def test_a_run_that_fails_is_told_and_comes_again(caplog):
    ticks, runs = quick(), []

    async def fail():
        runs.append(1)
        raise LookupError("a bug")

    ticks.every("fail", 0.03, fail)
    async with going(ticks):
        await until(lambda: len(runs) >= 2)
    assert any(r.getMessage() == "tick.failed" and r.tick == "fail" for r in caplog.records)


async def test_a_blocked_loop_costs_one_run_not_all():
    ticks, count = Ticks(), Count()
    ticks.every("one", 0.05, count)
    async with going(ticks):
        await until(lambda: count.runs)
        seen = count.runs
        time.sleep(0.4)
        await until(lambda: count.runs > seen)
        assert count.runs <= seen + 2


async def test_stop_ends_supervision_cleanly():
    ticks = quick()
    ticks.every("one", 0.03, Count())
    async with going(ticks) as task:
        await until(lambda: ticks._scheduler)
        ticks.stop()
        ticks.stop()
    assert task.cancelled()
    assert ticks._scheduler is None


def test_phases_are_spread_and_stay():
    phases = [Tick(f"service-{n}/http", 30, Count(), 30).phase for n in range(300)]
    assert phases == [Tick(f"service-{n}/http", 30, Count(), 30).phase for n in range(300)]
    assert all(0 <= phase < 30 for phase in phases)
    by_second = [sum(int(phase) == s for phase in phases) for s in range(30)]
    assert max(by_second) <= 25


def test_a_name_is_taken_once():
    ticks = Ticks()
    ticks.every("one", 1, Count())
    for name in ("one", "canary"):
        with pytest.raises(ValueError, match="already"):
            ticks.every(name, 1, Count())


async def test_apscheduler_itself_is_quiet():
    async with going(quick()) as _:
        await asyncio.sleep(0)
        assert logging.getLogger("apscheduler").getEffectiveLevel() == logging.WARNING
