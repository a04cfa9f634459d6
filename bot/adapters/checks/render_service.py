"""Looks whether the platform says that the service stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.adapters.render_answers import identity
from bot.domain.check import BEHIND_RENDER, Result, Seen
from bot.domain.platform import (
    DEPLOY_FAILED,
    Deploy,
    Happening,
    LoopRule,
    Standing,
    standing,
)
from bot.ports import Unavailable

LOOK_BACK = timedelta(days=7)  # a service may have lain there for days when we start
OVERLAP = timedelta(minutes=10)  # events may arrive late: ask again for these
AHEAD = timedelta(minutes=1)  # the platform's clock may be before ours
KEPT = 1000
METRICS_BACK = timedelta(minutes=5)
MEMORY = ("memory", "memory-limit")
MEGABYTE = 1024 * 1024


@dataclass
class RenderService:
    """`id` is the platform's (srv-…); `service` is what people call it.

    The first look reads a week of events, the next ones only what is new. A start or a deploy may
    be felt for `settles_within`; memory above `memory_share` of its limit is a failure.
    """

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    loop: LoopRule = field(default_factory=LoopRule)
    settles_within: timedelta = timedelta(seconds=60)
    deploy_within: timedelta | None = None
    memory_share: float = 0.9
    memory_every: timedelta = timedelta(seconds=60)
    name: str = "service"
    _memory: str = field(default="", repr=False)
    _memory_at: datetime | None = field(default=None, repr=False)
    _events: dict[tuple[str, str, datetime], Happening] = field(default_factory=dict, repr=False)
    _read_to: datetime | None = field(default=None, repr=False)

    async def look(self) -> Result:
        now = self.now()
        try:
            hosted, deploys, _ = await asyncio.gather(
                self.render.service(self.id), self.render.deploys(self.id), self._catch_up(now)
            )
        except Unavailable as gone:
            return Result(self.service, self.name, Seen.BLIND, now, BEHIND_RENDER, str(gone))
        found = standing(
            self._events.values(),
            placed(deploys),
            now,
            suspended=hosted.suspended,
            suspenders=hosted.suspenders,
            loop=self.loop,
            settles_within=self.settles_within,
            deploy_within=self.deploy_within,
        )
        if found.ok and not found.code and (full := await self._near_its_limit(now)):
            found = Standing(ok=False, code="memory", detail=full)
        seen = Seen.PASS if found.ok else Seen.FAIL
        return Result(self.service, self.name, seen, now, found.code, found.detail)

    async def _near_its_limit(self, now: datetime) -> str:
        """Read seldom: the platform measures once a minute. What cannot be read says nothing."""
        if self._memory_at is None or now - self._memory_at >= self.memory_every:
            self._memory_at = now
            try:
                self._memory = await self._memory_now(now)
            except Unavailable:
                self._memory = ""
        return self._memory

    async def _memory_now(self, now: datetime) -> str:
        used, limit = await asyncio.gather(
            *(self.render.metrics(n, self.id, now - METRICS_BACK, now) for n in MEMORY)
        )
        most = max((s.points[-1][1] for s in used if s.points), default=0.0)
        least = min((s.points[-1][1] for s in limit if s.points), default=0.0)
        if not least or most / least < self.memory_share:
            return ""
        share = f"{most / MEGABYTE:.0f} of {least / MEGABYTE:.0f} MB"
        return f"{share} of memory used ({most / least:.0%})"

    async def _catch_up(self, now: datetime) -> None:
        since = self._read_to - OVERLAP if self._read_to else now - LOOK_BACK
        new = await self.render.events(self.id, since, now + AHEAD)
        known = self._events | {identity(event): event for event in new}
        newest = sorted(known.values(), key=lambda event: event.at)[-KEPT:]
        self._events = {identity(e): e for e in newest if e.at > now - LOOK_BACK}
        self._read_to = now


def placed(deploys: Sequence[Deploy]) -> Sequence[Deploy]:
    """Where one has no date, it may be the newest: then none that failed is surely that."""
    if all(deploy.created_at for deploy in deploys):
        return deploys
    return [deploy for deploy in deploys if deploy.status not in DEPLOY_FAILED]
