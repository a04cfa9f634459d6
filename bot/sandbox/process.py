"""A child process of the practice world that is heard, measured and never outlives its parent."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

OnLine = Callable[[datetime, str], Awaitable[None]]

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LONGEST_LINE = 256 * 1024  # a child that never ends its line must not fill our memory
LAST_WORDS_SECONDS = 2.0  # for what is still in the pipe once the child has ended

# The guard reads from a pipe that only we hold: end of file means that we are gone,
# however we went, and then the whole group goes. It covers grandchildren and every POSIX system.
GUARD = ["/bin/sh", "-c", 'read -r _; kill -s KILL -- "-$0"']

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


async def start_process(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, on_line: OnLine
) -> Process:
    """Start `command` in a process group of its own; `OSError` when it cannot be started.

    Both output streams share one pipe, so that their lines keep the order they were written in.
    """
    reading, writing = os.pipe()
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            env=dict(env),
            cwd=cwd,
            process_group=0,
            preexec_fn=_die_with(os.getpid()),
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return Process(child, reading, on_line)


class Process:
    def __init__(self, child: asyncio.subprocess.Process, output: int, on_line: OnLine) -> None:
        self.pid = child.pid
        self.exit_code: int | None = None
        self.started_at = datetime.now(UTC)
        self._child = child
        self._guard = _guard(child.pid)
        self._cpu = _CpuClock()
        self._ended = asyncio.create_task(self._see_out(output, on_line))

    @property
    def running(self) -> bool:
        return self._child.returncode is None

    async def wait(self) -> int:
        """The exit code (128 + n for signal n), once the last line has been delivered."""
        return await asyncio.shield(self._ended)

    async def stop(self, grace: float) -> int:
        """Ask to end, insist after `grace` real seconds."""
        self.signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self.wait(), grace)
        self.kill()
        return await self.wait()

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole group; nothing happens when the process has already ended."""
        if self.running:
            _signal_group(self.pid, number)

    def memory(self) -> int:
        """Resident bytes of the process and its descendants, 0 when it has ended."""
        return sum(_rss(one) for one in _tree(self.pid)) if self.running else 0

    def cpu(self) -> float:
        """Cores used by the tree since the last call (the first call counts from the start)."""
        used = sum(_cpu_seconds(one) for one in _tree(self.pid)) if self.running else 0.0
        return self._cpu.cores(used)

    async def _see_out(self, output: int, on_line: OnLine) -> int:
        reading = asyncio.create_task(_read_lines(output, on_line))
        code = await self._child.wait()
        _signal_group(self.pid, signal.SIGKILL)
        self._dismiss_guard()
        # A descendant that left the group may hold the pipe open for ever.
        await asyncio.wait({reading}, timeout=LAST_WORDS_SECONDS)
        reading.cancel()
        self.exit_code = code if code >= 0 else 128 - code
        return self.exit_code

    def _dismiss_guard(self) -> None:
        self._guard.kill()
        self._guard.wait()
        if self._guard.stdin is not None:
            self._guard.stdin.close()


class _CpuClock:
    def __init__(self) -> None:
        self._at, self._used = time.monotonic(), 0.0

    def cores(self, used: float) -> float:
        now = time.monotonic()
        cores = max(used - self._used, 0.0) / max(now - self._at, 1e-3)
        self._at, self._used = now, used
        return cores


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a Linux child runs before its program: be killed when the parent goes."""
    if _libc is None:
        return None
    prctl = _libc.prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:  # it went before we could ask
            os._exit(1)

    return ask


def _guard(group: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*GUARD, str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in our terminal must not reach it
    )


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


async def _read_lines(output: int, on_line: OnLine) -> None:
    """Deliver each line as soon as it is complete; the last one may lack its newline."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(output, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    rest = ""
    try:
        while chunk := await reader.read(65536):
            at = datetime.now(UTC)
            *lines, rest = (rest + decode(chunk)).split("\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], ""
            for line in lines:
                await on_line(at, line.removesuffix("\r"))
        if rest:
            await on_line(datetime.now(UTC), rest)
    finally:
        transport.close()


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _cpu_seconds(process: psutil.Process) -> float:
    """Its own time and that of the children it has already buried."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    buried = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return float(times.user + times.system + buried)
