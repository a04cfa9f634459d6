"""How often we may ask an outside service: one allowance, shared by all who ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from bot.ports import Unavailable

LONGEST_PAUSE = 300.0  # a broken header must not silence us for a day


class Budget:
    """A token bucket that fills evenly and holds the allowance of ten seconds.

    Raises Unavailable rather than let somebody wait longer than `patience` seconds.
    """

    def __init__(
        self,
        per_minute: float = 300.0,
        *,
        name: str = "Render",
        patience: float = 3.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._rate = per_minute / 60
        self._most = max(per_minute / 6, 1.0)
        self._name, self._patience = name, patience
        self._monotonic, self._sleep = monotonic, sleep
        self._tokens, self._filled_at = self._most, monotonic()
        self._paused_until = 0.0

    async def take(self) -> None:
        """Take one, waiting for it if need be."""
        now = self._monotonic()
        if now < self._paused_until:
            left = self._paused_until - now
            raise Unavailable(f"{self._name} asked us to wait {left:.0f} s more")
        self._tokens = min(self._most, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        wait = (1 - self._tokens) / self._rate
        if wait > self._patience:
            raise Unavailable(f"{self._name}: we have asked as often as we may for now")
        self._tokens -= 1
        if wait > 0:
            await self._sleep(wait)

    def pause(self, seconds: float) -> None:
        """Nobody takes any for that long: the outside service asked for it."""
        until = self._monotonic() + min(max(seconds, 1.0), LONGEST_PAUSE)
        self._paused_until = max(self._paused_until, until)
