"""Play nights unattended, or keep the practice world open for somebody to play in."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.nights import NIGHTS
from bot.sandbox.nights.story import Story, WentWrong
from bot.sandbox.world import PracticeWorld

__all__ = ["NIGHTS", "Played", "keep_open", "play"]


@dataclass(frozen=True)
class Played:
    """How a night went. `marks` are real seconds from its beginning and what happened then."""

    night: str
    store: str
    speed: float
    ok: bool
    why: str
    seconds: float
    marks: tuple[tuple[float, str], ...]
    watchdog_log: tuple[str, ...]


async def play(
    night: str, *, speed: float, store: str, port: int = 0, told: Callable[[str], None]
) -> Played:
    """Play it in a fresh world; `told` is given each line of the story as it happens."""
    began = time.monotonic()
    async with PracticeWorld(speed, port=port, store=store) as world:
        told(f"The practice world is up: {world.server.base}")
        story, why = Story(world, told=told), ""
        try:
            await NIGHTS[night].play(story)
        except WentWrong as wrong:
            why = str(wrong)
        return Played(
            night,
            store,
            speed,
            ok=not why,
            why=why,
            seconds=time.monotonic() - began,
            marks=tuple(story.marks),
            watchdog_log=tuple(world.watchdog.log) if why else (),
        )


async def keep_open(*, speed: float, store: str, port: int, opened: Callable[[str], None]) -> None:
    """Run until Ctrl-C or SIGTERM; `opened` is given the one address to open."""
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, done.set)
    async with PracticeWorld(speed, port=port, store=store) as world:
        opened(world.server.base)
        await done.wait()
