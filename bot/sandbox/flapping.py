"""A platform that cannot keep an instance: it is taken away and comes back, again and again."""

from __future__ import annotations

import asyncio

from bot.sandbox.pace import Pace
from bot.sandbox.render import Service

# World seconds; and real ones, so that a program can start and be seen.
UP, LEAST_UP = 120.0, 8.0
DOWN, LEAST_DOWN = 60.0, 4.0
LOOK_EVERY = 0.1  # real seconds
REASON = "The node had no room left: the instance was moved."


async def flap(service: Service, pace: Pace) -> None:
    """For ever: about two minutes up, one minute down."""
    up, down = max(pace.real(UP), LEAST_UP), max(pace.real(DOWN), LEAST_DOWN)
    while True:
        service.evict(REASON, away=down)
        await asyncio.sleep(down)
        while service.port is None:  # noqa: ASYNC110 - the platform has no word for it
            await asyncio.sleep(LOOK_EVERY)
        await asyncio.sleep(up)
