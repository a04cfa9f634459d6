"""The watchdog's own process: started, heard, killed and, as on its platform, started again."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot.sandbox.process import Process, start_process
from bot.sandbox.seen import Seen

AGAIN_AFTER = 0.5  # real seconds
KEPT = 2000  # lines of its log
GRACE = 10.0  # real seconds to end in


class Watchdog:
    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env, self._folder = dict(env), folder
        self.log: deque[str] = deque(maxlen=KEPT)
        self.seen = Seen()
        self.starts = 0
        self.process: Process | None = None
        self._since = datetime.now(UTC)
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._launch()
        self._keeper = asyncio.create_task(self._keep())

    async def _launch(self) -> None:
        command = [sys.executable, "-m", "bot", "run"]
        self.process = await start_process(
            command, env=self._env, cwd=self._folder, on_line=self._heard
        )
        self.starts += 1
        self._since = datetime.now(UTC)

    async def _keep(self) -> None:
        while self.process:
            await self.process.wait()
            self._since = datetime.now(UTC)
            await asyncio.sleep(AGAIN_AFTER)
            await self._launch()

    async def _heard(self, at: datetime, text: str) -> None:
        self.log.append(f"{at:%H:%M:%S.%f} {text}")
        self.seen.hear(at, text)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.running

    def kill(self) -> None:
        """As the kernel would: without a word."""
        if self.process:
            self.process.kill()

    async def close(self) -> None:
        if self._keeper:
            self._keeper.cancel()
        if self.process:
            await self.process.stop(GRACE)

    def snapshot(self) -> dict[str, object]:
        process = self.process if self.running else None
        return {
            "state": "running" if process else "stopped",
            "pid": process.pid if process else None,
            "memory_bytes": process.memory() if process else 0,
            "since": self._since.isoformat(),
        }
