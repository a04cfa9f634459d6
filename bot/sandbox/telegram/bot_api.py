"""The Bot API over HTTP: tokens, faults, the journal and the shape of every answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.connection import NoAnswer, first, until_gone
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, Refusal
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.form import parameters
from bot.sandbox.telegram.methods import call
from bot.sandbox.telegram.params import METHODS, Upload, understood
from bot.sandbox.telegram.state import Account

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(core: Core) -> list[BaseRoute]:
    async def perform(bot: Account, asked: str, raw: Json) -> None:
        await in_answer(core, bot, asked, raw)

    core.perform = perform

    def endpoint(handle: Callable[[Core, Request], Awaitable[Response]]) -> Endpoint:
        async def serve(request: Request) -> Response:
            try:
                return await handle(core, request)
            except ClientDisconnect:
                return NoAnswer()

        return serve

    return [
        Route("/bot{token}/{method}", endpoint(answer), methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", endpoint(download), methods=["GET"]),
    ]


async def answer(core: Core, request: Request) -> Response:
    asked = request.path_params["method"]
    method = METHODS.get(asked.lower(), asked)
    bot_id = bot_id_of(request.path_params["token"])
    fault = core.faults.take(method, bot_id)
    raw: Json = {}
    try:
        raw = await parameters(request)
        if fault is not None and (spoilt := await before(core, request, fault)) is not None:
            core.note(bot_id, method, public(raw), _status(spoilt), f"fault: {fault.kind}")
            return spoilt
        result = await carried_out(core, request, method, raw)
    except Refusal as refusal:
        core.note(bot_id, method, public(raw), refusal.code, refusal.description)
        return JSONResponse(refusal.body(), refusal.code, refusal.headers())
    if fault is not None and fault.kind == "drop_after":
        core.note(bot_id, method, public(raw), 0, f"fault: {fault.kind}")
        return NoAnswer()
    if method != "getUpdates" or result:
        core.note(bot_id, method, public(raw), 200, None)
    return JSONResponse({"ok": True, "result": result})


async def carried_out(core: Core, request: Request, method: str, raw: Json) -> Any:  # noqa: ANN401 - any JSON
    bot = known(core, request.path_params["token"])
    given = understood(existing(method), raw)
    if method != "getUpdates":
        return await call(core, bot, method, given)
    poll = asyncio.ensure_future(call(core, bot, method, given))
    try:
        # A poller that hung up must not stay in the queue and fight the next one.
        await first(_settled(poll), until_gone(request))
        if not poll.done():
            raise ClientDisconnect
        return poll.result()
    finally:
        poll.cancel()


def existing(method: str) -> str:
    if method not in METHODS.values():
        raise Refusal(404, "Not Found: method not found")
    return method


async def in_answer(core: Core, bot: Account, asked: str, raw: Json) -> None:
    """Carry out what a webhook's answer asks for; only the journal tells how it went."""
    method = METHODS.get(asked.lower(), asked)
    try:
        await call(core, bot, method, understood(existing(method), raw))
    except Refusal as refusal:
        core.note(bot.id, method, public(raw), refusal.code, refusal.description)
        return
    core.note(bot.id, method, public(raw), 200, None)


async def _settled(work: asyncio.Future[Any]) -> None:
    await asyncio.wait([work])


async def before(core: Core, request: Request, fault: Fault) -> Response | None:
    """Do what the fault does before the call is looked at; None lets the call go on."""
    if fault.kind == "error":
        return fault_answer(fault)
    if fault.kind == "hang":
        await first(core.faults.hold(fault), until_gone(request), core.closing.wait())
        return NoAnswer()
    if fault.kind == "drop_before":
        return NoAnswer()
    if fault.kind == "slow":
        await first(asyncio.sleep(fault.seconds or 0), core.closing.wait())
    return None


def fault_answer(fault: Fault) -> Response:
    body = fault.answer()
    if isinstance(body, str):
        return Response(body, fault.status, media_type="text/html")
    wait = (body.get("parameters") or {}).get("retry_after") if isinstance(body, dict) else None
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return JSONResponse(body, fault.status, headers)


def _status(response: Response) -> int:
    return 0 if isinstance(response, NoAnswer) else response.status_code


async def download(core: Core, request: Request) -> Response:
    try:
        bot = known(core, request.path_params["token"])
    except Refusal as refusal:
        return JSONResponse(refusal.body(), refusal.code)
    path = request.path_params["path"]
    for file in core.state.files.values():
        if file.bot_id == bot.id and file.path == path:
            return Response(file.data, media_type="application/octet-stream")
    return JSONResponse(Refusal(404, "Not Found").body(), 404)


def bot_id_of(token: str) -> int | None:
    digits = token.partition(":")[0]
    return int(digits) if digits.isdecimal() else None


def known(core: Core, token: str) -> Account:
    digits, _, secret = token.partition(":")
    if not digits.isdecimal() or not secret:
        raise Refusal(401, "Unauthorized: invalid token specified")
    bot = core.state.bot_of(token)
    if bot is None:
        raise Refusal(401, "Unauthorized")
    return bot


def public(raw: Json) -> Json:
    """Return the parameters as the journal shows them: nested values read, files by name."""
    return {name: _readable(value) for name, value in raw.items()}


def _readable(value: Any) -> Any:  # noqa: ANN401 - whatever was sent
    if isinstance(value, Upload):
        return {"file_name": value.name, "size": len(value.data)}
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
