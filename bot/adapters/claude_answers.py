"""What Claude's answers and errors mean: for the next try, for the money, for the person."""

from __future__ import annotations

import email.utils
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.domain.narration.said import Said, SaidReply
from bot.domain.narration.spend import MOST_TOKENS, Usage

if TYPE_CHECKING:
    import anthropic

T = TypeVar("T")

NOTE, REPLY = TypeAdapter(Said), TypeAdapter(SaidReply)

SPENT_CODE = "enforced_spend_limit_reached"
SPENT_WORDS = "usage limit"  # the only sign of a spend limit in a plain 400
# Refused before anything was generated (Claude docs, errors); of other failures nobody knows.
OVERLOADED = 529  # Anthropic's own
UNBILLED = frozenset({400, 401, 402, 403, 404, 413, 422, 429, OVERLOADED})
OFTEN = {429: "Claude limits our rate", OVERLOADED: "Claude is overloaded"}
AGAIN = frozenset({408, 409, 429})  # and all from 500 on, as the SDK has it
STOPS = {
    "refusal": "Claude refused to read it",
    "max_tokens": "Claude's answer was cut",
    "model_context_window_exceeded": "the evidence was too long for Claude",
}
REST = timedelta(hours=1)  # for what only a person can mend


class Failed(Exception):  # noqa: N818 - what became of one call
    """One call came to nothing. The message is one line for people.

    `again`: the same may work at once, after `wait` seconds if the API named them; `elsewhere`:
    another model may do it; `until`: do not ask before; `unbilled`: it surely cost nothing;
    `counts`: it says something about the API's health; `malformed`: our request was not taken.
    """

    def __init__(
        self,
        line: str,
        *,
        again: bool = False,
        elsewhere: bool = False,
        wait: float | None = None,
        until: datetime | None = None,
        unbilled: bool = False,
        counts: bool = True,
        malformed: bool = False,
        permanent: bool = False,
    ) -> None:
        super().__init__(line)
        self.again, self.elsewhere = again, elsewhere
        self.wait, self.until = wait, until
        self.unbilled, self.counts = unbilled, counts
        self.malformed, self.permanent = malformed, permanent


@dataclass(frozen=True)
class Answer:
    """One message: why it stopped, what it says, which tools it asks for, and its price in tokens.

    `content` is what the API wants to see again in the next turn. `usage` is None when the
    message says nothing of it.
    """

    stop: str
    text: str
    calls: tuple[tuple[str, str, Mapping[str, Any]], ...]  # id, name, input
    content: tuple[Mapping[str, Any], ...]
    usage: Usage | None
    request: str


def answer(message: object) -> Answer:
    """Read a message; nothing of its form is sure. Raises Failed."""
    blocks = getattr(message, "content", None)
    if not isinstance(blocks, list):
        raise Failed("Claude sent something that is no answer", again=True)
    content = tuple(block.to_dict(warnings=False) for block in blocks if hasattr(block, "to_dict"))
    return Answer(
        stop=str(getattr(message, "stop_reason", None) or ""),
        text="".join(_text(block) for block in content),
        calls=tuple(call for block in content if (call := _call(block))),
        content=content,
        usage=_usage(getattr(message, "usage", None)),
        request=str(getattr(message, "_request_id", None) or "")[:100],
    )


def refusal(said: Answer) -> Failed | None:
    """Why the message is no answer, or None: this is looked at before its words."""
    if said.stop in {"end_turn", "tool_use"}:
        return None
    line = STOPS.get(said.stop, "Claude stopped before the end of its answer")
    return Failed(line, elsewhere=said.stop == "refusal", counts=False)


def form(adapter: TypeAdapter[T], text: str) -> T:
    """Read what was filled in. Raises Failed."""
    try:
        return adapter.validate_json(text)
    except ValidationError:  # its text holds what the model said: not for the log
        raise Failed("Claude's answer had not the agreed form", counts=False) from None


