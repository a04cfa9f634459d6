"""Looks whether the platform says that the service stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.domain.check import Result, Seen
from bot.domain.platform import Happening, LoopRule, standing
from bot.ports import Unavailable

LOOK_BACK = timedelta(days=7)  # a service may have lain there for days when we start
OVERLAP = timedelta(minutes=10)  # events may arrive late: ask again for these
AHEAD = timedelta(minutes=1)  # the platform's clock may be before ours
KEPT = 1000


@dataclass
class RenderService:
    """`id` is the platform's (srv-…); `service` is what people call it.

    The first look reads a week of events, the next ones only what is new.
    """

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    loop: LoopRule = field(default_factory=LoopRule)
    name: str = "service"
    _events: dict[str, Happening] = field(default_factory=dict, repr=False)
    _read_to: datetime | None = field(default=None, repr=False)

    async def look(self) -> Result:
        now = self.now()
        try:
            hosted, deploys, _ = await asyncio.gather(
                self.render.service(self.id), self.render.deploys(self.id), self._catch_up(now)
            )
        except Unavailable as gone:
            return Result(self.service, self.name, Seen.BLIND, now, detail=str(gone))
        found = standing(
            self._events.values(),
            deploys,
            now,
            suspended=hosted.suspended,
            suspenders=hosted.suspenders,
            loop=self.loop,
        )
        seen = Seen.PASS if found.ok else Seen.FAIL
        return Result(self.service, self.name, seen, now, found.code, found.detail)

    async def _catch_up(self, now: datetime) -> None:
        since = self._read_to - OVERLAP if self._read_to else now - LOOK_BACK
        new = await self.render.events(self.id, since, now + AHEAD)
        known = self._events | {event.id: event for event in new}
        newest = sorted(known.values(), key=lambda event: event.at)[-KEPT:]
        self._events = {e.id: e for e in newest if e.at > now - LOOK_BACK}
        self._read_to = now
