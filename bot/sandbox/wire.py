"""A piece of network that can be broken at run time: a TCP relay before something real."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import Literal

from bot.sandbox.ports import HOST, free_port, listening

Mode = Literal["pass", "hang", "refuse", "cut"]

CHUNK = 64 * 1024
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, with no time, which is an RST


class Wire:
    """Relays `port` to another port of this machine; `tls` makes it the end of an encryption.

    "pass" lets everything through, each answer `delay` real seconds late. In "hang" no byte
    moves: what was on its way arrives when it is over, unless who sent it has given up. "refuse"
    closes the port; open connections live on. "cut" breaks those, and each new one at once.

    With its far end `down` the port is closed, too, as if there were no wire.
    """

    def __init__(self, to: int, *, tls: ssl.SSLContext | None = None) -> None:
        self.to, self.port, self.delay = to, free_port(), 0.0
        self._tls, self._mode, self._down = tls, "pass", False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._bound: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None
        self._lines: set[asyncio.Task[None]] = set()

    @property
    def mode(self) -> str:
        return self._mode

    async def open(self) -> None:
        self._open()
        if self._opening is not None:
            await self._opening

    def turn(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "hang":
            self._flowing.clear()
        else:
            self._flowing.set()
        if mode == "cut":
            self._end_lines()
        self._look_at_the_port()

    def far_end(self, *, down: bool) -> None:
        """Whether anybody listens there."""
        self._down = down
        self._look_at_the_port()

    async def close(self) -> None:
        self._shut()
        lines = list(self._lines)
        self._end_lines()
        await asyncio.gather(*lines, return_exceptions=True)

    # The port

    def _look_at_the_port(self) -> None:
        if self._mode == "refuse" or (self._mode == "pass" and self._down):
            self._shut()
        else:
            self._open()

    def _open(self) -> None:
        if self._opening is None:
            self._bound = listening(self.port)
            self._opening = asyncio.create_task(self._listen(self._bound))

    async def _listen(self, bound: socket.socket) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: asyncio.StreamReaderProtocol(Ear(), self._met), sock=bound, ssl=self._tls
        )

    def _shut(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        if self._server is not None:
            self._server.close()
        if self._bound is not None:
            self._bound.close()  # nobody serves it yet when it was opened just now
        self._server = self._opening = self._bound = None

    # The lines

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.create_task(self._carry(End(reader, writer)))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    def _end_lines(self) -> None:
        for line in self._lines:
            line.cancel()

    async def _carry(self, near: End) -> None:
        far: End | None = None
        try:
            await self._flowing.wait()
            if self._mode == "cut" or near.gone:
                return
            far = End(*await asyncio.open_connection(HOST, self.to))
            async with asyncio.TaskGroup() as both:
                both.create_task(self._ask(near, far))
                both.create_task(self._answer(far, near))
            near.finish()
            far.finish()
        except* OSError:
            pass  # one end is gone, and so is the other
        finally:
            for end in (near, far):
                if end is not None:
                    end.abort()

    async def _ask(self, near: End, far: End) -> None:
        while chunk := await near.reader.read(CHUNK):
            if not self._flowing.is_set():
                await self._flowing.wait()
                if near.gone:
                    raise ConnectionAbortedError  # what nobody waits for is never said
            await far.say(chunk)
        await self._flowing.wait()
        far.say_no_more()

    async def _answer(self, far: End, near: End) -> None:
        while chunk := await far.reader.read(CHUNK):
            if self.delay:
                await asyncio.sleep(self.delay)
            await self._flowing.wait()
            await near.say(chunk)
        await self._flowing.wait()
        near.say_no_more()


class Ear(asyncio.StreamReader):
    """Knows that the other side has gone before all that it said has been read."""

    gone = False

    def feed_eof(self) -> None:
        self.gone = True
        super().feed_eof()

    def set_exception(self, exc: Exception) -> None:
        self.gone = True
        super().set_exception(exc)


class End:
    """One of the two ends of a relayed connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._finished = False

    @property
    def gone(self) -> bool:
        return isinstance(self.reader, Ear) and self.reader.gone

    async def say(self, chunk: bytes) -> None:
        self.writer.write(chunk)
        await self.writer.drain()

    def say_no_more(self) -> None:
        """Close one direction; in TLS there is none of its own."""
        if self.writer.can_write_eof():
            self.writer.write_eof()
        else:
            self.finish()

    def finish(self) -> None:
        """Close it in good order, what was written first."""
        self._finished = True
        self.writer.close()

    def abort(self) -> None:
        """Break it, so that the other side sees a reset."""
        if self._finished:
            return
        bound = self.writer.get_extra_info("socket")  # None: the connection was lost before
        with contextlib.suppress(OSError):
            if bound is not None:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()
