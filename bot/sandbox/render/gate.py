"""What every request passes: the journal, armed faults, the key and the rate limits."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.connection import leave_unanswered
from bot.sandbox.render.faults import Fault, Faults
from bot.sandbox.render.ids import new_request_id
from bot.sandbox.render.limits import Limits
from bot.sandbox.render.state import Call
from bot.sandbox.render.times import now

KEPT_CALLS = 20_000
SWITCHING = 101
STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")


class Gate:
    def __init__(
        self, app: ASGIApp, *, key: str, limits: Limits, faults: Faults, journal: list[Call]
    ) -> None:
        self._app, self._key, self._limits = app, key, limits
        self._faults, self._journal = faults, journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        fault = self._faults.take(method_of(scope), path_of(scope))
        told = _Told(send, fault, silent=_answers_nobody(scope, fault))
        at = now()
        try:
            await self._pass(scope, receive, told, fault)
        finally:
            self._write(scope, at, told, fault)
        if told.silent:
            await leave_unanswered(receive, send)

    async def _pass(self, scope: Scope, receive: Receive, told: _Told, fault: Fault | None) -> None:
        if fault is None or fault.spoils or told.silent:
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
        allowance = self._limits.take(method_of(scope), path_of(scope))
        told.headers = {"Render-Request-Id": new_request_id(), **allowance.headers()}
        if not allowance.allowed:
            app = JSONResponse({"message": "rate limit exceeded"}, 429)
        hear = told.hearing(receive) if scope["type"] == "http" else receive
        await app(scope, hear, told)

    def _knows(self, scope: Scope) -> bool:
        scheme, _, key = Headers(scope=scope).get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(
            key.encode(), self._key.encode()
        )

    def _write(self, scope: Scope, at: datetime, told: _Told, fault: Fault | None) -> None:
        query = scope["query_string"].decode()
        kind, body = fault.kind if fault else None, told.body.decode(errors="replace")
        call = Call(at, method_of(scope), path_of(scope), query, told.status, kind, body)
        self._journal.append(call)
        if len(self._journal) > 2 * KEPT_CALLS:
            del self._journal[:KEPT_CALLS]


class _Told:
    """Sends on what the application says, with our headers, and remembers status and question.

    An answer that is to be spoiled is held back until it is whole.
    """

    def __init__(self, send: Send, fault: Fault | None, *, silent: bool) -> None:
        self.send, self.silent = send, silent
        self.status: int | None = None
        self.body = b""  # of the request, as far as the application read it
        self.headers: dict[str, str] = {}
        self._spoiling = fault if fault is not None and fault.spoils else None
        self._held: list[Message] = []

    def hearing(self, receive: Receive) -> Receive:
        async def hear() -> Message:
            message = await receive()
            self.body += message.get("body", b"") if message["type"] == "http.request" else b""
            return message

        return hear

    async def __call__(self, message: Message) -> None:
        if message["type"] in STARTS:
            self.status = message.get("status", SWITCHING)
            message.setdefault("headers", [])
            said = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                said.setdefault(name, value)
        if self.silent:
            return
        if self._spoiling is None or message["type"] == "websocket.accept":
            await self.send(message)
        else:
            await self._spoil(message, self._spoiling)

    async def _spoil(self, message: Message, fault: Fault) -> None:
        self._held.append(message)
        if message["type"] in STARTS or message.get("more_body"):
            return
        start, *parts = self._held
        body = b"".join(part.get("body", b"") for part in parts)
        body = fault.spoil(body) if body else body
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self.send(start)
        await self.send({"type": message["type"], "body": body})


def _answers_nobody(scope: Scope, fault: Fault | None) -> bool:
    """A websocket has no answer that could come after the act: it is cut before."""
    return fault is not None and fault.kind == "drop_after" and scope["type"] == "http"


def method_of(scope: Scope) -> str:
    """A websocket begins as a GET."""
    return str(scope.get("method", "GET"))


def path_of(scope: MutableMapping[str, Any]) -> str:
    """The path below the mount."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if path.startswith(root) else path


def _armed_answer(fault: Fault) -> Response:
    headers = dict(fault.headers)
    if isinstance(fault.body, str):
        page = HTMLResponse if fault.body.startswith("<") else PlainTextResponse
        return page(fault.body, fault.status, headers)
    body = {"message": "internal server error"} if fault.body is None else fault.body
    return JSONResponse(body, fault.status, headers)
