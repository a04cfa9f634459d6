"""Errors by the minute: when they began, when they leapt up, how many there are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

MOST = 50_000  # minutes in memory: five weeks
SHOWN = 240  # minutes told
NOW = 5  # minutes that the current rate is of
LEAP, LEAST = 3.0, 5  # a spike is so many times the usual minute, and at least so many errors


@dataclass(frozen=True)
class Spike:
    at: datetime
    errors: int
    times: float  # the usual minute


@dataclass(frozen=True)
class Timeline:
    """`per_minute` holds the minutes with errors, oldest first; rates are errors a minute."""

    first_error: datetime | None = None
    spike: Spike | None = None
    current_rate: float = 0.0
    per_minute: tuple[tuple[datetime, int], ...] = ()


class Minutes:
    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()

    def add(self, at: datetime) -> None:
        self.counts[int(at.timestamp()) // 60] += 1
        if len(self.counts) > MOST:
            del self.counts[min(self.counts)]

    def merge(self, other: Minutes) -> None:
        self.counts.update(other.counts)
        for minute in sorted(self.counts)[: max(len(self.counts) - MOST, 0)]:
            del self.counts[minute]


def timeline(
    counts: Mapping[int, int], first_error: datetime | None, until: datetime | None
) -> Timeline:
    """`until` is the time of the log's last line."""
    if not counts:
        return Timeline(first_error)
    last = max(*counts, int(until.timestamp()) // 60) if until else max(counts)
    recent = sum(n for minute, n in counts.items() if minute > last - NOW)
    shown = sorted(counts.items())[-SHOWN:]
    return Timeline(
        first_error=first_error,
        spike=_spike(counts, last),
        current_rate=round(recent / NOW, 2),
        per_minute=tuple((_at(minute), count) for minute, count in shown),
    )


def _spike(counts: Mapping[int, int], last: int) -> Spike | None:
    """The first minute that leaps: quiet minutes between count as none."""
    first = min(counts)
    quiet = max(last - first + 1 - len(counts), 0)
    usual = median([0] * min(quiet, MOST) + list(counts.values())) if quiet < MOST else 0.0
    high = max(counts.values())
    if high < LEAST or high < LEAP * max(usual, 1.0) or last == first:
        return None
    start = min(m for m, n in counts.items() if n >= max(LEAST, LEAP * max(usual, 1.0)))
    return Spike(_at(start), counts[start], round(counts[start] / max(usual, 1.0), 1))


def _at(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
