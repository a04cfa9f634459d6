"""The instances of a service: those that serve, those that come and those that go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from bot.sandbox.pace import Pace
from bot.sandbox.render.instance import Instance
from bot.sandbox.render.state import Release, Settings


class Fleet:
    def __init__(self, make: Callable[[Release], Instance], pace: Pace, settings: Settings) -> None:
        self.serving: list[Instance] = []
        self.incoming: list[Instance] = []
        self._make, self._pace, self._settings = make, pace, settings
        self._leaving: dict[asyncio.Task[None], Instance] = {}
        self._hurry = asyncio.Event()

    @property
    def leaving(self) -> list[Instance]:
        return list(self._leaving.values())

    def bring_up(self, release: Release) -> None:
        self.incoming = [self._make(release) for _ in range(release.instance_count)]

    def switch_over(self, *, booted: bool) -> None:
        """The incoming instances serve from now on; the others are sent away."""
        old, self.serving, self.incoming = self.serving, self.incoming, []
        for instance in self.serving:
            instance.keep(booted=booted)
        self.retire(old, after=self._settings.drain_seconds if booted else 0.0)

    def send_back(self) -> None:
        """The incoming instances are given up; those that serve go on."""
        gone, self.incoming = self.incoming, []
        self.retire(gone)

    def resize(self, release: Release) -> None:
        """Start what is missing of the release, stop what is too much, the newest first."""
        count = release.instance_count
        too_many, self.serving = self.serving[count:], self.serving[:count]
        self.retire(too_many)
        for _ in range(count - len(self.serving)):
            instance = self._make(release)
            self.serving.append(instance)
            instance.keep(booted=False)

    def retire(self, instances: Iterable[Instance], *, after: float = 0.0) -> None:
        """Let them run for `after` world seconds more, if they are well; then end them."""
        for instance in instances:
            task = asyncio.create_task(self._see_off(instance, after))
            self._leaving[task] = instance
            task.add_done_callback(self._leaving.pop)

    async def empty(self) -> None:
        """End every instance and wait until they are gone; nobody lingers."""
        self.retire([*self.serving, *self.incoming])
        self.serving, self.incoming = [], []
        self._hurry.set()
        try:
            while self._leaving:
                await asyncio.wait(set(self._leaving))
        finally:
            self._hurry = asyncio.Event()

    async def _see_off(self, instance: Instance, after: float) -> None:
        instance.let_go()
        if after and instance.healthy:
            await self._linger(instance, self._pace.real(after))
        await instance.stop(self._settings.shutdown_seconds)

    async def _linger(self, instance: Instance, seconds: float) -> None:
        """Until the time is over, its process has ended, or there is no time for it."""
        waits = {
            asyncio.create_task(instance.ended()),
            asyncio.create_task(self._hurry.wait()),
        }
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
