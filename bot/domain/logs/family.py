"""What sort of trouble an error is of, by the words that the libraries use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from .errors import ErrorEvent

RATE_LIMIT, DISK_FULL = "rate_limit", "disk_full"

WORDS = {
    RATE_LIMIT: re.compile(r"\bRateLimit|\brate.limit|too many requests|\b429\b", re.IGNORECASE),
    DISK_FULL: re.compile(r"\bErrno 28\b|no space left on device|\bDiskFull\b", re.IGNORECASE),
}


def family(event: ErrorEvent) -> str:
    """Return the family's name, or "" for what is of none."""
    said = f"{event.type} {event.message}"
    return next((name for name, words in WORDS.items() if words.search(said)), "")


def commonest(events: Iterable[ErrorEvent]) -> str:
    """The family that at least half of the errors are of, or ""."""
    counts = Counter(family(event) for event in events)
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    return name if 2 * count >= counts.total() else ""
