"""The live log: a websocket that says each new line, and that drops about once a minute.

Sources: OpenAPI, subscribe-logs (one JSON log per text frame); that it drops is known from
render-oss/cli issue 17. Unknown: whether lines from before are sent; here they are not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from bot.sandbox.connection import cut
from bot.sandbox.render.account import Account
from bot.sandbox.render.logs import Search, line_json
from bot.sandbox.render.query import Refused
from bot.sandbox.render.state import Line
from bot.sandbox.render.telemetry import log_query

DROPS_AFTER = 60.0  # world seconds


class Stream:
    """An ASGI application: only there can the connection be cut as it is in real life."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        try:
            search = Search(log_query(self._account, socket))
        except Refused as refused:
            refusal = JSONResponse({"message": refused.message}, refused.status)
            await socket.send_denial_response(refusal)
            return
        await socket.accept()
        listening = asyncio.create_task(self._say(socket, search))
        leaving = asyncio.create_task(_gone(socket))
        dropping = asyncio.create_task(self._dropped())
        tasks = {listening, leaving, dropping}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        if not leaving.done() and not cut(receive):
            await socket.close(1011)

    async def _say(self, socket: WebSocket, search: Search) -> None:
        logs = self._account.logs
        heard: asyncio.Queue[Line] = asyncio.Queue()
        with logs.listening(heard.put_nowait):
            while True:
                line = await heard.get()
                await asyncio.sleep(logs.lag_left(line))
                if search.finds(line):
                    await socket.send_text(json.dumps(line_json(line)))

    async def _dropped(self) -> None:
        """Until its time is over, or somebody wants it so."""
        limit = self._account.pace.real(DROPS_AFTER)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._account.streams_drop.wait(), limit)


async def _gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
