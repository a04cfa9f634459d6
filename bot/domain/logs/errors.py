"""The errors in the platform's lines, and equal ones as one group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .events import CUT_OFF, LONGEST_SAMPLE, ErrorEvent, events_of
from .lines import Level, LogLine, Piece


@dataclass(frozen=True)
class ErrorGroup:
    """Equal errors: how many, when first and last; message and sample are of the newest."""

    type: str
    message: str
    where: str
    count: int
    first: datetime
    last: datetime
    sample: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


def error_groups(lines: Iterable[LogLine]) -> tuple[ErrorGroup, ...]:
    """The most frequent first; of equals the newest."""
    return grouped(error_events(lines))


def grouped(events: Iterable[ErrorEvent]) -> tuple[ErrorGroup, ...]:
    found: defaultdict[tuple[str, ...], list[ErrorEvent]] = defaultdict(list)
    for event in events:
        found[event.key].append(event)
    groups = [_group(same) for same in found.values()]
    return tuple(sorted(groups, key=lambda g: (g.count, g.last), reverse=True))


def error_events(lines: Iterable[LogLine]) -> tuple[ErrorEvent, ...]:
    """Every error, oldest first; several instances are read apart, as they write at once."""
    streams: defaultdict[tuple[str, str], list[Piece]] = defaultdict(list)
    for line in lines:
        if line.kind != "request" and not line.from_platform:
            streams[line.instance, line.kind].append(Piece(line.text, line.at, line.weight))
    events = [e for stream in streams.values() for e in events_of(stream) if _is_error(e)]
    return tuple(sorted(events, key=when))


def _is_error(event: ErrorEvent) -> bool:
    return event.level >= Level.ERROR or event.is_trace


def when(event: ErrorEvent) -> datetime:
    """Every line of the platform has its time."""
    if event.at is None:
        raise ValueError("an event of the platform's lines without a time")
    return event.at


def _group(same: Sequence[ErrorEvent]) -> ErrorGroup:
    last = same[-1]
    return ErrorGroup(
        last.type, last.message, last.where, len(same), when(same[0]), when(last), last.lines
    )


__all__ = [
    "CUT_OFF",
    "LONGEST_SAMPLE",
    "ErrorEvent",
    "ErrorGroup",
    "error_events",
    "error_groups",
    "grouped",
    "when",
]
