"""Looks whether the log shows many errors, and whether a start ever got to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.domain.check import BEHIND_RENDER, Result, Seen
from bot.domain.length import about
from bot.domain.logs.errors import error_events, grouped
from bot.domain.logs.family import DISK_FULL, RATE_LIMIT, commonest
from bot.domain.logs.lines import LogLine
from bot.domain.logs.starts import Start, running, starts
from bot.domain.logs.summary import errors_between
from bot.ports import Unavailable

BACK_FILL = timedelta(minutes=10)  # how far the first look reads back
OVERLAP = timedelta(minutes=1)  # lines may arrive late: ask again for these
AHEAD = timedelta(minutes=1)  # the platform's clock may be before ours
KEPT = 5_000  # lines in memory at most
ENOUGH = 3  # errors of a full disk: each of them is something that was not written
LONGEST = 120  # characters of an error in a line for people


@dataclass
class Logs:
    """Reads only what is new. `value` is errors per minute over `window`.

    `start_marker` is what the program prints once it works (None: it prints nothing of the kind);
    a start counts from the platform's own `==> Running` line, and so do the errors. Of several
    instances the one that came last counts.
    """

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    errors_per_minute: float = 3.0
    start_marker: str | None = "Bot is running!"
    start_within: timedelta = timedelta(minutes=5)
    window: timedelta = timedelta(minutes=5)
    name: str = "logs"
    _lines: dict[str, LogLine] = field(default_factory=dict, repr=False)
    _cursor: datetime | None = field(default=None, repr=False)
    _starts: dict[str, Start] = field(default_factory=dict, repr=False)

    async def look(self) -> Result:
        now = self.now()
        try:
            await self._catch_up(now)
        except Unavailable as gone:
            return Result(self.service, self.name, Seen.BLIND, now, BEHIND_RENDER, str(gone))
        since, start = now - self.window, running(self._starts)
        since = max(since, start.last) if start else since
        # An error that counts has begun after `since`; what came before shows where it began.
        near = [line for line in self._lines.values() if line.at > since - self._overlap]
        # Thousands of lines are a tenth of a second: nobody else shall wait for that.
        errors = errors_between(await asyncio.to_thread(error_events, near), since, now + AHEAD)
        rate = len(errors) / (self.window.total_seconds() / 60)
        counted = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        said = f"{counted} in {about(self.window)} ({rate:.1f}/min)"
        if top := grouped(errors)[:1]:
            said += f", most often {top[0].title[:LONGEST]} (×{top[0].count})"
        if stuck := self._not_started(now):
            return Result(
                self.service, self.name, Seen.FAIL, now, "not_started", f"{stuck}; {said}", rate
            )
        family = commonest(errors)
        if rate > self.errors_per_minute or (family == DISK_FULL and len(errors) >= ENOUGH):
            code = family if family in {RATE_LIMIT, DISK_FULL} else "error_rate"
            return Result(self.service, self.name, Seen.FAIL, now, code, said, rate)
        return Result(self.service, self.name, Seen.PASS, now, "", said, rate)

    def _not_started(self, now: datetime) -> str:
        start = running(self._starts)
        if self.start_marker is None or start is None or start.reached_its_end:
            return ""
        if now - start.last <= self.start_within:
            return ""
        return f"started {about(now - start.last)} ago and has not said “{self.start_marker}”"

    @property
    def _overlap(self) -> timedelta:
        """What is older than the window would not count any more."""
        return min(OVERLAP, self.window)

    async def _catch_up(self, now: datetime) -> None:
        back = max(BACK_FILL, self.window, 2 * self.start_within)
        start = self._cursor - self._overlap if self._cursor else now - back
        owner = await self.render.owner(self.id)
        new = await self.render.logs(owner, self.id, start, now + AHEAD)
        self._starts = starts(self._starts, attributed(new), self.start_marker)
        known = self._lines | {line.id or f"{line.at} {line.text}": line for line in new}
        newest = sorted(known.items(), key=lambda item: item[1].at)[-KEPT:]
        self._lines = {key: line for key, line in newest if line.at > now - back}
        if new:
            self._cursor = min(new[-1].at, now)


def attributed(lines: Sequence[LogLine]) -> Sequence[LogLine]:
    """Where instances are named, an unnamed line is of the one that spoke last.

    What the platform says of none in particular, as of a build, is of none.
    """
    named = next((line.instance for line in reversed(lines) if line.instance), "")
    if not named:
        return lines
    kept = (line for line in lines if line.instance or not line.from_platform)
    return [line if line.instance else replace(line, instance=named) for line in kept]
