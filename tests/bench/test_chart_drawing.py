"""Charts at their largest: seconds, memory of the drawing process, and what our loop feels of it.

The loop is felt by a beat every 5 ms: its longest delay is how long anything would have waited. On
a busy machine that is more than the work that the loop did meanwhile, which is told beside it.
Memory is the highest resident size of all children that have ended, as the system counts it.
"""

import asyncio
import gc
import resource
import statistics
import time
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.charts import Drawer
from bot.domain.charts.chart import Frame, Mark, Panel, Row, Shape, Sign
from bot.domain.charts.plots import answers, errors, glances, history
from bot.domain.check import Result, Seen
from bot.domain.incident import Event
from bot.domain.measures.points import MOST
from bot.domain.moves import Kind
from bot.domain.severity import Severity
from bot.flows.draw import MOST_LOOKS, draw
from tests.bench.beat import BLOCKED, Felt

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RUNS = 5


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def looks():
    """As many as are ever read of a check, one every ten seconds."""
    seen = {0: Seen.FAIL, 1: Seen.BLIND}
    return [
        Result("life-os", "http", seen.get(n % 97, Seen.PASS), ago(n / 6), value=n % 31 / 10)
        for n in range(MOST_LOOKS)
    ]


def largest(frame):
    """As much as is ever passed on: six rows of 2,000 points on each of two panels, 200 marks."""
    points = tuple((ago(1440 * n / MOST), float(n % 97)) for n in range(MOST, 0, -1))
    panel = Panel("memory", (Row(Shape.LINE, points),) * 6, "MB")
    return frame.chart("Memory and CPU", "as much as is ever drawn", [panel, panel])


def charts():
    every = looks()
    marks = tuple(Mark(ago(n * 7), list(Sign)[n % 4], f"{n:07x}") for n in range(200))
    frame = Frame("life-os", ago(1440), NOW, marks=marks)
    minutes = [(ago(n), n % 50) for n in range(1440)]
    return {
        "errors of a day": lambda: errors(frame, minutes),
        "the largest": lambda: largest(frame),
        "times of a check": lambda: answers(frame, every, slow=2),
        "ten checks": lambda: history(frame, {f"check {n}": glances(every) for n in range(10)}),
    }


async def test_drawing_holds_nobody_up():
    drawer = Drawer(within=120)
    for name, make in charts().items():
        async with Felt() as loop:
            began = time.perf_counter()
            chart = await asyncio.to_thread(make)
            built = time.perf_counter() - began
            took, size = [], 0
            for _ in range(RUNS):
                began = time.perf_counter()
                size = len(await drawer.draw(chart))
                took.append(time.perf_counter() - began)
        print(
            f"\n{name:22}{statistics.median(took):6.2f} s, {size / 1e3:4.0f} kB;"
            f" built in {1e3 * built:4.0f} ms; {loop}",
            end="",
        )
        assert max(loop.delays) <= BLOCKED
    drawer.close()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    print(f"\nresident at most: {most:.0f} MB the drawing process")


async def test_the_picture_of_a_long_incident_holds_nobody_up(world, store, clock):
    """Ten checks with as many looks as are read, on the way from the store into the chat."""
    clock.at = NOW
    detected = Event(Kind.DETECTED, ago(300), check="http", code="refused", severity=Severity.P0)
    incident = await store.open("life-os", detected)
    checks = [named(world.checks[1], f"http:{n}") for n in range(10)]
    for check in checks:
        for n in range(MOST_LOOKS):
            seen = Seen.FAIL if n % 7 == 0 else Seen.PASS
            await store.keep(Result("life-os", check.name, seen, ago(n / 6), value=0.2))
    evidence = await world.sources[0].gather(incident)
    await store.record(incident, Event(Kind.TRIAGED, ago(299), evidence=(evidence,)))
    drawer = Drawer(within=120)
    gc.collect()
    gc.freeze()  # as the watchdog does at its start: what pytest holds is not ours to go through
    async with Felt() as loop:
        began = time.perf_counter()
        assert await draw(replace(world, checks=checks, artist=drawer))
        took = time.perf_counter() - began
    drawer.close()
    (posted,) = await store.due(NOW)
    assert posted.post.picture, posted.post.message.html
    print(
        f"\na picture of ten checks{took:6.2f} s,"
        f" {len(posted.post.picture.png) / 1e3:4.0f} kB kept; {loop}"
    )
    assert max(loop.delays) <= BLOCKED


def named(check, name):
    twin = copy(check)
    twin.name = name
    return twin
