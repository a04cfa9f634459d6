"""Speed and memory of the watchdog, measured in the practice world; run by `make bench`."""

import asyncio
import time

import pytest

from bot.sandbox import cast
from bot.sandbox.nights.story import Story, settled
from bot.sandbox.switches import BY_NAME
from bot.sandbox.world import PracticeWorld

pytestmark = pytest.mark.bench


async def seconds_until(look, within=30.0):
    began = time.monotonic()
    while not look():
        assert time.monotonic() - began < within
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def test_memory_page_and_tap():
    async with PracticeWorld(20.0) as world:
        story = Story(world)
        await settled(story)
        await asyncio.sleep(5)
        memory = world.watchdog.snapshot()["memory_bytes"] / 1e6
        quiet = len(story.audible())
        await BY_NAME["crash"].flip(world)
        page = await seconds_until(lambda: len(story.audible()) > quiet)
        triage = await seconds_until(lambda: story.button("Restart…"))
        story.tap_label(cast.ANN, story.button("Restart…"), "Restart…")
        ask = await seconds_until(lambda: story.button("Yes, restart"))
        await asyncio.sleep(3)
        story.tap_label(cast.ANN, story.button("Yes, restart"), "Yes, restart")
        act = await seconds_until(story.writes)
    print(f"\nidle resident memory   {memory:6.1f} MB (at most 120)")
    print(f"fault to page          {page:6.2f} s  (two looks, 1.5 s apart, and then at most 1)")
    print(f"page to offer          {triage:6.2f} s  (at most 10)")
    print(f"tap to question        {ask:6.2f} s  (at most 1)")
    print(f"tap to act             {act:6.2f} s  (at most 1)")
    assert memory <= 120
    assert triage <= 10
    assert act <= 1
