"""One instance of a service: a folder, a port and the process that is kept running in it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.sandbox.pace import Pace
from bot.sandbox.process import Process, start_process
from bot.sandbox.render.health import UNHEALTHY_AFTER, until_healthy, until_unhealthy
from bot.sandbox.render.ids import new_instance_id
from bot.sandbox.render.race import race
from bot.sandbox.render.state import WORKER, Failure, Release, Sample
from bot.sandbox.render.times import now

# World seconds.
START_LIMIT = 900
WORKER_START = 5.0  # how long a worker must have run to count as started; unknown
FIRST_BACK_OFF = 5.0
LONGEST_BACK_OFF = 300.0
FORGIVEN_AFTER = 600.0  # running this long makes the next crash a first one again

# Real seconds: a program neither starts nor ends faster than it can.
SHORTEST_START = 1.0
SHORTEST_GRACE = 2.0

NO_SUCH_COMMAND = 127
MEBIBYTE = 1024 * 1024


class Watcher(Protocol):
    """Who hears what an instance goes through."""

    def heard(self, instance: Instance, at: datetime, text: str) -> None: ...
    def launched(self, instance: Instance) -> None: ...
    def failed(self, instance: Instance, failure: Failure) -> None: ...
    def available(self, instance: Instance) -> None: ...


class Instance:
    """`env` is what the process gets beside the names that belong to the instance itself."""

    def __init__(
        self, service_id: str, release: Release, env: Mapping[str, str], pace: Pace, to: Watcher
    ) -> None:
        self.id = new_instance_id(service_id)
        self.release = release
        self.folder = release.spec.folder / self.id
        self.port = _free_port()
        self.created_at = now()
        self.process: Process | None = None
        self.healthy = False
        self.in_rotation = True
        self.starts = self.crashes = 0  # crashes in a row
        self._env, self._pace, self._watcher = env, pace, to
        self._verdict: Failure | None = None
        self._away = 0.0
        self._keeper: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.running

    @property
    def ready(self) -> bool:
        """Whether traffic may go there."""
        return self.healthy and self.in_rotation and self.running

    async def boot(self) -> Failure | None:
        """Start the process and wait until it is healthy; else say why it is not."""
        process = await self._launch()
        if process is None:
            return Failure(exit_code=NO_SUCH_COMMAND)
        try:
            code = await self._come_up(process)
        except TimeoutError:
            return Failure(timed_out=(START_LIMIT, "no healthy answer"))
        self.healthy = self.in_rotation = code is None
        return None if code is None else self._why(code)

    def keep(self, *, booted: bool) -> None:
        """From now on restart the process whenever it ends; `booted`: it is healthy already."""
        self._keeper = asyncio.create_task(self._keep_running(booted=booted))

    def let_go(self) -> None:
        """From now on its end is final."""
        if self._keeper is not None:
            self._keeper.cancel()

    def kill(self, verdict: Failure, *, away: float = 0.0) -> None:
        """End it at once, for a reason of the platform.

        With `away` it was no crash, and is not started again for so many real seconds.
        """
        if self.process is not None and self.process.running:
            self._verdict, self._away = verdict, away
            self.process.kill()

    async def ended(self) -> Failure:
        """Wait for the end of the process."""
        code = NO_SUCH_COMMAND if self.process is None else await self.process.wait()
        return self._why(code)

    async def stop(self, shutdown_seconds: float) -> None:
        """End the process and leave nothing behind."""
        self.let_go()
        if self._keeper is not None:
            await asyncio.wait({self._keeper})
        if self.process is not None:
            await self.process.stop(max(self._pace.real(shutdown_seconds), SHORTEST_GRACE))
        self.healthy = False
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    def measure(self) -> Sample:
        """What it uses now; too much memory is the end of it."""
        process, limit = self.process, self.release.spec.memory_limit
        memory, cpu = (process.memory(), process.cpu()) if process else (0, 0.0)
        if memory > limit:
            self.kill(Failure(oom_limit=f"{limit // MEBIBYTE}Mi"))
        return Sample(now(), self.id, min(memory, limit), cpu)

    async def _keep_running(self, *, booted: bool) -> None:
        since = time.monotonic()
        while True:
            failure = None if booted else await self.boot()
            if failure is None:
                self._watcher.available(self)
                failure = await self._outlive()
            booted = self.healthy = False
            await self._end_hung(failure)
            forgiven = time.monotonic() - since >= self._pace.real(FORGIVEN_AFTER)
            self.crashes = 1 if forgiven or self._away else self.crashes + 1
            self._watcher.failed(self, failure)
            await asyncio.sleep(self._away or self._pace.real(back_off(self.crashes)))
            since = time.monotonic()

    async def _come_up(self, process: Process) -> int | None:
        """None once it is up, else the exit code; `TimeoutError` when it takes too long."""
        spec = self.release.spec
        if spec.kind == WORKER:
            seconds = max(self._pace.real(WORKER_START), SHORTEST_START)
            return await race(process, asyncio.sleep(seconds))
        healthy = until_healthy(self._pace, self.port, spec.health_path)
        return await race(process, healthy, self._pace.real(START_LIMIT))

    async def _outlive(self) -> Failure:
        """Wait until the healthy process ends or has been unhealthy for too long."""
        path = self.release.spec.health_path
        if self.process is None or path is None or self.release.spec.kind == WORKER:
            return await self.ended()
        unhealthy = until_unhealthy(self._pace, self.port, path, self._rotate)
        code = await race(self.process, unhealthy)
        if code is not None:
            return self._why(code)
        return Failure(unhealthy=f"health check failed for {UNHEALTHY_AFTER:.0f} seconds")

    def _rotate(self, into: bool) -> None:  # noqa: FBT001 - told by the health check
        self.in_rotation = into

    async def _end_hung(self, failure: Failure) -> None:
        if failure.hung and self.process is not None:
            self.process.kill()
            await self.process.wait()

    async def _launch(self) -> Process | None:
        self._verdict, self._away = None, 0.0
        self.starts += 1
        self._watcher.launched(self)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.process = await start_process(
                self.release.spec.command,
                env=self._environment(),
                cwd=self.release.folder or self.release.spec.cwd or self.folder,
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
        port = {} if self.release.spec.kind == WORKER else {"PORT": str(self.port)}
        mine = {"RENDER_INSTANCE_ID": self.id, "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        return {**self._env, **mine, **port}


def back_off(crashes_in_a_row: int) -> float:
    """World seconds to wait before the next start: 5, 10, 20, 40 … 300."""
    with contextlib.suppress(OverflowError):
        return min(FIRST_BACK_OFF * 2.0 ** (crashes_in_a_row - 1), LONGEST_BACK_OFF)
    return LONGEST_BACK_OFF


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
