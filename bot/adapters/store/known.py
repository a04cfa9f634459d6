"""What was read a moment ago holds for all who ask, until this process writes it anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH = 1.0  # seconds


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What was read, when it was asked for, and after how many writes of ours."""

    value: T
    asked: float
    writes: int


class Known(Generic[T]):
    """What this process wrote shows at once, what another did within a second.

    Two processes share a database only while a deploy replaces one by the other. Who decides on
    an old answer is told so by the version that his write names.
    """

    def __init__(self, read: Callable[[], Awaitable[T]]) -> None:
        self._read, self._asking = read, asyncio.Lock()
        self._writes = 0
        self._answer: Answer[T] | None = None

    async def __call__(self) -> T:
        """Raises what reading raises, and then knows nothing."""
        async with self._asking:  # who comes while it is asked shares the answer
            known = self._answer
            if known is None or not self._holds(known):
                asked, writes = time.monotonic(), self._writes
                known = self._answer = Answer(await self._read(), asked, writes)
            return known.value

    def _holds(self, known: Answer[T]) -> bool:
        return known.writes == self._writes and time.monotonic() - known.asked < FRESH

    def forget(self) -> None:
        self._answer = None

    @contextmanager
    def written(self) -> Iterator[None]:
        """What was read before or during a write is not what holds after it, nor if it fails."""
        self._writes += 1
        try:
            yield
        finally:
            self._writes += 1
