"""A real PostgreSQL that can be stopped, frozen and filled, and that dies with us."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import asyncpg

from bot.sandbox.pgserver import HOST, Server
from bot.sandbox.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

State = Literal["running", "stopped", "frozen", "starting"]

START_SECONDS = 60
NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
HOLDER = "reports"  # the role that holds the connections of saturate()
NO_ANSWER = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)  # TimeoutError is an OSError


class Postgres:
    """One cluster on 127.0.0.1; its port and passwords outlive a stop and a start."""

    def __init__(self, folder: Path, *, max_connections: int = 40, port: int | None = None) -> None:
        self.folder = folder
        self.max_connections = max_connections
        self.port = port if port is not None else free_port()
        self.since = datetime.now(UTC)
        self.changed: Callable[[State], None] = lambda _: None  # is told each new state
        self._state: State = "stopped"
        self._lock = asyncio.Lock()
        self._server: Server | None = None
        self._made_folder = False
        self._passwords: dict[str, str] = {}
        self._filler: asyncio.Task[None] | None = None
        self._full = asyncio.Event()
        self._held: list[asyncpg.Connection] = []

    @property
    def state(self) -> State:
        return self._state

    async def start(self) -> None:
        """Start it unless it runs, and return when it accepts connections."""
        async with self._lock:
            if self._state == "stopped":
                self._become("starting")
                try:
                    await self._launch()
                finally:
                    await self._settle()

    async def stop(self, mode: str = "immediate") -> None:
        """Stop it: "smart", "fast" or "immediate" as in pg_ctl; what does not go is killed."""
        async with self._lock:
            if self._server is not None:
                await self._server.stop(mode)
                self._become("stopped")

    async def freeze(self) -> None:
        """Halt every process of the server in mid-air: connections stay open and say nothing."""
        async with self._lock:
            if self._server is not None and self._state == "running":
                self._server.suspend()
                self._become("frozen")

    async def thaw(self) -> None:
        async with self._lock:
            if self._server is not None and self._state == "frozen":
                self._server.resume()
                self._become("running")

    async def saturate(self) -> None:
        """Take every connection a client can have, and each that falls free, until release()."""
        if self._filler is None:
            self._full.clear()
            self._filler = asyncio.create_task(self._keep_full())
        if self._state == "running":
            async with asyncio.timeout(START_SECONDS):
                await self._full.wait()

    @property
    def saturated(self) -> bool:
        return self._filler is not None

    async def release(self) -> None:
        if self._filler is not None:
            self._filler.cancel()
            await asyncio.wait([self._filler])
            self._filler = None
        for connection in self._held:
            connection.terminate()
        self._held.clear()

    async def create(self, name: str) -> str:
        """Make a database owned by a role of its name that may monitor; one DSN for each name."""
        if not NAME.fullmatch(name):
            raise ValueError(f"not a database name: {name!r}")
        connection = await self._connect("postgres")
        try:
            async with self._lock:
                await self._make_role(connection, name)
                await _make_database(connection, name)
        finally:
            await connection.close()
        return f"postgresql://{name}:{self._passwords[name]}@{HOST}:{self.port}/{name}"

    async def run(self, statement: str, *, database: str = "postgres") -> Any:  # noqa: ANN401 - any value
        """The first value, if any, as the superuser, whose connection is kept free.

        Raises one of `NO_ANSWER`.
        """
        connection = await self._connect("postgres", database=database)
        try:
            return await connection.fetchval(statement)
        finally:
            connection.terminate()

    def password(self, role: str) -> str:
        """What the role was given when it was made."""
        return self._passwords[role]

    def connections(self) -> int:
        return self._server.clients() if self._server is not None else 0

    async def close(self) -> None:
        """Stop for good and remove every file."""
        await self.release()
        await self.stop()
        if self._server is not None:
            await asyncio.to_thread(shutil.rmtree, self._server.home, ignore_errors=True)
            self._server = None
        if self._made_folder:
            with contextlib.suppress(OSError):  # somebody else keeps files there by now
                self.folder.rmdir()

    def _become(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.since = datetime.now(UTC)
            self.changed(state)

    async def _launch(self) -> None:
        if self._server is None:
            self._made_folder = not self.folder.exists()
            self._server = await asyncio.to_thread(Server.prepare, self.folder)
            self._passwords["postgres"] = self._server.secret
        await self._server.start(self._settings())
        if self._server.exit is not None:
            self._server.exit.add_done_callback(lambda _: self._become("stopped"))
        connection = await self._accepted(self._server)
        try:
            await self._make_role(connection, HOLDER)
        finally:
            await connection.close()
        self._become("running" if self._server.running else "stopped")

    async def _settle(self) -> None:
        """Leave nothing behind of a start that failed or was cancelled."""
        if self._state == "starting":
            if self._server is not None:
                await self._server.stop("immediate")
            self._become("stopped")

    def _settings(self) -> dict[str, str]:
        return {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": str(self.max_connections),
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "16MB",
        }

    async def _accepted(self, server: Server) -> asyncpg.Connection:
        async with asyncio.timeout(START_SECONDS):
            while server.running:
                try:
                    return await self._connect("postgres", seconds=1)
                except NO_ANSWER:
                    await asyncio.sleep(0.03)
        tail = await asyncio.to_thread(server.log_tail)
        raise RuntimeError(f"postgres ended while starting:\n{tail}")

    async def _connect(
        self, role: str, seconds: float = 5, database: str = "postgres"
    ) -> asyncpg.Connection:
        return await asyncpg.connect(
            host=HOST,
            port=self.port,
            user=role,
            password=self._passwords[role],
            database=database,
            ssl=False,
            timeout=seconds,
            server_settings={"application_name": "sandbox" if role == "postgres" else role},
        )

    async def _make_role(self, connection: asyncpg.Connection, name: str) -> None:
        password = self._passwords.setdefault(name, secrets.token_hex(16))
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await connection.execute(f'CREATE ROLE "{name}" IN ROLE pg_monitor')
        await connection.execute(f"ALTER ROLE \"{name}\" LOGIN PASSWORD '{password}'")

    async def _keep_full(self) -> None:
        while True:
            with contextlib.suppress(*NO_ANSWER):
                await self._fill()
            await asyncio.sleep(0.1)

    async def _fill(self) -> None:
        self._held = [connection for connection in self._held if not connection.is_closed()]
        try:
            while True:
                self._held.append(await self._connect(HOLDER))
        except asyncpg.TooManyConnectionsError:
            self._full.set()


async def _make_database(connection: asyncpg.Connection, name: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
