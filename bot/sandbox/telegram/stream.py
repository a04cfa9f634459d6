"""The event stream of the chat page: every change goes to every open page, and waits for none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.connection import cut, first, gone
from bot.sandbox.telegram.errors import Json

QUEUE = 512  # events a page may lag behind before it is dropped; it then reconnects
GOODBYE = 0.2  # real seconds a page has to take the end of the stream
KEEP_ALIVE = 15.0  # real seconds; proxies and browsers close silent streams


class Reader:
    """One open page."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)
        self.ended = asyncio.Event()

    def offer(self, event: bytes) -> None:
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.ended.set()


def encode(name: str, payload: Json) -> bytes:
    data = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {data}\n\n".encode()


class Stream:
    def __init__(self, snapshot: Callable[[], dict[str, Any]]) -> None:
        self.world: Callable[[], Json] = dict
        self._snapshot = snapshot
        self._readers: set[Reader] = set()
        self._closed = False

    def publish(self, name: str, payload: Json) -> None:
        if not self._readers:
            return
        event = encode(name, payload)
        for reader in list(self._readers):
            reader.offer(event)
            if reader.ended.is_set():
                self._readers.discard(reader)

    def join(self) -> Reader:
        """Open a page: `hello` first, and nothing between it and the next event is missed."""
        reader = Reader()
        reader.offer(encode("hello", self._snapshot() | {"world": self.world()}))
        if self._closed:
            reader.ended.set()
        else:
            self._readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)

    @property
    def readers(self) -> int:
        return len(self._readers)

    def close(self) -> None:
        self._closed = True
        for reader in self._readers:
            reader.ended.set()
        self._readers.clear()


async def events(reader: Reader) -> AsyncIterator[bytes]:
    while True:
        try:
            yield await asyncio.wait_for(reader.queue.get(), KEEP_ALIVE)
        except TimeoutError:
            yield b": still here\n\n"


class EventStream(Response):
    """Answers with the stream until the page leaves, lags or the world ends."""

    media_type = "text/event-stream"

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the form of ASGI
        reader = self._stream.join()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await first(self._pump(reader, send), gone(receive), reader.ended.wait())
        finally:
            self._stream.leave(reader)
            # A page that does not read would keep the connection, and with it the server, open.
            with suppress(TimeoutError):
                await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), GOODBYE)
            cut(receive)

    async def _pump(self, reader: Reader, send: Send) -> None:
        async for event in events(reader):
            await send({"type": "http.response.body", "body": event, "more_body": True})


HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
