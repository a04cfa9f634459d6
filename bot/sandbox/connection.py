"""What HTTP libraries hide: a client that goes away, a connection cut without an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


async def gone(receive: Receive) -> None:
    """Return once the client has closed the connection."""
    while not (await receive())["type"].endswith(".disconnect"):
        pass


async def first(*works: Coroutine[Any, Any, Any]) -> None:
    """Return when one of them has ended, and end the others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def cut(receive: Receive) -> bool:
    """Cut the connection at once; True when the server let us reach it."""
    # ASGI has no word for this: uvicorn's `receive` is a method of the object that holds the
    # connection, and every other server gets the second best, half an answer.
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    return transport is not None


async def leave_unanswered(receive: Receive, send: Send) -> None:
    """Break the connection without an answer, or at least without a whole one."""
    if cut(receive):
        await gone(receive)
        return
    headers = [(b"content-length", b"9")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


class NoAnswer(Response):
    """Closes the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the form of ASGI
        await leave_unanswered(receive, send)


async def until_gone(request: Request) -> None:
    await gone(request.receive)
