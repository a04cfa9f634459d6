"""Keep every duty turning until told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from bot.ports import Stale, Unavailable

log = logging.getLogger(__name__)


class News(Enum):
    """What a ring is about."""

    INCIDENT = auto()  # a look has moved a check, or something of an incident has changed
    POST = auto()  # there is something to send
    UPDATE = auto()  # somebody typed or tapped


ANY = frozenset(News)


class Bell:
    """Rung when there may be work, for those who heed such news; without news, for everybody.

    Rings are counted, so that who was busy knows that it was rung.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._rings: Counter[News | None] = Counter()

    def ring(self, *news: News) -> None:
        self._rings.update(news or [None])
        self._rung.set()
        self._rung = asyncio.Event()

    def rings(self, heeded: Iterable[News]) -> int:
        return self._rings[None] + sum(self._rings[news] for news in heeded)

    async def wait(self, seconds: float, heeded: Collection[News], heard: int) -> None:
        """Wait for a ring that is heeded after the first `heard` of them, at most that long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.rings(heeded) == heard:
                    await self._rung.wait()


@dataclass(frozen=True)
class Duty:
    """One kind of work. `turn` returns True for "I did something, call me again at once".

    It is called every `every` seconds, or when the bell rings for news it heeds: a page must not
    stand in line behind those who have nothing to do. A turn that hangs is cut off after `deadline`
    seconds and begun anew. An `abrupt` one may be cut off at any moment when we are told to stop;
    the others finish their turn. `makes` is what is news to others when it did something. One that
    is rung begins after `yields` seconds: what only adds to a page lets it pass first.
    """

    name: str
    turn: Callable[[], Awaitable[bool]]
    every: float
    deadline: float = 60.0
    abrupt: bool = False
    heeds: frozenset[News] = ANY
    makes: frozenset[News] = ANY
    yields: float = 0.0


async def run(duties: Sequence[Duty], bell: Bell, stop: asyncio.Event | None = None) -> None:
    """Turn them all until `stop` is set, and then until each has finished its turn."""
    stop = stop or asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        turning = [
            (duty, tasks.create_task(keep_turning(duty, bell, stop), name=duty.name))
            for duty in duties
        ]
        await stop.wait()
        bell.ring()
        for duty, task in turning:
            if duty.abrupt:
                task.cancel()


async def keep_turning(duty: Duty, bell: Bell, stop: asyncio.Event) -> None:
    while not stop.is_set():
        heard = bell.rings(duty.heeds)
        if await once(duty):
            if duty.makes:
                bell.ring(*duty.makes)
        elif not stop.is_set():
            await bell.wait(duty.every, duty.heeds, heard)
            await asyncio.sleep(duty.yields)


async def once(duty: Duty) -> bool:
    try:
        async with asyncio.timeout(duty.deadline):
            return await duty.turn()
    except Stale:
        await asyncio.sleep(0)  # somebody was faster: read again, decide again
        return True
    except Unavailable as gone:
        log.warning("duty.waits", extra={"duty": duty.name, "for": str(gone)})
    except Exception:  # the only broad except of the house: a bug in one duty stops no other
        log.exception("duty.crashed", extra={"duty": duty.name})
    return False
