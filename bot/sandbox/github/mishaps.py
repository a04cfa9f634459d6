"""What can go wrong with GitHub, by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from starlette.responses import HTMLResponse, Response

from bot.sandbox.faults import Faults, Spoil, answering
from bot.sandbox.github.answers import answer

UNICORN = "<html><title>Unicorn! &middot; GitHub</title><body>We had issues.</body></html>"
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


def known(faults: Faults) -> Mapping[str, Callable[..., Spoil]]:
    """`retry_after` is in world seconds; without it there is no such header, as happens."""

    def secondary(status: int = 403, retry_after: float | None = 60) -> Spoil:
        seconds = None if retry_after is None else math.ceil(faults.pace.real(retry_after))
        return answering(lambda _: _waiting(answer(status, SECONDARY), seconds))

    return {
        "secondary_limit": secondary,
        "rate_limited": lambda: answering(_limited),
        "bad_credentials": partial(_no, 401, "Bad credentials"),
        "forbidden": partial(_no, 403, "Resource not accessible by personal access token"),
        "not_found": partial(_no, 404, "Not Found"),
        "validation": partial(_no, 422, "Validation Failed"),
        "down": partial(_no, 503, "Service Unavailable"),
        "unicorn": lambda status=502: answering(lambda _: HTMLResponse(UNICORN, status)),
        "bad_json": lambda: answering(
            lambda _: Response('[{"sha": "4f', media_type="application/json")
        ),
    }


def _no(status: int, message: str) -> Spoil:
    return answering(lambda _: answer(status, message))


def _limited(_: object) -> Response:
    response = answer(403, "API rate limit exceeded for user ID 1.")
    response.headers["X-RateLimit-Remaining"] = "0"
    return response


def _waiting(response: Response, seconds: int | None) -> Response:
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response