def meaning(error: Exception, model: str, now: datetime) -> Failed:
    """What an exception of a call means."""
    import anthropic  # noqa: PLC0415 - 65 MB that nobody pays who does not use it
    import httpx2  # noqa: PLC0415 - the same

    if isinstance(error, anthropic.APIStatusError):
        return _status(error, model, now)
    cause = error.__cause__ if isinstance(error, anthropic.APIConnectionError) else error
    unsent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
    if isinstance(cause, unsent):
        return Failed("Claude cannot be reached", again=True, unbilled=True)
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException):
        return Failed("Claude did not answer in time")
    if isinstance(error, anthropic.APIConnectionError | httpx2.HTTPError | OSError):
        return Failed("the connection to Claude broke", again=True)
    return Failed("Claude sent something that is no answer", again=True)


def failures() -> tuple[type[Exception], ...]:
    """All that a call may raise; the wrong key of an empty environment is a TypeError."""
    import anthropic  # noqa: PLC0415 - as above
    import httpx2  # noqa: PLC0415 - as above

    ours = (OSError, ValueError, TypeError, AttributeError, RecursionError)
    return (anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL, *ours)


def _status(error: anthropic.APIStatusError, model: str, now: datetime) -> Failed:
    status, said = error.status_code, (error.api_message or "").lower()
    if error.error_code == SPENT_CODE or (status == HTTPStatus.BAD_REQUEST and SPENT_WORDS in said):
        return _spent("the spending limit of the Claude account is reached", now)
    known = _refused(status, model, now)
    if known is not None:
        return known
    wait = _retry_after(error.response.headers, now)
    return Failed(
        OFTEN.get(status, f"Claude failed (HTTP {status})"),
        again=status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        elsewhere=status in OFTEN,
        wait=wait,
        unbilled=status in UNBILLED,
    )


def _refused(status: int, model: str, now: datetime) -> Failed | None:
    """What the same request will meet again."""
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            why, until = f"the key for Claude was not accepted (HTTP {status})", now + REST
            return Failed(why, unbilled=True, until=until, counts=False, permanent=True)
        case HTTPStatus.PAYMENT_REQUIRED:
            return _spent("the Claude account has no credit left", now)
        case HTTPStatus.NOT_FOUND:
            why = f"Claude does not know the model {model}"
            return Failed(why, elsewhere=True, unbilled=True, counts=False, permanent=True)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Failed("the evidence was too long for Claude", unbilled=True, counts=False)
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
            why = f"Claude did not take our request (HTTP {status})"
            return Failed(why, unbilled=True, malformed=True)
        case _:
            return None


def _spent(why: str, now: datetime) -> Failed:
    """Off for today: asking again cannot help."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Failed(why, unbilled=True, until=midnight, counts=False)


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the API asks for: a number of them, or a date (RFC 9110)."""
    said = headers.get("retry-after", "")[:100]
    with suppress(ValueError):
        seconds = float(said)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    with suppress(ValueError, TypeError, OverflowError):
        at = email.utils.parsedate_to_datetime(said)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - now).total_seconds())
    return None


def _text(block: Mapping[str, Any]) -> str:
    text = block.get("text") if block.get("type") == "text" else ""
    return text if isinstance(text, str) else ""


def _call(block: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]] | None:
    if block.get("type") != "tool_use":
        return None
    given = block.get("input")
    return str(block.get("id")), str(block.get("name")), given if isinstance(given, dict) else {}


def _usage(said: object) -> Usage | None:
    if said is None:
        return None
    count = _counter(said)
    parts = _counter(getattr(said, "cache_creation", None))
    written, hour = count("cache_creation_input_tokens"), parts("ephemeral_1h_input_tokens")
    return Usage(
        input=count("input_tokens"),
        output=count("output_tokens"),
        read=count("cache_read_input_tokens"),
        written=max(0, written - hour),
        written_hour=hour,
    )


def _counter(said: object) -> Callable[[str], int]:
    def count(name: str) -> int:
        number = getattr(said, name, None)
        fine = isinstance(number, int) and not isinstance(number, bool)
        return min(max(number, 0), MOST_TOKENS) if fine and isinstance(number, int) else 0

    return count
