"""The processes and files of one PostgreSQL cluster: made, started, signalled, removed."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from typing import TYPE_CHECKING

import psutil

from bot.sandbox import pgbinaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "127.0.0.1"
STOP_SIGNALS = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}
STOP_SECONDS = 10  # then it is killed; an immediate stop gives its own children 5

# Our end of its input closes when we die, however we die, in whatever thread and even while
# the server is frozen: PR_SET_PDEATHSIG would follow the thread, and wait for the thaw.
# It reads the postmaster's pid, then the pids of what is frozen, then "done".
GUARD = """
read -r pid || exit
while read -r line; do [ "$line" = done ] && exit; frozen=$line; done
kill -QUIT "$pid"
kill -CONT "$pid" $frozen
"""


class Server:
    """One cluster in one directory; `secret` is its superuser's password."""

    def __init__(self, home: Path, who: pgbinaries.Account, bin_folder: Path) -> None:
        self.home = home
        self.secret = ""
        self.exit: asyncio.Task[None] | None = None
        self._data = home / "data"
        self._who = who
        self._bin = bin_folder
        self._process: asyncio.subprocess.Process | None = None
        self._guard: asyncio.subprocess.Process | None = None

    @classmethod
    def prepare(cls, folder: Path) -> Server:
        """Find programs, account and place; this blocks for some milliseconds."""
        who = pgbinaries.account()
        home = pgbinaries.home(folder.absolute(), who)
        server = cls(home, who, pgbinaries.binaries(home, who))
        server.secret = server._kept_secret()
        return server

    def _kept_secret(self) -> str:
        path = self.home / "password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(16))
            self._who.own(path)
        return path.read_text()

    @property
    def running(self) -> bool:
        return self.exit is not None and not self.exit.done()

    def log_tail(self) -> str:
        try:
            return (self.home / "postgres.log").read_text(errors="replace")[-2000:]
        except FileNotFoundError:
            return ""

    async def start(self, settings: dict[str, str]) -> None:
        """Spawn it, after an initdb the first time; it is not ready yet when this returns."""
        if not await asyncio.to_thread(self._data.exists):
            await self._initdb()
        self._guard = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", GUARD),
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # what kills our process group must not reach it
        )
        try:
            self._process = await self._spawn(settings)
        except BaseException:
            self._guard.kill()
            raise
        self._tell_guard(str(self._process.pid))
        self.exit = asyncio.create_task(self._await_exit(self._process, self._guard))

    async def _initdb(self) -> None:
        fresh = (
            self.home / f"data-{secrets.token_hex(4)}"
        )  # renamed when whole: it may be cut short
        initdb = await asyncio.create_subprocess_exec(
            self._bin / "initdb",
            *("--pgdata", fresh, "--username=postgres", "--no-sync"),
            # A password even here: whoever may become superuser may run programs as us.
            *("--auth=scram-sha-256", "--pwfile", self.home / "password"),
            *("--encoding=UTF8", "--locale=C"),
            cwd=self.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            **self._who.options(),
        )
        try:
            output, _ = await initdb.communicate()
        finally:
            if initdb.returncode is None:  # we were cancelled
                initdb.kill()
        if initdb.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{output.decode(errors='replace')}")
        await asyncio.to_thread(fresh.rename, self._data)

    async def _spawn(self, settings: dict[str, str]) -> asyncio.subprocess.Process:
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with (self.home / "postgres.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                self._bin / "postgres",
                *("-D", self._data),
                *flags,
                cwd=self.home,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we decide when it stops
                **self._who.options(),
            )

    async def stop(self, mode: str) -> None:
        """Ask it to go as pg_ctl would; kill it if it does not."""
        wanted = STOP_SIGNALS[mode]
        if self._process is None or self.exit is None or self.exit.done():
            return
        tree = self.tree()
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(wanted)
        _each(tree, psutil.Process.resume)  # the frozen hear it only when they wake
        await asyncio.wait([self.exit], timeout=STOP_SECONDS)
        if not self.exit.done():
            _each(self.tree(), psutil.Process.kill)
            await self.exit

    def suspend(self) -> None:
        _each(self.tree()[:1], psutil.Process.suspend)  # it makes no more children from here on
        children = self.tree()[1:]
        self._tell_guard(" ".join(str(child.pid) for child in children))
        _each(children, psutil.Process.suspend)

    def resume(self) -> None:
        _each(self.tree(), psutil.Process.resume)
        self._tell_guard("")

    def tree(self) -> list[psutil.Process]:
        """Its processes, the postmaster first."""
        if self._process is None or self._process.returncode is not None:
            return []
        try:
            postmaster = psutil.Process(self._process.pid)
            return [postmaster, *postmaster.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def clients(self) -> int:
        """Count the connections by the titles of their processes, which works when frozen too."""
        return sum(f"{HOST}(" in _title(process) for process in self.tree())

    async def _await_exit(
        self, process: asyncio.subprocess.Process, guard: asyncio.subprocess.Process
    ) -> None:
        await process.wait()
        self._tell_guard("done")
        await guard.wait()

    def _tell_guard(self, line: str) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.write(f"{line}\n".encode())


def _each(processes: list[psutil.Process], act: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            act(process)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""
