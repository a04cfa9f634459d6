"""Charts are drawn by a process of their own: what it needs never weighs on the watchdog."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from bot.domain.charts.chart import Chart
from bot.domain.redact import redact
from bot.ports import Unavailable

log = logging.getLogger(__name__)

WITHIN = 20.0  # seconds for one picture
LONGER = 5.0  # seconds after which the process ends itself, should we be gone
PROGRAM = (sys.executable, "-m", "bot.adapters.charts.draw")
ROOT = Path(__file__).parents[3]  # where the package `bot` lies: the process must find it, too
PNG = b"\x89PNG\r\n\x1a\n"
POLITE = 5  # added to how nice it is: the watchdog's looks go first, from its first import on
AT_MOST = 5_000_000  # bytes; Telegram takes photos of up to 10 MB (Bot API, sendPhoto)
LONGEST_WORDS = 2_000  # characters of what the process says that go into our log
# All that it gets of our environment: where the interpreter's own libraries are, and no secret.
KEPT = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
# One thread is enough, and each more costs memory; our bytecode may lie where nobody can write.
SET = {
    "MPLBACKEND": "Agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
}


@cache
def form() -> TypeAdapter[Chart]:
    """How a chart becomes JSON and back; made for the first one, as it costs memory."""
    return TypeAdapter(Chart)


class Drawer:
    """Draws one chart at a time. `close` ends what is being drawn and removes its folder.

    `program` reads the chart's JSON and writes a PNG; its last argument is after how many seconds
    it must end itself. `within` is its deadline in seconds.
    """

    def __init__(self, program: Sequence[str] = PROGRAM, *, within: float = WITHIN) -> None:
        self._program, self._within = program, within
        self._one = asyncio.Semaphore(1)
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def draw(self, chart: Chart) -> bytes:
        """The chart as a PNG. Raises Unavailable."""
        async with self._one:
            process = await self._start()
            try:
                async with asyncio.timeout(self._within):
                    picture, words = await process.communicate(form().dump_json(chart.bounded()))
            except TimeoutError:
                raise Unavailable(f"no chart was drawn within {self._within:.0f} s") from None
            finally:
                await _end(process)
        _note(words)
        if process.returncode:
            raise Unavailable(f"the chart was not drawn: exit {process.returncode}")
        if not picture.startswith(PNG) or len(picture) > AT_MOST:
            raise Unavailable("what was drawn is no picture")
        return picture

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def _start(self) -> asyncio.subprocess.Process:
        try:
            if self._folder is None:  # kept between charts: fonts are looked for only once
                self._folder = tempfile.TemporaryDirectory(prefix="watchdog-charts-")
            process = await asyncio.create_subprocess_exec(
                *self._program,
                f"{self._within + LONGER:.0f}",
                cwd=ROOT,
                env=environment(os.environ, self._folder.name),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise Unavailable(f"the drawing process did not start: {error.strerror}") from error
        with suppress(ProcessLookupError):  # it may have ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, os.nice(0) + POLITE)
        return process


def environment(ours: Mapping[str, str], folder: str) -> dict[str, str]:
    """Of our environment what an interpreter needs; its home is a folder of its own."""
    kept = {name: ours[name] for name in KEPT if name in ours}
    return {**kept, **SET, "HOME": folder, "MPLCONFIGDIR": folder, "TMPDIR": folder}


async def _end(process: asyncio.subprocess.Process) -> None:
    """Also when we are cut off ourselves: none is left behind."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _note(words: bytes) -> None:
    if said := words.decode(errors="replace").strip():
        log.warning("chart.said", extra={"words": redact(said[-LONGEST_WORDS:])})
