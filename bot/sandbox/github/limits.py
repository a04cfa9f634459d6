"""The hourly allowance: 5,000 calls with a token, 60 without one.

Figures and headers: GitHub REST documentation, "Rate limits for the REST API". The hour is one
of the world, so that a fast world has as many calls in it as a slow one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.pace import Pace

HOUR = 3600.0  # world seconds
WITH_TOKEN, WITHOUT = 5_000, 60


@dataclass
class Window:
    limit: int
    reset: float  # seconds since 1970
    used: int = 0

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    def shown(self) -> dict[str, int]:
        return {
            "limit": self.limit,
            "used": min(self.used, self.limit),
            "remaining": self.left,
            "reset": math.ceil(self.reset),
        }

    def headers(self) -> dict[str, str]:
        told = {f"X-RateLimit-{key.title()}": str(value) for key, value in self.shown().items()}
        return {**told, "X-RateLimit-Resource": "core"}


class Limits:
    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self._pace, self._clock = pace, clock
        self._windows: dict[bool, Window] = {}

    def window(self, *, known: bool) -> Window:
        """The running hour; it begins with the first call."""
        now, found = self._clock(), self._windows.get(known)
        if found is None or found.reset <= now:
            limit = WITH_TOKEN if known else WITHOUT
            found = self._windows[known] = Window(limit, now + self._pace.real(HOUR))
        return found

    def take(self, *, known: bool) -> bool:
        """Count one call; False when it is one too many."""
        window = self.window(known=known)
        window.used += 1
        return window.used <= window.limit

    def exhaust(self, *, known: bool = True) -> None:
        window = self.window(known=known)
        window.used = window.limit

    def give_back(self, *, known: bool) -> None:
        """A conditional call that was answered 304 is free."""
        self.window(known=known).used -= 1
