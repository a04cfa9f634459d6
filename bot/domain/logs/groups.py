"""Equal events as one group: how many, the first and the last of them, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from .events import ErrorEvent
from .lines import Level, Piece

MOST = 1_000  # groups; what is beyond falls into one of its level
MOST_FUNCTIONS = 12
MINUTE = 60.0


@dataclass
class Group:
    """`head` is the first event; `good_before` counts the successes up to the last one."""

    head: ErrorEvent
    count: int = 0
    while_stopping: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    last: int = 0  # number of the line
    newest: tuple[Piece, ...] = ()
    newest_told: tuple[str, ...] = ()
    good_before: int = 0
    good_first: int | None = None  # successes up to the first one
    functions: dict[str, None] = field(default_factory=dict)

    def add(self, event: ErrorEvent, good: int, *, stopping: bool) -> None:
        self.count += 1
        self.while_stopping += stopping
        self.first_at = self.first_at or event.at
        self.last_at = event.at or self.last_at
        self.last, self.newest, self.newest_told = event.number, event.telling, event.told
        self.good_before = good
        self.good_first = good if self.good_first is None else self.good_first
        if len(self.functions) < MOST_FUNCTIONS:
            self.functions |= dict.fromkeys(event.functions)

    @property
    def is_error(self) -> bool:
        return self.head.level >= Level.ERROR

    @property
    def real(self) -> int:
        """Events that are not of a process that had been told to stop."""
        return self.count - self.while_stopping

    @property
    def per_minute(self) -> float:
        """The rate over the time that it was seen in, at least a minute."""
        if self.first_at is None or self.last_at is None:
            return float(self.count)
        return self.count / max((self.last_at - self.first_at).total_seconds() / MINUTE, 1.0)


class Groups:
    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Group] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._known.values())

    def __len__(self) -> int:
        return len(self._known)

    def add(self, event: ErrorEvent, good: int, *, stopping: bool) -> None:
        self._group(event).add(event, good, stopping=stopping)

    def _group(self, event: ErrorEvent) -> Group:
        key = event.key
        if key not in self._known and len(self._known) >= MOST:
            key = ("line", f"<others at {event.level.name}>")
        known = self._known.get(key)
        return known or self._known.setdefault(key, Group(replace(event, key=key)))

    def merge(self, other: Groups, lines: int, good: int) -> None:
        """Add those of the later part, which begins after so many lines and successes."""
        for late in other:
            known = self._known.get(late.head.key)
            if known is None and len(self._known) < MOST:
                head = replace(
                    late.head,
                    number=late.head.number + lines,
                    telling=moved(late.head.telling, lines),
                )
                known = self._known.setdefault(late.head.key, Group(head))
            if known is None:
                known = self._group(late.head)
            known.count += late.count
            if known.good_first is None and late.good_first is not None:
                known.good_first = late.good_first + good
            known.while_stopping += late.while_stopping
            known.first_at = known.first_at or late.first_at
            known.last_at = late.last_at or known.last_at
            known.last, known.newest = late.last + lines, moved(late.newest, lines)
            known.newest_told, known.good_before = late.newest_told, late.good_before + good
            known.functions |= late.functions


def moved(pieces: tuple[Piece, ...], lines: int) -> tuple[Piece, ...]:
    return tuple(replace(p, number=p.number + lines) for p in pieces)
