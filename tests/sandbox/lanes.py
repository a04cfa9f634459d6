"""Nights on both stores at the same time: most of a night is waiting for real processes."""

from __future__ import annotations

import asyncio

from bot.sandbox.play import play, play_together

SPEED = 200.0


async def one_after_another(store, nights, **options):
    """In one world with short proofs."""
    options |= {"speed": SPEED, "store": store, "told": print}
    return [one async for one in play_together(nights, **options)]


async def each_alone(store, nights):
    """With their whole proof, each in a world of its own."""
    return [await play(night, speed=SPEED, store=store, told=print) for night in nights]


async def all_end_well(*lanes):
    """Play the lanes side by side; return the names of what was played, in the order of lanes."""
    played = [one for lane in await asyncio.gather(*lanes) for one in lane]
    wrong = [one for one in played if not one.ok]
    assert not wrong, "\n".join(
        "\n".join([f"{one.night} ({one.store}): {one.why}", *one.watchdog_log[-60:]])
        for one in wrong
    )
    return [one.night for one in played]
