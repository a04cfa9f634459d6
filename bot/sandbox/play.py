"""Play nights unattended, or keep the practice world open for somebody to play in."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.sandbox import cast
from bot.sandbox.nights import NIGHTS
from bot.sandbox.nights.story import Night, Story, WentWrong, words
from bot.sandbox.switches import BY_NAME, SWITCHES
from bot.sandbox.world import PracticeWorld

__all__ = ["NIGHTS", "Played", "keep_open", "play", "play_together"]


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
    night: str,
    *,
    speed: float,
    store: str,
    port: int = 0,
    asks_claude: bool = False,
    told: Callable[[str], None],
) -> Played:
    """Play it in a fresh world; `told` is given each line of the story as it happens."""
    tale = NIGHTS[night]
    speed = min(speed, tale.fastest)
    async with opened([tale], speed, store, port, asks_claude=asks_claude) as world:
        told(f"The practice world is up: {world.server.base}")
        return await played(tale, world, told)


async def play_together(
    nights: Iterable[str],
    *,
    speed: float,
    store: str,
    asks_claude: bool = False,
    told: Callable[[str], None],
) -> AsyncIterator[Played]:
    """Play them one after another in one world, where proofs are short."""
    tales = [NIGHTS[night] for night in nights]
    async with opened(tales, speed, store, 0, asks_claude=asks_claude) as world:
        for tale in tales:
            told(f"== {tale.name}")
            one = await played(tale, world, told)
            yield one
            if not one.ok:
                await repair(world)


@contextlib.asynccontextmanager
async def opened(
    tales: Sequence[Night], speed: float, store: str, port: int, *, asks_claude: bool
) -> AsyncIterator[PracticeWorld]:
    brief, targets = all(t.brief for t in tales), max((t.targets for t in tales), default=0)
    async with PracticeWorld(
        speed,
        port=port,
        store=store,
        targets=targets,
        brief=brief,
        asks_claude=asks_claude,
        told="".join(tale.told for tale in tales),
    ) as world:
        yield world


async def played(night: Night, world: PracticeWorld, told: Callable[[str], None]) -> Played:
    began, story, why = time.monotonic(), Story(world, told=told), ""
    try:
        await night.play(story)
    except WentWrong as wrong:
        newest = " / ".join(" · ".join(words(m).split("\n")[:8]) for m in story.messages()[-4:])
        why = f"{wrong}; the chat ends with: {newest}"
    return Played(
        night.name,
        world.store,
        world.pace.speed,
        ok=not why,
        why=why,
        seconds=time.monotonic() - began,
        marks=tuple(story.marks),
        watchdog_log=tuple(world.watchdog.log) if why else (),
    )


async def repair(world: PracticeWorld) -> None:
    """Put right what a night that went wrong has left behind, so that the next one finds it well.

    What runs may have been started with what was wrong then: a deploy takes up what is right.
    """
    for switch in SWITCHES:
        if switch.off and switch.is_on(world):
            await switch.flip(world, on=False)
    world.service.settings.env[cast.ASK_VARIABLE] = "on"
    await BY_NAME["push-fix"].flip(world)
    world.service.ask_deploy("service_updated")


async def keep_open(
    *,
    speed: float,
    store: str,
    port: int,
    asks_claude: bool = True,
    opened: Callable[[str], None],
) -> None:
    """Run until Ctrl-C or SIGTERM; `opened` is given the one address to open."""
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, done.set)
    world = PracticeWorld(speed, port=port, store=store, asks_claude=asks_claude)
    async with world:
        opened(world.server.base)
        await done.wait()
