"""Which comes first: the end of a process, or something else."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.sandbox.process import Process


async def race(
    process: Process, other: Coroutine[Any, Any, None], limit: float | None = None
) -> int | None:
    """The exit code, or None when the other is done first; `TimeoutError` after real seconds."""
    first, ended = asyncio.create_task(other), asyncio.create_task(process.wait())
    try:
        until = asyncio.FIRST_COMPLETED
        done, _ = await asyncio.wait({first, ended}, timeout=limit, return_when=until)
    finally:
        first.cancel()
        ended.cancel()
    if not done:
        raise TimeoutError
    return ended.result() if ended in done else None
