"""What makes the house look again and again: APScheduler in memory, watched from outside.

APScheduler 3.11 can die without a word (a wake-up has no `try`) and sleeps through a clock that is
set back, so a canary job stamps the monotonic clock and `supervise()` builds a new scheduler when
the stamp is stale. Nothing that must survive is kept here: durable timers are rows in the store.

A job of APScheduler costs as much as half a look, so ticks that are due at one moment are one job:
a beat. It starts them and ends; each runs in a task of its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

CANARY = "canary"
GRAIN = 0.05  # seconds: what is due within them is due at their beginning
SHORTEST_DEADLINE = 15.0  # seconds that a run may take, however often it is due


@dataclass
class Tick:
    """Something that is due every so many seconds and may take `deadline` of them.

    Called while it runs, it does nothing: it is never run twice at once.
    """

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]
    deadline: float
    runs: bool = False

    @property
    def phase(self) -> float:
        """When within its interval it is due, in seconds: spread by name.

        Counted from 1970, so that it is the same moment in every life.
        """
        share = int.from_bytes(sha256(self.name.encode()).digest()[:4], "big") / 2**32
        return int(share * self.seconds / GRAIN) * GRAIN

    @property
    def beat(self) -> str:
        return f"every {self.seconds} s, {self.phase} s late"

    async def __call__(self) -> None:
        if self.runs:
            return
        self.runs = True
        try:
            async with asyncio.timeout(self.deadline):
                await self.run()
        except TimeoutError:
            log.warning("tick.overran", extra={"tick": self.name, "seconds": self.deadline})
        finally:
            self.runs = False


class Ticks:
    """`canary_every` and `stale_after` are seconds. Name every tick, then `supervise()` them."""

    def __init__(
        self,
        now_monotonic: Callable[[], float] = time.monotonic,
        *,
        canary_every: float = 5.0,
        stale_after: float = 15.0,
    ) -> None:
        self._now, self._stale_after = now_monotonic, stale_after
        self._canary = Tick(CANARY, canary_every, self._stamp, SHORTEST_DEADLINE)
        self._ticks = {CANARY: self._canary}
        self._beats = {self._canary.beat: [self._canary]}
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler: AsyncIOScheduler | None = None
        self._stamped = now_monotonic()
        self.rebuilt = 0

    def every(
        self,
        name: str,
        seconds: float,
        run: Callable[[], Awaitable[object]],
        *,
        deadline: float | None = None,
    ) -> None:
        """Call it every so many seconds, never twice at once; a run that overran is cut off."""
        if name in self._ticks:
            raise ValueError(f"there is a tick of the name {name!r} already")
        tick = Tick(name, seconds, run, deadline or max(seconds, SHORTEST_DEADLINE))
        self._ticks[name] = tick
        together = self._beats.setdefault(tick.beat, [])
        together.append(tick)
        if self._scheduler is not None and len(together) == 1:
            self._schedule(self._scheduler, together)

    def soon(self, name: str, seconds: float = 0.0) -> None:
        """Call it once besides, so many seconds from now; asked again, the later word counts.

        Does nothing for a name that is unknown, or while the ticks do not run.
        """
        tick = self._ticks.get(name)
        if tick is None or self._scheduler is None:
            return
        self._scheduler.add_job(
            self._begin,
            "date",
            args=[[tick]],
            run_date=datetime.now(UTC) + timedelta(seconds=seconds),
            id=f"{name} soon",
            name=name,
            replace_existing=True,
        )

    def next_at(self, name: str) -> datetime | None:
        """When it is due next, as far as is known."""
        tick = self._ticks.get(name)
        if tick is None or self._scheduler is None:
            return None
        jobs = (self._scheduler.get_job(id) for id in (tick.beat, f"{name} soon"))
        due = [job.next_run_time for job in jobs if job and job.next_run_time]
        return min(due, default=None)

    @property
    def age(self) -> float:
        """Seconds since the scheduler last showed that it lives."""
        return self._now() - self._stamped

    async def supervise(self) -> None:
        """Start the ticks and keep them going until cancelled."""
        self._start()
        try:
            while True:
                await asyncio.sleep(self._canary.seconds)
                if self.age > self._stale_after:
                    log.error("ticks.rebuilt", extra={"stale_for": round(self.age, 1)})
                    self.stop()
                    self._start()
                    self.rebuilt += 1
        finally:
            self.stop()

    def stop(self) -> None:
        """Cut off what is running. The ticks stay named and can be started again."""
        if self._scheduler is not None and self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._scheduler = None
        for task in self._running:
            task.cancel()

    def _start(self) -> None:
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # else two lines for each run
        self._stamped = self._now()
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for together in self._beats.values():
            self._schedule(scheduler, together)
        scheduler.start()
        self._scheduler = scheduler

    async def _stamp(self) -> None:
        self._stamped = self._now()

    def _schedule(self, scheduler: AsyncIOScheduler, together: list[Tick]) -> None:
        first, now = together[0], datetime.now(UTC)
        scheduler.add_job(
            self._begin,
            "interval",
            args=[together],
            seconds=first.seconds,
            start_date=now + timedelta(seconds=(first.phase - now.timestamp()) % first.seconds),
            id=first.beat,
            name=first.beat,
        )

    async def _begin(self, together: list[Tick]) -> None:
        """A coroutine, as APScheduler would call a function in a thread."""
        for tick in together:
            task = asyncio.create_task(tick(), name=tick.name)
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("tick.failed", extra={"tick": task.get_name()}, exc_info=error)
