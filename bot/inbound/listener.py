"""The HTTP server below the doors: it ends when told to, and nobody can keep it busy for long."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from contextlib import suppress

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.ports import Unavailable

log = logging.getLogger(__name__)

REQUEST_WITHIN = 10.0  # seconds, for the head of a request, and then for all of the rest
MOST_CONNECTIONS = 128  # at once; the next ones hear 503
LARGEST_HEAD = 16_384  # bytes
LAST_WORDS = 1  # whole seconds that requests under way may take when told to stop


class OneRequest(H11Protocol):
    """A connection is for one request; when the head of it does not come, it is closed.

    uvicorn itself waits for ever for the rest of a head (h11_impl.py, 0.54).
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self.loop.call_later(REQUEST_WITHIN, self._give_up)

    def _give_up(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


class Deadline:
    """Cuts a request off that takes too long, whoever is to blame."""

    def __init__(self, app: ASGIApp, seconds: float = REQUEST_WITHIN) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, receive, told)
        except TimeoutError:
            log.warning("request.overran", extra={"seconds": self._seconds})
            if begun:
                raise
            await PlainTextResponse("it took too long\n", 503)(scope, receive, send)


class Listener(uvicorn.Server):
    """Leaves the signals to the one who holds `stop`: uvicorn would end the process by itself."""

    def __init__(self, app: ASGIApp, stop: asyncio.Event, ready: asyncio.Event) -> None:
        super().__init__(
            uvicorn.Config(
                Deadline(app),
                http=OneRequest,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",  # its warnings are about what strangers send
                access_log=False,  # an address holds a token
                proxy_headers=False,
                server_header=False,
                headers=[("Connection", "close"), ("Cache-Control", "no-store")],
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=LAST_WORDS,
                h11_max_incomplete_event_size=LARGEST_HEAD,
            )
        )
        self._stop, self._ready = stop, ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        """Keep the Date header right; uvicorn's own loop wakes ten times a second."""
        while not self._stop.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1.0)


def bound(host: str, port: int) -> socket.socket:
    """Take the port; 0 is any. Raises Unavailable: uvicorn would end the process."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, proto=socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY only then
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen(MOST_CONNECTIONS)
    except (OSError, OverflowError) as error:
        taken.close()
        why = getattr(error, "strerror", None) or error
        raise Unavailable(f"port {port} cannot be listened on: {why}", permanent=True) from error
    return taken
