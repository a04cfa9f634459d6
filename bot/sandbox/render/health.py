"""Whether an instance answers: its health path over HTTP, or its port when it has none."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable

from bot.sandbox.pace import Pace

ANSWER_SECONDS = 5.0  # real ones: the program that answers does not run faster than it can
EVERY_SECONDS = 1.0  # world seconds between two looks at an instance that starts
SHORTEST_PAUSE = 0.02  # real seconds

# While it runs, in world seconds (docs/health-checks; how often it looks is unknown).
WATCHED_EVERY = 5.0
OUT_OF_ROTATION_AFTER = 15.0
UNHEALTHY_AFTER = 60.0

# In fast motion these make up less than one slow answer of a busy machine. So an answer gets this
# many real seconds at least, looks have a least pause, and one bad look proves nothing.
LEAST_ANSWER = 2.0
LEAST_PAUSE = 0.25
LOOKS_UNTIL_OUT = 2
LOOKS_UNTIL_UNHEALTHY = 3

WELL = re.compile(rb"HTTP/1\.[01] [23]\d\d\b")


async def until_healthy(pace: Pace, port: int, path: str | None) -> None:
    pause = max(pace.real(EVERY_SECONDS), SHORTEST_PAUSE)
    while True:
        if await is_healthy(port, path):
            return
        await asyncio.sleep(pause)


async def until_unhealthy(pace: Pace, port: int, path: str, rotate: Callable[[bool], None]) -> None:
    """Look again and again; `rotate` is told whether traffic may go there.

    Returns after a minute in which every look has failed.
    """
    patience = max(pace.real(ANSWER_SECONDS), LEAST_ANSWER)
    pause = max(pace.real(WATCHED_EVERY), LEAST_PAUSE)
    looks, since = 0, 0.0
    while not (looks >= LOOKS_UNTIL_UNHEALTHY and _lasts(since, pace.real(UNHEALTHY_AFTER))):
        await asyncio.sleep(pause)
        began = time.monotonic()
        if await is_healthy(port, path, patience):
            looks = 0
            rotate(True)  # noqa: FBT003 - as an event handler it has one argument
            continue
        since = since if looks else began
        looks += 1
        if looks >= LOOKS_UNTIL_OUT and _lasts(since, pace.real(OUT_OF_ROTATION_AFTER)):
            rotate(False)  # noqa: FBT003 - the same


async def is_healthy(port: int, path: str | None, patience: float = ANSWER_SECONDS) -> bool:
    try:
        async with asyncio.timeout(patience):
            return await _ask(port, path)
    except (OSError, TimeoutError):
        return False


def _lasts(since: float, seconds: float) -> bool:
    return time.monotonic() - since >= seconds


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
