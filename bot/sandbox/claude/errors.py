"""How the API says no.

Statuses and types: facts of claude.md §4 (Claude docs, errors). The wording of messages is
that of public reports where there is one, else unknown; a client must not read it.
"""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.faults import Refused

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def request_id(request: Request) -> str:
    """The same for the n-th call of every practice world."""
    number = f"request {request.state.call.n}"
    return f"req_011C{hashlib.sha256(number.encode()).hexdigest()[:20]}"


def error_body(
    request: Request, status: int, message: str, code: str | None = None
) -> dict[str, object]:
    error: dict[str, object] = {"type": TYPES[status], "message": message}
    if code is not None:
        error["details"] = {"error_code": code}
    return {"type": "error", "error": error, "request_id": request_id(request)}


def error(
    request: Request,
    status: int,
    message: str,
    code: str | None = None,
    retry_after: int | None = None,
) -> Response:
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return JSONResponse(error_body(request, status, message, code), status, headers)


class Invalid(ValueError):  # noqa: N818 - the request is, not we
    """What is wrong with a request: answered with 400."""


def refused(request: Request, status: int, message: str) -> Refused:
    return Refused(error(request, status, message))
