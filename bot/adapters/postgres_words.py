"""Figures and names of a database as people read them."""

from __future__ import annotations

from bot.domain.logs.lines import clean
from bot.domain.redact import redact


def length(seconds: float) -> str:
    """In two units at most: 45 s, 2 min 10 s, 3 h 5 min, 2 d 3 h."""
    left, parts = int(seconds), list[str]()
    for size, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if left >= size and len(parts) < 2:  # noqa: PLR2004 - two units
            parts.append(f"{left // size} {name}")
        elif parts:
            break
        left %= size
    return " ".join(parts) or "0 s"


def volume(size: float) -> str:
    for unit, name in ((2**30, "GB"), (2**20, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 2**10:.0f} kB"


def count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def said(text: object, most: int = 40) -> str:
    """What comes from outside, safe to show: on one line, of `most` characters."""
    return clean(redact(" ".join(str(text).split())))[:most]
