"""What sort of trouble the platform's lines tell of: the families that a check has words for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .events import ErrorEvent
from .families import family_of

RATE_LIMIT, DISK_FULL = "rate_limit", "disk_full"
NAMED = {"upstream_rate_limit": RATE_LIMIT, "disk_full": DISK_FULL}


def family(event: ErrorEvent) -> str:
    """Return the family's name, or "" for what is of none."""
    found = family_of(f"{event.type}: {event.message}")
    return NAMED.get(found.category, "") if found else ""


def commonest(events: Iterable[ErrorEvent]) -> str:
    """The family that at least half of the errors are of, or ""."""
    counts = Counter(family(event) for event in events)
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    return name if 2 * count >= counts.total() else ""
