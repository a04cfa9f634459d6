"""Leaves alone for a while what fails again and again, or what asked to be left alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports import Unavailable

LONGEST = timedelta(hours=1)  # that we believe a header: one of seventeen hours has been seen


class Breaker:
    """`most` failures in a row open it for `pause`; then one more failure does so again."""

    def __init__(self, most: int = 3, pause: timedelta = timedelta(minutes=5)) -> None:
        self._most, self._pause = most, pause
        self._failed = 0
        self._until: datetime | None = None
        self._why = ""
        self._permanent = False

    def check(self, now: datetime) -> None:
        """Raise Unavailable while it is open."""
        if self._until and now < self._until:
            raise Unavailable(self._why, permanent=self._permanent)
        self._until = None

    def well(self) -> None:
        self._failed, self._until = 0, None

    def failed(self, now: datetime, line: str) -> None:
        self._failed += 1
        if self._failed >= self._most:
            until = now + self._pause
            last = f"after {self._failed} failures, the last: {line}"
            self.rest(until, f"not asked before {until:%H:%M} UTC {last}")

    def rest(self, until: datetime, why: str, *, permanent: bool = False) -> None:
        """Open it until then; what is asked meanwhile is refused with that line."""
        if self._until is None or until > self._until:
            self._until, self._why, self._permanent = until, why, permanent
