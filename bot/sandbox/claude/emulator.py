"""Claude as the conductor and tests hold it, and the routes that its clients call."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.sandbox.claude import message, mishaps, rules, stream, usage
from bot.sandbox.claude.errors import Invalid, refused, request_id
from bot.sandbox.claude.models import BY_ID, MODELS, Model, listed
from bot.sandbox.claude.steps import Ask, Failure, Reply, Step
from bot.sandbox.faults import Call, Endpoint, Faults, Gate
from bot.sandbox.pace import Pace

ANSWER_SECONDS = 2.0  # world seconds: short answers of small models; a guess
MESSAGES = r"/v1/messages$"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
LARGEST = 32 * 1024 * 1024  # bytes of a request (Claude docs, errors)


class Claude:
    """Mount `routes` at `/anthropic`; the base URL of its clients ends there, too."""

    def __init__(self, pace: Pace, keys: Collection[str]) -> None:
        self.pace, self.keys = pace, set(keys)
        self.answer_seconds = ANSWER_SECONDS
        self.faults = Faults(pace)
        self.faults.learn(mishaps.known(self.faults))
        self._gate = Gate(self.faults, _dress)
        self._steps: deque[Step] = deque()
        self._cache = usage.Cache()

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            self._route("/v1/messages", self._create, "POST"),
            self._route("/v1/messages/count_tokens", self._count, "POST"),
            self._route("/v1/models", self._models, "GET"),
            self._route("/v1/models/{model_id}", self._model, "GET"),
            self._route("/{rest:path}", self._nothing, *METHODS),
        ]

    @property
    def journal(self) -> list[Call]:
        return self._gate.journal

    @property
    def asked(self) -> list[Ask]:
        """The bodies of all requests for a message, oldest first."""
        return [call.body for call in self.journal if call.path.endswith("/v1/messages")]

    # What it says.

    def script(self, *steps: Step) -> None:
        """Answer the next valid requests so, in this order; after that by itself again."""
        self._steps.extend(steps)

    def forget(self) -> None:
        """Drop what is left of the script."""
        self._steps.clear()

    # What goes wrong: names in `mishaps.py` and `faults.py`.

    def arm(self, name: str, *, times: int | None = 1, where: str = MESSAGES, **how: Any) -> None:  # noqa: ANN401 - each fault has its own particulars
        self.faults.arm(name, times=times, where=where, **how)

    def switch(self, name: str, *, on: bool, **how: Any) -> None:  # noqa: ANN401 - as above
        """A state for all calls, such as "down", "overloaded" or "rate_limited"."""
        self.faults.switch(name, on=on, **how)

    def close(self) -> None:
        self.faults.clear()

    # The calls.

    def _route(self, path: str, endpoint: Endpoint, *methods: str) -> Route:
        return Route(path, self._gate(endpoint), methods=list(methods))

    async def _create(self, request: Request) -> Response:
        ask = self._valid(request)
        step = self._steps.popleft() if self._steps else None
        if isinstance(step, Failure):
            spoil = self.faults.make(step.name, **step.how)
            return await spoil(request, lambda request: self._answer(request, ask, None))
        return await self._answer(request, ask, step)

    async def _answer(self, request: Request, ask: Ask, step: Step | None) -> Response:
        await asyncio.sleep(self.pace.real(self.answer_seconds))
        alter = getattr(request.state, "alter", None)
        reply = _reply(ask, step, items=0 if alter is None else 1)
        reply = message.fitted(reply if alter is None else alter(reply), ask)
        made = message.message(reply, ask, request.state.call.n, self._cache)
        return _delivered(request, made, streamed=bool(ask.get("stream")))

    async def _count(self, request: Request) -> Response:
        ask = self._valid(request, counting=True)
        return JSONResponse({"input_tokens": usage.asked(ask)})

    async def _models(self, request: Request) -> Response:
        self._admit(request)
        query = request.query_params
        limit = query.get("limit", "20")
        if not limit.isdecimal() or not 1 <= int(limit) <= 1000:  # noqa: PLR2004 - the API's own bounds (SDK, `Models.list`)
            raise refused(request, 400, "limit: Input should be between 1 and 1000")
        page = listed(MODELS, query.get("after_id"), query.get("before_id"), int(limit))
        return JSONResponse(page)

    async def _model(self, request: Request) -> Response:
        self._admit(request)
        return JSONResponse(_known(request, request.path_params["model_id"]).shown())

    async def _nothing(self, request: Request) -> Response:
        raise refused(request, 404, "Not found")

    def _valid(self, request: Request, *, counting: bool = False) -> Ask:
        self._admit(request)
        ask = request.state.call.body
        if int(request.headers.get("content-length", 0)) > LARGEST:
            raise refused(request, 413, "Request exceeds the maximum size")
        if not isinstance(ask, dict):
            raise refused(request, 400, "The request body is not valid JSON")
        try:
            rules.check(ask, counting=counting)
        except Invalid as invalid:
            raise refused(request, 400, str(invalid)) from None
        _known(request, str(ask["model"]))
        return ask

    def _admit(self, request: Request) -> None:
        """`Authorization: Bearer` (SDK 2.x) or `x-api-key`, and a version."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
        if not any(secrets.compare_digest(given.encode(), key.encode()) for key in self.keys):
            raise refused(request, 401, "invalid x-api-key")
        if "anthropic-version" not in request.headers:
            raise refused(request, 400, "anthropic-version: header is required")


def _known(request: Request, model_id: str) -> Model:
    if model_id not in BY_ID:
        raise refused(request, 404, f"model: {model_id}")
    return BY_ID[model_id]


def _reply(ask: Ask, step: Step | None, *, items: int) -> Reply:
    if step is None or isinstance(step, Failure):
        return message.by_itself(ask, items=items)
    return step if isinstance(step, Reply) else step(ask)


def _delivered(request: Request, made: dict[str, Any], *, streamed: bool) -> Response:
    pieces = stream.events(made) if streamed else stream.whole(made)
    deliver = getattr(request.state, "delivery", None)
    kind = "text/event-stream" if streamed else "application/json"
    if deliver is None and not streamed:
        return Response(b"".join(pieces), media_type=kind)
    return StreamingResponse((deliver or _at_once)(pieces), media_type=kind)


async def _at_once(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _dress(request: Request, response: Response) -> None:
    response.headers["request-id"] = request_id(request)
