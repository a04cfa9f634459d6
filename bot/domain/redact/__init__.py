"""Secrets out, once, at the border where text comes in."""

from __future__ import annotations

from . import addresses, headers, pairs, pem, places, shapes
from .marks import key
from .people import cards
from .people import people as of_people

__all__ = ["Lines", "key", "redact"]

PASSES = 8  # more than any text but a made-up one needs


def redact(text: str, *, people: bool = False) -> str:
    """Replace every secret by `[secret:xxxxxx]`, the same secret by the same six hex digits.

    With `people`, e-mail addresses and telephone numbers go too. Idempotent. Commit hashes,
    UUIDs, digests and the platform's ids are evidence and stay.
    """
    for _ in range(PASSES):  # what one rule has masked may complete the match of another
        masked = _pass(text, with_people=people)
        if masked == text:
            break
        text = masked
    return text


def _pass(text: str, *, with_people: bool) -> str:
    low = text.lower()
    if "private key" in low:
        text = pem.whole(text)
    if "MI" in text or "MH" in text or "MC4" in text or "b3Bl" in text:
        text = pem.BARE.sub(pem.bare, text)
    text = addresses.mask(text, low)
    text = headers.mask(text, low)
    text = places.mask(text, low)
    if pairs.is_near(low):
        text = pairs.mask(text)
    text = shapes.mask(text)
    text = cards(text)
    return of_people(text) if with_people else text


class Lines:
    """Redacts a text that comes line by line, where a secret may stand on several of them."""

    def __init__(self, *, people: bool = False) -> None:
        self._people, self._keys, self._before = people, pem.KeyLines(), ""

    def line(self, text: str) -> str:
        """Return the next line without its secrets, with the same end of line."""
        text = self._keys.line(text)
        low = text.lower()
        if "value" in low and self._before:  # its name may stand in the line before
            both = redact(f"{self._before}\n{text}", people=self._people)
            text = both.split("\n", 1)[1]
        else:
            text = redact(text, people=self._people)
        self._before = text.rstrip("\r\n")
        return text
