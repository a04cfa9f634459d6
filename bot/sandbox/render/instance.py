"""One instance of a service: a folder, a port and the process that is kept running in it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import time
from datetime import datetime
from typing import Protocol

from bot.sandbox.pace import Pace
from bot.sandbox.process import Process, start_process
from bot.sandbox.render.health import until_healthy
from bot.sandbox.render.ids import new_instance_id
from bot.sandbox.render.state import Failure, Spec
from bot.sandbox.render.times import now

# World seconds.
START_LIMIT = 900
FIRST_BACK_OFF = 5.0
LONGEST_BACK_OFF = 300.0
FORGIVEN_AFTER = 600.0  # running this long makes the next crash a first one again

SHORTEST_GRACE = 2.0  # real seconds: a program does not shut down faster than it can
NO_SUCH_COMMAND = 127
MEBIBYTE = 1024 * 1024


class Watcher(Protocol):
    """Who hears what an instance goes through."""

    def heard(self, instance: Instance, at: datetime, text: str) -> None: ...
    def launched(self, instance: Instance) -> None: ...
    def failed(self, instance: Instance, failure: Failure) -> None: ...
    def available(self, instance: Instance) -> None: ...


class Instance:
    def __init__(self, service_id: str, spec: Spec, pace: Pace, watcher: Watcher) -> None:
        self.id = new_instance_id(service_id)
        self.folder = spec.folder / self.id
        self.port = _free_port()
        self.created_at = now()
        self.process: Process | None = None
        self.healthy = False
        self.starts = 0
        self._service_id = service_id
        self._spec = spec
        self._pace = pace
        self._watcher = watcher
        self._verdict: Failure | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.running

    async def boot(self) -> Failure | None:
        """Start the process and wait until it is healthy; else say why it is not."""
        process = await self._launch()
        if process is None:
            return Failure(exit_code=NO_SUCH_COMMAND)
        path = self._spec.health_path
        healthy = asyncio.create_task(until_healthy(self._pace, self.port, path))
        ended = asyncio.create_task(process.wait())
        try:
            limit = self._pace.real(START_LIMIT)
            first = asyncio.FIRST_COMPLETED
            done, _ = await asyncio.wait({healthy, ended}, timeout=limit, return_when=first)
        finally:
            healthy.cancel()
            ended.cancel()
        if ended in done:
            return self._why(ended.result())
        if healthy not in done:
            return Failure(timed_out=(START_LIMIT, "no healthy answer"))
        self.healthy = True
        return None

    def keep(self, *, booted: bool) -> None:
        """From now on restart the process whenever it ends; `booted`: it is healthy already."""
        self._keeper = asyncio.create_task(self._keep_running(booted=booted))

    def kill_for_memory(self) -> None:
        limit = f"{self._spec.memory_limit // MEBIBYTE}Mi"
        self._verdict = Failure(oom_limit=limit)
        if self.process is not None:
            self.process.kill()

    async def stop(self, shutdown_seconds: float) -> None:
        """End the process and leave nothing behind."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
        if self.process is not None:
            await self.process.stop(max(self._pace.real(shutdown_seconds), SHORTEST_GRACE))
        self.healthy = False
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    async def _keep_running(self, *, booted: bool) -> None:
        in_a_row, since = 0, time.monotonic()
        while True:
            failure = None if booted else await self.boot()
            if failure is None:
                self._watcher.available(self)
                failure = await self._outlive()
            booted = self.healthy = False
            await self._end_hung(failure)
            forgiven = time.monotonic() - since >= self._pace.real(FORGIVEN_AFTER)
            in_a_row = 1 if forgiven else in_a_row + 1
            self._watcher.failed(self, failure)
            await asyncio.sleep(self._pace.real(back_off(in_a_row)))
            since = time.monotonic()

    async def _outlive(self) -> Failure:
        """Wait for the end of the healthy process."""
        code = NO_SUCH_COMMAND if self.process is None else await self.process.wait()
        return self._why(code)

    async def _end_hung(self, failure: Failure) -> None:
        if failure.timed_out is not None and self.process is not None:
            self.process.kill()
            await self.process.wait()

    async def _launch(self) -> Process | None:
        self._verdict = None
        self.starts += 1
        self._watcher.launched(self)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.process = await start_process(
                self._spec.command,
                env=self._environment(),
                cwd=self._spec.cwd or self.folder,
                on_line=self._heard,
            )
        except OSError as error:
            self.process = None
            self._watcher.heard(self, now(), f"{error.filename}: {error.strerror}")
        return self.process

    async def _heard(self, at: datetime, text: str) -> None:
        self._watcher.heard(self, at, text)

    def _why(self, exit_code: int) -> Failure:
        return self._verdict or Failure(exit_code=exit_code)

    def _environment(self) -> dict[str, str]:
        """Nothing of ours but the path: a service on the platform sees only what it was given."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "RENDER": "true",
            "RENDER_SERVICE_ID": self._service_id,
            "RENDER_SERVICE_TYPE": "web",
            **self._spec.env,
            "RENDER_INSTANCE_ID": self.id,
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "PORT": str(self.port),
        }


def back_off(crashes_in_a_row: int) -> float:
    """World seconds to wait before the next start: 5, 10, 20, 40 … 300."""
    with contextlib.suppress(OverflowError):
        return min(FIRST_BACK_OFF * 2.0 ** (crashes_in_a_row - 1), LONGEST_BACK_OFF)
    return LONGEST_BACK_OFF


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
