"""What a log said before the trouble: an error of a kind that it did not have is news."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from .errors import ErrorEvent, error_events, when
from .lines import LogLine

MOST = 500  # kinds of errors that are kept
LONGEST = 120  # characters of an error
MINUTE = 60.0  # seconds


@dataclass(frozen=True)
class Known:
    """Errors of one kind: `mark` names the kind, `title` is the newest of them."""

    mark: str
    title: str
    count: int


@dataclass(frozen=True)
class Baseline:
    """The `lines` of one service's log that were read, from `since` until the trouble began.

    `since` is None where there were none; `errors` are the most frequent first.
    """

    service: str
    until: datetime
    since: datetime | None = None
    lines: int = 0
    errors: tuple[Known, ...] = ()

    @property
    def marks(self) -> frozenset[str]:
        return frozenset(known.mark for known in self.errors)

    @property
    def per_minute(self) -> float:
        """The usual rate of errors, over at least a minute."""
        if self.since is None:
            return 0.0
        minutes = max((self.until - self.since).total_seconds() / MINUTE, 1.0)
        return sum(known.count for known in self.errors) / minutes


def baseline(service: str, lines: Sequence[LogLine], until: datetime) -> Baseline:
    """Sum up what was logged before `until`; the lines are oldest first."""
    before = [line for line in lines if line.at < until]
    errors = kinds(error_events(before))
    since = before[0].at if before else None
    return Baseline(service, until, since, len(before), errors[:MOST])


def new_errors(
    lines: Iterable[LogLine], known: Container[str], after: datetime
) -> tuple[Known, ...]:
    """The kinds of errors begun after that time that are not among the known marks.

    Lines before `after` may be given, too: they show where an error began.
    """
    late = [event for event in error_events(lines) if when(event) > after]
    return tuple(kind for kind in kinds(late) if kind.mark not in known)


def kinds(events: Iterable[ErrorEvent]) -> tuple[Known, ...]:
    """The most frequent first."""
    found: defaultdict[str, list[ErrorEvent]] = defaultdict(list)
    for event in events:
        found[mark_of(event)].append(event)
    every = [Known(mark, title(same[-1]), len(same)) for mark, same in found.items()]
    return tuple(sorted(every, key=lambda kind: -kind.count))


def mark_of(event: ErrorEvent) -> str:
    """The same for the same template or traceback, in whatever life of ours; it tells nothing."""
    return sha256("\x1f".join(event.key).encode("utf-8", "replace")).hexdigest()[:16]


def title(event: ErrorEvent) -> str:
    """The exception and what it says; a line that names its level needs no type before it."""
    if event.message.startswith(event.type):
        return event.message[:LONGEST]
    return f"{event.type}: {event.message}"[:LONGEST] if event.message else event.type[:LONGEST]
