"""How the API answers: refusals, pages with their Link header, ETags.

Shapes: GitHub REST documentation ("Troubleshooting", "Using pagination", "Best practices") and
octokit/fixtures; the `status` field of errors is newer than those fixtures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.faults import Refused

DOCS = "https://docs.github.com/rest"
PAGE, LARGEST_PAGE = 30, 100

Json = dict[str, Any]


def answer(status: int, message: str, **more: Any) -> Response:  # noqa: ANN401 - any JSON
    body = {"message": message, **more, "documentation_url": DOCS, "status": str(status)}
    return JSONResponse(body, status)


def refused(status: int, message: str, **more: Any) -> Refused:  # noqa: ANN401 - any JSON
    return Refused(answer(status, message, **more))


def not_found(message: str = "Not Found") -> Refused:
    return refused(404, message)


def not_supplied(name: str) -> Refused:
    return refused(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')


def window(request: Request) -> tuple[int, int]:
    """`page` from 1 and `per_page` up to 100; what is no number counts as not said."""

    def number(name: str, default: int) -> int:
        said = request.query_params.get(name, "")
        return max(int(said), 1) if said.isdecimal() else default

    return number("page", 1), min(number("per_page", PAGE), LARGEST_PAGE)


def paged(request: Request, rows: Sequence[Any]) -> Response:
    page, size = window(request)
    start = (page - 1) * size
    links = link_header(request, page, -(-len(rows) // size))
    return JSONResponse(list(rows[start : start + size]), headers=links)


def link_header(request: Request, page: int, last: int) -> dict[str, str]:
    """`rel` prev, next, last, first, as far as there is such a page."""
    wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    there = {
        rel: number
        for rel, number in wanted.items()
        if 1 <= number <= last
        and not (rel == "last" and page >= last)
        and not (rel == "first" and page == 1)
    }
    if not there:
        return {}
    links = (
        f'<{request.url.include_query_params(page=number)}>; rel="{rel}"'
        for rel, number in there.items()
    )
    return {"Link": ", ".join(links)}


def tagged(request: Request, response: Response) -> Response:
    """Give the ETag, or 304 when the client has this already."""
    if request.method != "GET" or response.status_code != 200:  # noqa: PLR2004 - OK
        return response
    tag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return response


def api_of(request: Request) -> str:
    """Where the API is mounted, with a slash at the end."""
    return str(request.url.replace(path=f"{request.scope.get('root_path', '')}/", query=""))


def sent(request: Request) -> Json:
    """The JSON object of the body."""
    body = request.state.call.body
    if not isinstance(body, dict):
        raise refused(400, "Problems parsing JSON")
    return body
