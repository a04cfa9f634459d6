"""Whether an instance answers: its health path over HTTP, or its port when it has none."""

from __future__ import annotations

import asyncio
import contextlib
import re

from bot.sandbox.pace import Pace

ANSWER_SECONDS = 5.0  # real ones: the program that answers does not run faster than it can
EVERY_SECONDS = 1.0  # world seconds between two looks
SHORTEST_PAUSE = 0.02  # real seconds
WELL = re.compile(rb"HTTP/1\.[01] [23]\d\d\b")


async def until_healthy(pace: Pace, port: int, path: str | None) -> None:
    pause = max(pace.real(EVERY_SECONDS), SHORTEST_PAUSE)
    while True:
        if await is_healthy(port, path):
            return
        await asyncio.sleep(pause)


async def is_healthy(port: int, path: str | None) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _ask(port, path)
    except (OSError, TimeoutError):
        return False


async def _ask(port: int, path: str | None) -> bool:
    # An HTTP client would set up TLS for every look; the status line is all we want.
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if path is None:
            return True
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "User-Agent: Render/1.0\r\nConnection: close\r\n\r\n".encode()
        )
        return WELL.match(await reader.readline()) is not None
    except ValueError:  # a line without end
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
