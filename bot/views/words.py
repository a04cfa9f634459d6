"""The small words every view is made of. Whatever is not ours is escaped here."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

LIMIT = 4096  # UTF-16 units of a message after parsing: Bot API sendMessage
UNSEEN = {"Cc", "Cf", "Cs"}  # control, bidirectional and zero-width marks, halves of characters
NAME = 40  # units of a person's name
TAG = re.compile(r"<[^>]*>")


def esc(text: object, most: int = 300) -> str:
    """Make outside text one line that is safe in Telegram's HTML: cleaned, cut, escaped."""
    return html.escape(flat(text, most), quote=False)


def flat(text: object, most: int = 300) -> str:
    """Make outside text one plain line: a line of its own could pass for one of ours."""
    return short(" ".join(clean(str(text)).split()), most)


def clean(text: str) -> str:
    """Drop the marks that could disguise what people read."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in UNSEEN)


def short(text: str, most: int) -> str:
    """Cut it to at most that many UTF-16 units, as Telegram counts."""
    if units(text) <= most:
        return text
    kept = text.encode("utf-16-le", "replace")[: 2 * (most - 1)]
    return kept.decode("utf-16-le", "ignore").rstrip() + "…"


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def bold(text: object) -> str:
    return f"<b>{esc(text)}</b>"


def small(text: object) -> str:
    return f"<i>{esc(text)}</i>"


def code(text: object) -> str:
    return f"<code>{esc(text)}</code>"


def folded(lines: Iterable[str], most: int = 500) -> str:
    """Quote something long so that it opens on a tap (Bot API: expandable blockquote).

    The first line stays, as it is seen before the tap; then what does not fit goes, oldest first:
    the end of a traceback says where it went wrong.
    """
    every = clean("\n".join(lines)).strip("\n").split("\n")
    first, *rest = [short(line, most // 2 - 2) for line in every]
    cut = False
    while rest and units("\n".join([first, *rest])) > most - 2 * cut:
        rest, cut = rest[1:], True
    text = "\n".join([first, *(["…"] if cut else []), *rest])
    return f"<blockquote expandable>{html.escape(text, quote=False)}</blockquote>"


def plain(markup: str) -> str:
    """Return the text of our own HTML. Safe: whatever came from outside is escaped in it."""
    return html.unescape(TAG.sub("", markup))


def clock(at: datetime, zone: tzinfo) -> str:
    """Hours and minutes as the reader's wall clock shows them, with the zone's short name."""
    return at.astimezone(zone).strftime("%H:%M %Z")


def exact(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S")


def span(length: timedelta) -> str:
    """A length of time in the two largest units that matter: 45 s, 3 min, 1 h 20 min."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 10 and rest:  # noqa: PLR2004 - below that the seconds matter
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def bar(share: float, width: int = 10) -> str:
    full = min(width, max(0, int(share * width)))
    return "▰" * full + "▱" * (width - full)


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
