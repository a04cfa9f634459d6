"""What goes on while a switch is on, by its name."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.sandbox.postgres import NO_ANSWER

TRY_EVERY = 0.3  # real seconds


class Doings:
    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[Any]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._under_way and not self._under_way[name].done()

    def begin(self, name: str, doing: Coroutine[Any, Any, object]) -> None:
        self.end(name)
        self._under_way[name] = asyncio.create_task(doing)

    def end(self, name: str) -> None:
        if task := self._under_way.pop(name, None):
            task.cancel()

    async def insist(self, name: str, act: Callable[[], Awaitable[object]]) -> None:
        """Do it now, or as soon as the database lets us in: what is switched off must go off."""
        try:
            await act()
        except NO_ANSWER:
            self.begin(name, _until_done(act))

    def close(self) -> None:
        for name in list(self._under_way):
            self.end(name)


async def _until_done(act: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(TRY_EVERY)
        with contextlib.suppress(*NO_ANSWER):
            await act()
            return
