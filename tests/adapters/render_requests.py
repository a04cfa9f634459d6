"""What our Render client sends, beside what Render's official SDK would send for the same wish."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

import httpx
from render.public_api.client import AuthenticatedClient

from bot.adapters.budget import Budget
from bot.adapters.render import Render
from bot.adapters.render_writes import May

BASE = "http://render.test/v1"
TIMES = ("startTime", "endTime", "createdAfter")


@dataclass(frozen=True)
class Asked:
    """A request without its headers; times are times, and JSON is what it stands for."""

    method: str
    path: str
    query: frozenset[tuple[str, object]]
    body: object

    @classmethod
    def of(cls, request: httpx.Request) -> Asked:
        pairs = request.url.params.multi_items()
        assert len(set(pairs)) == len(pairs), "something is said twice"
        body = json.loads(request.content) if request.content else None
        return cls(
            request.method,
            request.url.path,
            frozenset((name, _value(name, value)) for name, value in pairs),
            body,
        )


def _value(name: str, text: str) -> object:
    return datetime.fromisoformat(text) if name in TIMES else text


def same(ours: Asked, theirs: Asked) -> None:
    """Fail when Render would be asked something else."""
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    assert sorted(map(repr, ours.query)) == sorted(map(repr, theirs.query))
    assert ours.body == theirs.body


async def requests(answer: object, call: Callable[[Render], Any], may: May) -> list[httpx.Request]:
    """What one call of our client sends; every request is given the same answer."""
    heard: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(200, json=answer)

    async with httpx.AsyncClient(base_url=BASE, transport=httpx.MockTransport(reply)) as client:
        await call(Render(client, may=may, reads=Budget(60_000)))
    return heard


async def ours(answer: object, call: Callable[[Render], Any], may: May) -> list[Asked]:
    return [Asked.of(request) for request in await requests(answer, call, may)]


def theirs(operation: str, **arguments: Any) -> Asked:
    """What the SDK's operation, such as `deploys.rollback_deploy`, would send."""
    module = import_module(f"render.public_api.api.{operation}")
    client = AuthenticatedClient(base_url=BASE, token="rnd")
    wish = module._get_kwargs(**arguments)
    return Asked.of(client.get_async_httpx_client().build_request(**wish))
