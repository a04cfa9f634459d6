"""Keep every duty turning until told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.ports import Stale, Unavailable

log = logging.getLogger(__name__)


class Bell:
    """Rung when there may be work. `rings` counts, so that who was busy knows that it was rung."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, seconds: float, heard: int) -> None:
        """Wait for a ring after the first `heard` of them, at most that long."""
        if self.rings != heard:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)


@dataclass(frozen=True)
class Duty:
    """One kind of work. `turn` returns True for "I did something, call me again at once".

    It is called every `every` seconds, or when the bell rings; a turn that hangs is cut off after
    `deadline` seconds and begun anew. An `abrupt` one may be cut off at any moment when we are told
    to stop; the others finish their turn.
    """

    name: str
    turn: Callable[[], Awaitable[bool]]
    every: float
    deadline: float = 60.0
    abrupt: bool = False


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
        heard = bell.rings
        if await once(duty):
            bell.ring()  # what one duty did may be another's work
        elif not stop.is_set():
            await bell.wait(duty.every, heard)


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
