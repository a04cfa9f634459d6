"""What every door needs: an answer, a secret compared, a text from outside made harmless."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain.logs.lines import clean
from bot.domain.redact import redact

SHORTEST_TOKEN = 16  # characters of the token in a ping's address, which people type
SHORTEST_SECRET = 32  # of everything that may open an incident or tell about all of it
IN_AN_ADDRESS = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a line for whoever asked."""

    status: int
    text: str
    kind: str = "text/plain; charset=utf-8"


def in_json(status: int, content: Mapping[str, object]) -> Answer:
    return Answer(status, json.dumps(content) + "\n", "application/json")


def same(secret: str, given: str) -> bool:
    """Compare in a time that tells nothing. An empty secret is nobody's."""
    return bool(secret) and hmac.compare_digest(_bytes(secret), _bytes(given))


def require(name: str, secret: str, *, least: int, fits_address: bool = True) -> None:
    """Raise ValueError, with a sentence that never shows it, when a secret is too weak."""
    if len(secret) < least:
        raise ValueError(f"{name} must have at least {least} characters")
    if fits_address and not IN_AN_ADDRESS.fullmatch(secret):
        raise ValueError(f"{name} may hold letters, digits, - and _ only")


def line(value: object, most: int) -> str:
    """Return one clean line without secrets of at most that many characters; "" for no text.

    Secrets go before it is cut: half of one would not be recognised.
    """
    if not isinstance(value, str):
        return ""
    text = " ".join(redact(clean(value)).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def read_json(body: bytes) -> object:
    """Return what the body holds. Raises ValueError; too deep a nesting is one."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


class Seldom:
    """Says yes at most once in so many seconds: what strangers cause must not fill our log."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._last: float | None = None

    def __call__(self) -> bool:
        now = self._monotonic()
        if self._last is not None and now - self._last < self._seconds:
            return False
        self._last = now
        return True


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
