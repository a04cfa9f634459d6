"""Tells our own network's trouble from a service's by whether anything outside answers us."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from bot.adapters.web import FAILED, exchange

FRESH = 2.0  # seconds that an answer holds
AT_MOST = 10_000  # bytes of a body nobody reads


@dataclass
class Outside:
    """Any HTTP answer of any of `urls` proves that our network works. `within` is seconds.

    The addresses should be of different owners, and of those that we need anyway.
    """

    urls: Sequence[str]
    client: httpx.AsyncClient
    within: float = 3.0
    monotonic: Callable[[], float] = time.monotonic
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _known: bool = field(default=True, repr=False)
    _known_at: float = field(default=float("-inf"), repr=False)

    async def reaches_anything(self) -> bool:
        async with self._one_at_a_time:
            if self.monotonic() - self._known_at > FRESH:
                self._known = await self._ask_all()
                self._known_at = self.monotonic()
            return self._known

    async def _ask_all(self) -> bool:
        asked = [asyncio.create_task(self._answers(url)) for url in self.urls]
        try:
            for one in asyncio.as_completed(asked):
                if await one:
                    return True
            return not asked
        finally:
            for task in asked:
                task.cancel()

    async def _answers(self, url: str) -> bool:
        try:
            request = self.client.build_request("HEAD", url, timeout=self.within)
            await exchange(self.client, request, within=self.within, at_most=AT_MOST)
        except FAILED:
            return False
        return True
