"""What a request asks for: numbers, times and lists in its query, JSON in its body."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, TypeVar

from starlette.requests import HTTPConnection, Request

from bot.sandbox.render.paging import DEFAULT_LIMIT, HIGHEST_LIMIT, page
from bot.sandbox.render.times import now, parse

LAST_HOUR = timedelta(hours=1)

Asked = HTTPConnection  # a request, or a websocket with the same query
Json = TypeVar("Json", dict[str, Any], list[Any])
Value = TypeVar("Value")


class Refused(Exception):  # noqa: N818  it is the API's answer, not our error
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def missing(what: str) -> Refused:
    return Refused(404, f"not found: {what}")


def commas(request: Asked, name: str) -> list[str]:
    """`name=a,b`; repeated keys are read as well."""
    values = request.query_params.getlist(name)
    return [part for value in values for part in value.split(",") if part]


def repeated(request: Asked, name: str) -> list[str]:
    """`name=a&name=b`; a comma is part of the value."""
    return [value for value in request.query_params.getlist(name) if value]


def required(request: Asked, name: str) -> str:
    value = request.query_params.get(name)
    if not value:
        raise Refused(400, f"missing required parameter: {name}")
    return value


def choice(request: Asked, name: str, default: str, *others: str) -> str:
    value = request.query_params.get(name) or default
    if value not in (default, *others):
        raise Refused(400, f"invalid {name}: {value}")
    return value


def limit(request: Asked) -> int:
    text = request.query_params.get("limit") or str(DEFAULT_LIMIT)
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_LIMIT:
        raise Refused(400, f"limit must be between 1 and {HIGHEST_LIMIT}")
    return int(text)


def moment(request: Asked, name: str) -> datetime | None:
    text = request.query_params.get(name)
    return time(text, name) if text else None


def time(text: str, name: str) -> datetime:
    try:
        return parse(text)
    except ValueError:
        raise Refused(400, f"invalid {name}: {text}") from None


def window(request: Asked) -> tuple[datetime, datetime]:
    """`startTime` to `endTime`; what is not said is the last hour."""
    end = moment(request, "endTime") or now()
    return moment(request, "startTime") or end - LAST_HOUR, end


def between(request: Asked, name: str, at: datetime | None) -> bool:
    """Whether a time lies after `<name>After` and before `<name>Before`."""
    after, before = moment(request, f"{name}After"), moment(request, f"{name}Before")
    if at is None:
        return after is None and before is None
    return (after is None or at > after) and (before is None or at < before)


def paged(
    request: Request, items: list[dict[str, object]], wrapper: str, *, by: str = "id"
) -> list[dict[str, object]]:
    """`by` names the field that a cursor points at."""
    cursor = request.query_params.get("cursor") or None
    try:
        return page(items, wrapper, cursor=cursor, limit=limit(request), by=by)
    except ValueError as error:
        raise Refused(400, str(error)) from None


async def body(request: Request) -> dict[str, Any]:
    """The JSON object of the body; none at all is refused."""
    return await _body(request, dict)


async def body_list(request: Request) -> list[Any]:
    """The JSON array of the body; none at all is refused."""
    return await _body(request, list)


async def _body(request: Request, kind: type[Json]) -> Json:
    try:
        data = json.loads(await request.body())
    except ValueError:
        data = None
    if not isinstance(data, kind):
        raise Refused(400, "invalid request body")
    return data


def said(data: dict[str, Any], name: str, kind: type[Value], default: Value | None = None) -> Value:
    """A field of the body; refused when it is of another type, or missing without a default."""
    value = data.get(name, default)
    if not isinstance(value, kind):
        raise Refused(400, f"invalid {name}" if name in data else f"missing {name}")
    return value
