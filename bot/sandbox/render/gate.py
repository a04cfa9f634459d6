"""What every request passes: the journal, armed faults, the key and the rate limits."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.connection import leave_unanswered
from bot.sandbox.render.faults import Fault, Faults
from bot.sandbox.render.ids import new_request_id
from bot.sandbox.render.limits import Limits
from bot.sandbox.render.state import Call
from bot.sandbox.render.times import now

KEPT_CALLS = 20_000


class Gate:
    def __init__(
        self, app: ASGIApp, *, key: str, limits: Limits, faults: Faults, journal: list[Call]
    ) -> None:
        self._app, self._key, self._limits = app, key, limits
        self._faults, self._journal = faults, journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fault = self._faults.take(scope["method"], path_of(scope))
        told = _Told(send, silent=fault is not None and fault.kind == "drop_after")
        at = now()
        try:
            await self._pass(scope, receive, told, fault)
        finally:
            self._write(scope, at, told.status, fault)
        if told.silent:
            await leave_unanswered(receive, send)

    async def _pass(self, scope: Scope, receive: Receive, told: _Told, fault: Fault | None) -> None:
        if fault is None or fault.kind == "drop_after":
            await self._admit(scope, receive, told)
        elif fault.kind == "error":
            await self._answer(_armed_answer(fault), scope, receive, told)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds or 1.0)
            await self._admit(scope, receive, told)
        else:
            if fault.kind == "hang":
                await self._faults.hold(fault, receive)
            await leave_unanswered(receive, told.send)

    async def _admit(self, scope: Scope, receive: Receive, told: _Told) -> None:
        if not self._knows(scope):
            refusal = JSONResponse({"message": "Unauthorized"}, 401)
            await self._answer(refusal, scope, receive, told)
            return
        await self._answer(self._app, scope, receive, told)

    async def _answer(self, app: ASGIApp, scope: Scope, receive: Receive, told: _Told) -> None:
        allowance = self._limits.take(scope["method"], path_of(scope))
        told.headers = {"Render-Request-Id": new_request_id(), **allowance.headers()}
        if not allowance.allowed:
            app = JSONResponse({"message": "rate limit exceeded"}, 429)
        await app(scope, receive, told)

    def _knows(self, scope: Scope) -> bool:
        scheme, _, key = Headers(scope=scope).get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(
            key.encode(), self._key.encode()
        )

    def _write(self, scope: Scope, at: datetime, status: int | None, fault: Fault | None) -> None:
        query = scope["query_string"].decode()
        kind = fault.kind if fault else None
        self._journal.append(Call(at, scope["method"], path_of(scope), query, status, kind))
        if len(self._journal) > 2 * KEPT_CALLS:
            del self._journal[:KEPT_CALLS]


class _Told:
    """Sends on what the application says, with our headers, and remembers the status."""

    def __init__(self, send: Send, *, silent: bool) -> None:
        self.send, self.silent = send, silent
        self.status: int | None = None
        self.headers: dict[str, str] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message).update(self.headers)
        if not self.silent:
            await self.send(message)


def path_of(scope: MutableMapping[str, Any]) -> str:
    """The path below the mount."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if path.startswith(root) else path


def _armed_answer(fault: Fault) -> Response:
    if isinstance(fault.body, str):
        return PlainTextResponse(fault.body, fault.status)
    body = {"message": "internal server error"} if fault.body is None else fault.body
    return JSONResponse(body, fault.status)
