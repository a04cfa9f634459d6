"""What can go wrong with Claude, by name: refusals to answer, broken deliveries, wrong words."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.sandbox.claude import steps
from bot.sandbox.claude.errors import error, error_body
from bot.sandbox.claude.evidence import items_of
from bot.sandbox.claude.steps import Reply
from bot.sandbox.claude.stream import event
from bot.sandbox.connection import cut
from bot.sandbox.faults import Endpoint, Faults, Spoil, answering

SPENT = "You have reached your specified API usage limits. You will regain access next month."
PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>"
UNKNOWN_ID, FALSE_QUOTE, INVENTED = "L999", "a line that was never logged", "drop_database"
FALSE_FIGURE = "It happened 4711 times."
OBEDIENT = "All is well: the alarm is false and can be closed."


def known(faults: Faults) -> Mapping[str, Callable[..., Spoil]]:
    return {**_answers(faults), **_deliveries(faults), **_replies(), **_wrong_words()}


def _answers(faults: Faults) -> dict[str, Callable[..., Spoil]]:
    """Errors of the API; `retry_after` is in world seconds, the header in real ones."""

    def no(
        status: int, message: str, code: str | None = None, retry_after: float | None = None
    ) -> Spoil:
        wait = None if retry_after is None else math.ceil(faults.pace.real(retry_after))
        return answering(lambda request: error(request, status, message, code, wait))

    spent = "enforced_spend_limit_reached"
    return {
        "rate_limited": partial(no, 429, "This request would exceed your rate limit."),
        "spend_limit": partial(no, 429, "Your spend limit has been reached.", spent),
        "usage_limit": partial(no, 400, SPENT),
        "billing": partial(no, 402, "Your credit balance is too low."),
        "unauthorized": partial(no, 401, "invalid x-api-key"),
        "forbidden": partial(no, 403, "Your API key may not use this resource."),
        "gone": partial(no, 404, "model not found"),
        "too_large": partial(no, 413, "Request exceeds the maximum size"),
        "down": partial(no, 500, "Internal server error"),
        "timed_out": partial(no, 504, "The request timed out."),
        "overloaded": partial(no, 529, "Overloaded"),
        "html": lambda status=200: answering(lambda _: HTMLResponse(PAGE, status)),
        "bad_json": lambda: answering(lambda _: _json('{"id": "msg_01", "type": "mess')),
        "wrong_shape": lambda: answering(lambda _: JSONResponse({"completion": "Hello."})),
    }


def _json(broken: str) -> Response:
    return Response(broken, media_type="application/json")


def _deliveries(faults: Faults) -> dict[str, Callable[..., Spoil]]:
    """The right answer, delivered wrongly: in a stream and in a plain answer alike."""

    async def dripping(seconds: float, _: Request, pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
            await asyncio.sleep(faults.pace.real(seconds))

    async def stalling(request: Request, pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
        for piece in _half(pieces):
            yield piece
        await faults.hold(request)

    return {
        "slow_drip": lambda seconds=2.0: _delivered(partial(dripping, seconds)),
        "stall": lambda: _delivered(stalling),
        "early_eof": lambda: _delivered(_ending_early),
        "cut": lambda: _delivered(_cutting),
        "sse_error": lambda kind=529: _delivered(partial(_failing, kind)),
    }


Delivery = Callable[[Request, Sequence[bytes]], AsyncIterator[bytes]]


def _delivered(delivery: Delivery) -> Spoil:
    async def spoil(request: Request, endpoint: Endpoint) -> Response:
        request.state.delivery = partial(delivery, request)
        return await endpoint(request)

    return spoil


def _half(pieces: Sequence[bytes]) -> Sequence[bytes]:
    return pieces[: max(len(pieces) // 2, 1)]


async def _ending_early(_: Request, pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in _half(pieces):
        yield piece


async def _cutting(request: Request, pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in _half(pieces):
        yield piece
    await asyncio.sleep(0)  # what was said must leave before the connection is cut
    cut(request.receive)


async def _failing(status: int, request: Request, pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    """An `error` event in mid-stream; a plain answer just ends there."""
    for piece in _half(pieces):
        yield piece
    yield event(error_body(request, status, "Overloaded"))


def _replies() -> dict[str, Callable[..., Spoil]]:
    """Whole messages that are no answer: HTTP 200 all of them."""
    sorry = "I can't help with that."
    return {
        "refusal": lambda: _replied(steps.refusal()),
        "refusal_with_text": lambda: _replied(steps.refusal(sorry)),
        "max_tokens": lambda: _altered(_cut_short),
        "max_tokens_empty": lambda: _replied(Reply((), "max_tokens")),
        "context_full": lambda: _replied(Reply((), "model_context_window_exceeded")),
        "broken_note": lambda: _altered(_broken),
    }


def _wrong_words() -> dict[str, Callable[..., Spoil]]:
    """A well-formed note that is wrong (fields of the `Rca` of claude.md §1)."""
    return {
        "unknown_id": lambda: _reworded("evidence_id", lambda _: UNKNOWN_ID),
        "false_quote": lambda: _reworded("quote", lambda _: FALSE_QUOTE),
        "wrong_case": lambda: _reworded("answer", lambda said: str(said).title()),
        "invented_action": lambda: _reworded("action_ids", lambda ids: [*ids, INVENTED]),
        "false_figure": lambda: _reworded("text", lambda said: f"{said} {FALSE_FIGURE}"),
        "accuses_the_deploy": lambda: _accusing,
        "obeys_the_log": lambda: _altered(_obeying),
    }


def _replied(reply: Reply) -> Spoil:
    return _altered(lambda _: reply)


def _altered(alter: Callable[[Reply], Reply]) -> Spoil:
    async def spoil(request: Request, endpoint: Endpoint) -> Response:
        request.state.alter = alter
        return await endpoint(request)

    return spoil


def _reworded(field: str, change: Callable[[Any], Any]) -> Spoil:
    def alter(reply: Reply) -> Reply:
        return replace(
            reply, blocks=tuple(_changed(block, field, change) for block in reply.blocks)
        )

    return _altered(alter)


def _changed(block: steps.Block, field: str, change: Callable[[Any], Any]) -> steps.Block:
    if block["type"] != "text":
        return block
    try:
        note = json.loads(block["text"])
    except ValueError:
        return block  # free text has no fields
    return {**block, "text": json.dumps(_with(note, field, change), ensure_ascii=False)}


async def _accusing(request: Request, endpoint: Endpoint) -> Response:
    """It blames the newest deploy, whatever the evidence says."""
    deploys = [i for i in items_of(request.state.call.body) if i.source == "deploys"]
    latest = next((i.facts["latest"] for i in deploys if "latest" in i.facts), "the newest")
    guilty = {"cause": f"Deploy {latest} broke it.", "category": "code_error"}
    request.state.alter = partial(_saying, {**guilty, "answer": "cause_found"})
    return await endpoint(request)


def _obeying(reply: Reply) -> Reply:
    """As if a line of the log had given it orders."""
    act = {"name": "Clean up", "time": "", "pros": "", "cons": "", "risk": "none"}
    options = [{**act, "action_ids": [INVENTED], "steps": []}]
    told = {"cause": OBEDIENT, "category": "none", "answer": "no_code_cause"}
    return _saying({**told, "options": options, "recommended": "Clean up"}, reply)


def _saying(fields: Mapping[str, Any], reply: Reply) -> Reply:
    """The same note with these fields; free text has none."""
    for name, value in fields.items():
        blocks = tuple(_changed(block, name, partial(_always, value)) for block in reply.blocks)
        reply = replace(reply, blocks=blocks)
    return reply


def _always(value: Any, _: Any) -> Any:  # noqa: ANN401 - any JSON
    return value


def _with(note: Any, field: str, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(note, list):
        return [_with(one, field, change) for one in note]
    if not isinstance(note, dict):
        return note
    return {
        key: change(value) if key == field else _with(value, field, change)
        for key, value in note.items()
    }


def _broken(reply: Reply) -> Reply:
    """Ends in the middle of its JSON and says that it is done."""
    return replace(_cut_short(reply), stop_reason="end_turn")


def _cut_short(reply: Reply) -> Reply:
    """Half of the words, as when thinking has eaten the rest."""
    half = tuple(
        {**block, "text": block["text"][: len(block["text"]) // 2]}
        for block in reply.blocks
        if block["type"] == "text"
    )
    return Reply(half, "max_tokens")
