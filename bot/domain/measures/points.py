"""A row of measured values: bounded without losing its peaks, and packed into one fact."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

Point = tuple[datetime, float]
Points = tuple[Point, ...]

MOST = 2_000  # points of a row that are passed on
MOST_PACKED = 120  # as many minutes as a chart of an incident shows
LONGEST_PACKED = 40_000  # characters of a fact that are read
LARGEST = 1e30  # what is beyond that is no measurement
LETTERS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
TOO_LONG = 10_000


def ordered(points: Iterable[Point]) -> Points:
    """Oldest first, without what is no number."""
    return tuple(sorted(p for p in points if abs(p[1]) <= LARGEST))


def thin(points: Iterable[Point], most: int = MOST) -> Points:
    """At most `most` (four or more) of them: the ends, and the extremes of each stretch of time.

    Every point of the answer is one of the row: nothing is averaged, so a peak stays a peak.
    """
    row = ordered(points)
    if len(row) <= most:
        return row
    first, *inner, last = row
    begin, lasts = first[0], (last[0] - first[0]).total_seconds() or 1.0
    buckets = (most - 2) // 2
    kept = [first]
    for _, stretch in groupby(inner, lambda p: _bucket(p[0], begin, lasts, buckets)):
        kept += _extremes(list(stretch))
    return (*kept, last)


def _bucket(at: datetime, begin: datetime, lasts: float, buckets: int) -> int:
    return min(buckets - 1, int((at - begin).total_seconds() / lasts * buckets))


def _extremes(stretch: Sequence[Point]) -> list[Point]:
    low, high = (find(stretch, key=lambda p: p[1]) for find in (min, max))
    return sorted({low, high})


def merged(rows: Iterable[Iterable[Point]]) -> Points:
    """One row of several: at each time the highest value."""
    every = sorted(p for row in rows for p in ordered(row))
    return tuple(max(same) for _, same in groupby(every, lambda p: p[0]))


def packed(points: Iterable[Point]) -> str:
    """As text: the first time in seconds since 1970, then `seconds after it:value` of each."""
    row = thin(points, MOST_PACKED)
    if not row:
        return ""
    start = int(row[0][0].timestamp())
    said = (f"{at.timestamp() - start:.0f}:{value:.6g}" for at, value in row)
    return " ".join((str(start), *said))


def unpacked(text: str) -> Points:
    """What `packed` wrote; whatever else stands there is left out."""
    head, *rest = text[:LONGEST_PACKED].split() or [""]
    start = _number(head)
    if start is None:
        return ()
    pairs = (word.partition(":") for word in rest)
    read = ((_time(start, _number(after)), _number(value)) for after, _, value in pairs)
    return ordered((at, value) for at, value in read if at is not None and value is not None)


def figure(value: float) -> str:
    """A value in few characters: 0.25, 4.2, 512, 8192, 12k, 1.5M."""
    for size, letter in LETTERS:
        if TOO_LONG * size > abs(value) >= size * (10 if letter == "k" else 1):
            return f"{_few(value / size)}{letter}"
    return _few(value)


def _few(value: float) -> str:
    if abs(value) >= TOO_LONG:
        return f"{value:.0e}"
    if abs(value) >= 10:  # noqa: PLR2004 - two figures and more
        return f"{value:.0f}"
    return f"{value:.2g}"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _time(start: float, after: float | None) -> datetime | None:
    if after is None:
        return None
    try:
        return datetime.fromtimestamp(start + after, UTC)
    except (ValueError, OverflowError, OSError):
        return None
