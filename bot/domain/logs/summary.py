"""What a stretch of log amounts to: errors by group, the last success, the last start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .errors import ErrorEvent, ErrorGroup, error_events, grouped, when
from .lines import Level, LogLine, said_level

# What the platform writes when it starts the program; of a build command it says it otherwise.
RUNNING = "==> Running '"


@dataclass(frozen=True)
class LogSummary:
    """`groups` are the most frequent first; `errors` counts events, not lines.

    `per_minute` holds the minutes with errors, oldest first.
    """

    lines: int
    errors: int
    groups: tuple[ErrorGroup, ...]
    first_error: ErrorEvent | None
    last_error: ErrorEvent | None
    last_success: LogLine | None
    started_at: datetime | None
    first: datetime | None
    last: datetime | None
    per_minute: tuple[tuple[datetime, float], ...] = ()

    @property
    def top(self) -> ErrorGroup | None:
        return self.groups[0] if self.groups else None


def summarise(lines: Iterable[LogLine]) -> LogSummary:
    known = sorted(lines, key=lambda line: line.at)
    events = error_events(known)
    return LogSummary(
        lines=len(known),
        errors=len(events),
        groups=grouped(events),
        first_error=events[0] if events else None,
        last_error=events[-1] if events else None,
        last_success=last_success(known, events),
        started_at=started_at(known),
        first=known[0].at if known else None,
        last=known[-1].at if known else None,
        per_minute=tuple(sorted(Counter(map(_minute, events)).items())),
    )


def _minute(event: ErrorEvent) -> datetime:
    return when(event).replace(second=0, microsecond=0)


def last_success(lines: Sequence[LogLine], events: Iterable[ErrorEvent]) -> LogLine | None:
    """The newest line in which the program says at INFO that it did something.

    Where it names no level the platform's guess counts, but not for what belongs to an error.
    """
    wrong = {text for event in events for text in event.lines}
    fine = (e for e in reversed(lines) if e.weight is Level.INFO and not e.from_platform)
    return next((e for e in fine if e.kind in {"", "app"} and _is_own(e.text, wrong)), None)


def _is_own(text: str, wrong: Container[str]) -> bool:
    return said_level(text) is Level.INFO or (bool(text[:1].strip()) and text not in wrong)


def started_at(lines: Iterable[LogLine]) -> datetime | None:
    """When the platform last started the program."""
    return max((e.at for e in lines if e.text.startswith(RUNNING)), default=None)


def errors_between(
    events: Iterable[ErrorEvent], since: datetime, until: datetime
) -> Sequence[ErrorEvent]:
    """Errors after `since`, up to and with `until`."""
    return [e for e in events if since < when(e) <= until]
