"""Speed and memory of the watchdog, measured in the practice world; run by `make bench`."""

import asyncio
import statistics
import time

import pytest

from bot.sandbox import cast
from bot.sandbox.nights.story import Story, settled
from bot.sandbox.switches import BY_NAME
from bot.sandbox.world import PracticeWorld

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

RUNS = 5
IDLE_SECONDS = 600


async def seconds_until(look, within=60.0):
    began = time.monotonic()
    while not look():
        assert time.monotonic() - began < within
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def one_incident():
    """Seconds from the verdict to the push, from it to the offer, from the taps to what they do."""
    async with PracticeWorld(20.0) as world:
        story = Story(world)
        await settled(story)
        quiet, heard = len(story.audible()), len(world.watchdog.log)

        def judged():
            new = list(world.watchdog.log)[heard:]
            return any("verdict=failing" in line for line in new)

        await BY_NAME["crash"].flip(world)
        await seconds_until(judged)
        push = await seconds_until(lambda: len(story.audible()) > quiet)
        offer = await seconds_until(lambda: story.button("Restart…"))
        await story.tap_label(cast.ANN, story.button("Restart…"), "Restart…")
        ask = await seconds_until(lambda: story.button("Yes, restart"))
        await asyncio.sleep(0.5)
        await story.tap_label(cast.ANN, story.button("Yes, restart"), "Yes, restart")
        act = await seconds_until(story.writes)
    return push, offer, ask, act


async def test_verdict_to_push_and_tap_to_request():
    runs = [await one_incident() for _ in range(RUNS)]
    push, offer, ask, act = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"\nverdict to push         {push:6.2f} s  (median of {RUNS}, at most 1)")
    print(f"push to offer           {offer:6.2f} s  (at most 10)")
    print(f"tap to question         {ask:6.2f} s  (at most 1)")
    print(f"tap to request          {act:6.2f} s  (at most 1)")
    assert push <= 1
    assert offer <= 10
    assert ask <= 1
    assert act <= 1


async def test_idle_memory():
    async with PracticeWorld(20.0) as world:
        await settled(Story(world))
        await asyncio.sleep(IDLE_SECONDS)
        memory = world.watchdog.snapshot()["memory_bytes"] / 1e6
    print(f"\nidle resident memory    {memory:6.1f} MB  (after {IDLE_SECONDS} s, at most 120)")
    assert memory <= 120


async def test_the_end():
    """From SIGTERM to exit 0."""
    async with PracticeWorld(20.0) as world:
        await settled(Story(world))
        began = time.monotonic()
        code = await world.watchdog.process.stop(10.0)
        took = time.monotonic() - began
    print(f"\nSIGTERM to exit {code}       {took:6.2f} s")
    assert code == 0
