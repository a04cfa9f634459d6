"""What emulated sites share: a journal of calls, and faults that are armed by name."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.sandbox.connection import NoAnswer, first, until_gone
from bot.sandbox.pace import Pace

Endpoint = Callable[[Request], Awaitable[Response]]
Spoil = Callable[[Request, Endpoint], Awaitable[Response]]
"""A fault answers in the endpoint's place, and may let it do its work."""

KEPT_CALLS = 5_000


@dataclass(eq=False)
class Call:
    """One request as it arrived; `status` is None while, and if, there is no answer."""

    n: int
    at: datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any = None
    status: int | None = None
    fault: str | None = None


class Refused(Exception):  # noqa: N818 - an answer of the emulator, not a fault of it
    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass(eq=False)
class Armed:
    name: str
    spoil: Spoil
    times: int | None
    where: str

    def hits(self, what: str) -> bool:
        return self.times != 0 and re.search(self.where, what) is not None


class Faults:
    """Each name stands for what makes the fault from its particulars."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._known: dict[str, Callable[..., Spoil]] = {
            "hang": lambda: self._hang,
            "drop_before": lambda: _drop_before,
            "drop_after": lambda: _drop_after,
            "slow": self._slow,
            "error": lambda status=500, body=None: answering(partial(_plain, status, body)),
        }
        self._armed: list[Armed] = []
        self._cleared = asyncio.Event()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._known))

    def learn(self, known: Mapping[str, Callable[..., Spoil]]) -> None:
        self._known.update(known)

    def make(self, name: str, **how: Any) -> Spoil:  # noqa: ANN401 - each fault has its own particulars
        if name not in self._known:
            raise ValueError(f"A fault is one of {', '.join(self.names)}.")
        return self._known[name](**how)

    def arm(self, name: str, *, times: int | None = 1, where: str = "", **how: Any) -> None:  # noqa: ANN401 - as above
        """Spoil the next `times` calls (None: all, until cleared).

        Only those in whose "METHOD path" the regular expression `where` is found.
        """
        self._armed.append(Armed(name, self.make(name, **how), times, where))

    def clear(self, name: str | None = None) -> None:
        """Disarm one or all, and let go of the calls that hang."""
        self._armed = [one for one in self._armed if name is not None and one.name != name]
        self._cleared.set()
        self._cleared = asyncio.Event()

    def switch(self, name: str, *, on: bool, **how: Any) -> None:  # noqa: ANN401 - as above
        """A state that stays: until it is switched off, every call meets the fault."""
        self.clear(name)
        if on:
            self.arm(name, times=None, **how)

    def on(self, name: str) -> bool:
        return any(one.name == name and one.times != 0 for one in self._armed)

    def take(self, what: str) -> Armed | None:
        found = next((one for one in self._armed if one.hits(what)), None)
        if found is not None and found.times is not None:
            found.times -= 1
        return found

    async def hold(self, request: Request) -> None:
        """Wait until the faults are cleared or the client is gone."""
        await first(self._cleared.wait(), until_gone(request))

    async def _hang(self, request: Request, _: Endpoint) -> Response:
        await self.hold(request)
        return NoAnswer()

    def _slow(self, seconds: float = 10.0) -> Spoil:
        """`seconds` are world seconds."""

        async def spoil(request: Request, endpoint: Endpoint) -> Response:
            await asyncio.sleep(self.pace.real(seconds))
            return await endpoint(request)

        return spoil


class Gate:
    """Every call passes here: it is written down, and meets the fault that is armed for it.

    `dress` puts the site's own headers on every answer, those of faults too.
    """

    def __init__(
        self, faults: Faults, dress: Callable[[Request, Response], None] = lambda *_: None
    ) -> None:
        self.faults, self.journal, self._dress = faults, list[Call](), dress
        self._count = 0

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        async def serve(request: Request) -> Response:
            try:
                call = request.state.call = await self._written(request)
                response = await self._passed(request, call, _refusing(endpoint))
            except ClientDisconnect:
                return NoAnswer()
            self._dress(request, response)
            call.status = None if isinstance(response, NoAnswer) else response.status_code
            return response

        return serve

    async def _written(self, request: Request) -> Call:
        self._count += 1
        path = request.url.path.removeprefix(str(request.scope.get("root_path", "")))
        call = Call(
            self._count,
            datetime.now(UTC),
            request.method,
            path,
            request.url.query,
            dict(request.headers),
            _read(await request.body()),
        )
        self.journal.append(call)
        del self.journal[:-KEPT_CALLS]
        return call

    async def _passed(self, request: Request, call: Call, endpoint: Endpoint) -> Response:
        armed = self.faults.take(f"{call.method} {call.path}")
        if armed is None:
            return await endpoint(request)
        call.fault = armed.name
        return await armed.spoil(request, endpoint)


def answering(answer: Callable[[Request], Response]) -> Spoil:
    """A fault that answers at once, whatever was asked."""

    async def spoil(request: Request, _: Endpoint) -> Response:
        return answer(request)

    return spoil


def _refusing(endpoint: Endpoint) -> Endpoint:
    async def serve(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            return refused.response

    return serve


async def _drop_before(_request: Request, _endpoint: Endpoint) -> Response:
    return NoAnswer()


async def _drop_after(request: Request, endpoint: Endpoint) -> Response:
    """Do what was asked, and cut the connection instead of answering."""
    await endpoint(request)
    return NoAnswer()


def _plain(status: int, body: str | None, _request: Request) -> Response:
    text = HTTPStatus(status).phrase if body is None else body
    return Response(text, status, media_type="text/html")


def _read(body: bytes) -> Any:  # noqa: ANN401 - any JSON, or text that is none
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
