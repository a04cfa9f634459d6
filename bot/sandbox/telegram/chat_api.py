"""The person's side over HTTP: the chat page reads the stream here and writes, taps and breaks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.telegram import membership, people, profile
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, NotPossible
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.stream import EventStream

FAULT_FIELDS: dict[str, type | tuple[type, ...]] = {
    "method": str,
    "status": int,
    "body": (dict, str),
    "seconds": (int, float),
    "times": int,
    "bot_id": int,
}
Handler = Callable[[Core, Request], Awaitable[Response]]


def routes(core: Core) -> list[BaseRoute]:
    def serve(handle: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await handle(core, request)
            except NotPossible as told:
                return JSONResponse({"error": str(told)}, told.status)

        return endpoint

    return [
        Route("/stream", serve(stream), methods=["GET"]),
        Route("/messages", serve(messages), methods=["GET"]),
        Route("/people/{user_id:int}/say", serve(say), methods=["POST"]),
        Route("/people/{user_id:int}/tap", serve(tap), methods=["POST"]),
        Route("/people/{user_id:int}/edit", serve(edit), methods=["POST"]),
        Route("/people/{user_id:int}/delete", serve(delete), methods=["POST"]),
        Route("/people/{user_id:int}/react", serve(react), methods=["POST"]),
        Route("/people/{user_id:int}/block", serve(block), methods=["POST"]),
        Route("/commands", serve(commands), methods=["GET"]),
        Route("/taps/{tap_id}", serve(tap_answer), methods=["GET"]),
        Route("/files/{file_id}", serve(file), methods=["GET"]),
        Route("/journal", serve(journal), methods=["GET"]),
        Route("/faults", serve(arm), methods=["POST"]),
        Route("/faults", serve(disarm), methods=["DELETE"]),
    ]


async def stream(core: Core, request: Request) -> Response:  # noqa: ARG001 - every handler's shape
    return EventStream(core.stream)


async def messages(core: Core, request: Request) -> Response:
    chat = core.state.chats.get(_number(request, "chat_id"))
    if chat is None:
        raise NotPossible(404, "No such chat.")
    return JSONResponse(chat.listed())


async def say(core: Core, request: Request) -> Response:
    given = await _given(request, chat_id=int, text=str)
    more = _optional(given, reply_to_message_id=int, message_thread_id=int, quote=str)
    user_id = request.path_params["user_id"]
    words = people.Words(given["text"], *more)
    return JSONResponse(people.say(core, user_id, given["chat_id"], words))


async def edit(core: Core, request: Request) -> Response:
    given = await _given(request, chat_id=int, message_id=int, text=str)
    user_id, place = request.path_params["user_id"], (given["chat_id"], given["message_id"])
    return JSONResponse(people.edit(core, user_id, *place, given["text"]))


async def delete(core: Core, request: Request) -> Response:
    given = await _given(request, chat_id=int, message_id=int)
    user_id = request.path_params["user_id"]
    people.delete_own(core, user_id, given["chat_id"], given["message_id"])
    return Response(status_code=204)


async def react(core: Core, request: Request) -> Response:
    given = await _given(request, chat_id=int, message_id=int)
    (emoji,) = _optional(given, emoji=str)
    user_id, place = request.path_params["user_id"], (given["chat_id"], given["message_id"])
    return JSONResponse(people.put_reaction(core, user_id, *place, emoji))


async def block(core: Core, request: Request) -> Response:
    given = await _given(request, chat_id=int, bot_id=int, on=bool)
    user_id, place = request.path_params["user_id"], (given["chat_id"], given["bot_id"])
    membership.block_as(core, user_id, *place, on=given["on"])
    return Response(status_code=204)


async def commands(core: Core, request: Request) -> Response:
    chat = core.state.chats.get(_number(request, "chat_id"))
    if chat is None:
        raise NotPossible(404, "No such chat.")
    user_id = _number(request, "user_id")
    bots = [core.state.bots[bot_id] for bot_id in chat.bot_ids]
    offered = [
        {"bot_id": bot.id, "bot_username": bot.username} | command
        for bot in bots
        for command in profile.menu_of(core, bot, chat, user_id)
    ]
    return JSONResponse(offered)


async def tap(core: Core, request: Request) -> Response:
    given = await _given(request, chat_id=int, message_id=int, data=str)
    user_id = request.path_params["user_id"]
    tap_id = people.tap(core, user_id, given["chat_id"], given["message_id"], given["data"])
    return JSONResponse({"callback_query_id": tap_id})


async def tap_answer(core: Core, request: Request) -> Response:
    found = core.state.taps.get(request.path_params["tap_id"])
    if found is None:
        raise NotPossible(404, "No such tap.")
    told = {"answered": found.answered, "text": found.text, "show_alert": found.show_alert}
    return JSONResponse(told)


async def file(core: Core, request: Request) -> Response:
    found = core.state.files.get(request.path_params["file_id"])
    if found is None:
        raise NotPossible(404, "No such file.")
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(found.name)}",
        # What a bot sends is data: a page of it must not run in the chat page's origin.
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found.data, media_type=found.mime_type, headers=headers)


async def journal(core: Core, request: Request) -> Response:
    after = _number(request, "after", 0)
    return JSONResponse([entry.public() for entry in core.journal if entry.n > after])


async def arm(core: Core, request: Request) -> Response:
    given = await _given(request, kind=str)
    for name, kind in FAULT_FIELDS.items():
        if given.get(name) is not None and not isinstance(given[name], kind):
            raise NotPossible(400, f"{name} is of a wrong type.")
    try:
        core.faults.arm(Fault(**{name: one for name, one in given.items() if one is not None}))
    except (TypeError, ValueError) as wrong:
        raise NotPossible(400, str(wrong)) from None
    return Response(status_code=204)


async def disarm(core: Core, request: Request) -> Response:  # noqa: ARG001 - every handler's shape
    core.faults.clear()
    return Response(status_code=204)


def _number(request: Request, name: str, default: int | None = None) -> int:
    try:
        return int(request.query_params.get(name, default))  # type: ignore[arg-type]  # None is refused below
    except (TypeError, ValueError):
        raise NotPossible(400, f"{name} must be a number.") from None


async def _given(request: Request, **wanted: type) -> Json:
    """Return the JSON body, which must have these fields of these types."""
    try:
        given: Any = json.loads(await request.body())
    except ValueError:
        raise NotPossible(400, "The body must be JSON.") from None
    if not isinstance(given, dict):
        raise NotPossible(400, "The body must be an object.")
    for name, kind in wanted.items():
        if not isinstance(given.get(name), kind):
            raise NotPossible(400, f"{name} must be of type {kind.__name__}.")
    return given


def _optional(given: Json, **wanted: type) -> list[Any]:
    """Return these fields, which may be missing or null but not of another type."""
    for name, kind in wanted.items():
        if given.get(name) is not None and not isinstance(given[name], kind):
            raise NotPossible(400, f"{name} must be of type {kind.__name__}.")
    return [given.get(name) for name in wanted]
