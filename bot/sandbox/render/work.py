"""The line of work at one service: one job at a time, in the order they were asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any


@dataclass(eq=False)
class Job:
    """`settle` runs at the end, also when the job was interrupted or never begun.

    `about` is the id of what it works on, if that has one.
    """

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]
    settle: Callable[[], None] = lambda: None
    about: str = ""
    done: asyncio.Event = field(default_factory=asyncio.Event)


class WorkLine:
    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self.current: Job | None = None
        self._waiting: deque[Job] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        return self._task is not None

    def add(self, job: Job) -> Job:
        self._waiting.append(job)
        self._begin_next()
        return job

    def jobs(self, name: str) -> list[Job]:
        """Those of this name, the one at hand first."""
        at_hand = [self.current] if self.current else []
        return [job for job in [*at_hand, *self._waiting] if job.name == name]

    def give_up(self, job: Job) -> None:
        """Interrupt it, or forget it if it waits."""
        if job is self.current:
            self._interrupt()
        elif job in self._waiting:
            self._waiting.remove(job)
            _end(job)

    def give_up_all(self) -> None:
        while self._waiting:
            self.give_up(self._waiting[0])
        self._interrupt()

    async def close(self) -> None:
        task = self._task
        self.give_up_all()
        if task is not None:
            await asyncio.wait({task})

    def _interrupt(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _begin_next(self) -> None:
        if self._task is None and self._waiting:
            self.current = job = self._waiting.popleft()
            self._task = asyncio.create_task(job.run())
            self._task.add_done_callback(partial(self._finished, job))
            self._on_change()

    def _finished(self, job: Job, _: asyncio.Task[None]) -> None:
        self.current = self._task = None
        _end(job)
        self._on_change()
        self._begin_next()


def _end(job: Job) -> None:
    job.settle()
    job.done.set()
