"""One HTTP server for everything that is emulated, in the conductor's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from bot.sandbox.ports import listening


class Quiet(uvicorn.Server):
    """Leaves the signals to the conductor, who has more to end than a server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    def __init__(self, port: int) -> None:
        self.socket = bound_to(port)
        self.port: int = self.socket.getsockname()[1]
        self._server: Quiet | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, app: Starlette) -> None:
        config = uvicorn.Config(
            app, log_level="error", lifespan="off", timeout_graceful_shutdown=1, access_log=False
        )
        self._server = Quiet(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self.socket]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn offers only a flag
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
        self.socket.close()


def bound_to(port: int) -> socket.socket:
    """Bind the port, or any free one when it is taken; 0 means any."""
    try:
        return listening(port)
    except OSError:
        return listening(0)
