"""The log book: every line with its labels, searched and paged by time."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from bot.sandbox.render.state import Line
from bot.sandbox.render.times import TICK, now, stamp

KEPT_LINES = 100_000

# Source: render.com/docs/logging (the retention is that of the Hobby plan). The ingestion lag of
# the real platform is unknown; here it is none unless somebody sets it.
RETENTION = timedelta(days=7)
LINES_PER_MINUTE = 6_000  # of one instance; what is beyond is dropped silently
MINUTE = 60

SAID_LEVEL = re.compile(
    r"\b(DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL|ALERT|EMERGENCY)\b"
)
LEVEL_NAMES = {"WARN": "warning", "FATAL": "critical"}
ERROR_WORDS = re.compile(r"error|exception|traceback|fatal|panic|failed", re.IGNORECASE)
WARNING_WORDS = re.compile(r"warn|deprecat", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    resources: frozenset[str]
    start: datetime
    end: datetime
    backward: bool
    limit: int
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    texts: Sequence[str] = ()


class Search:
    """A query with its patterns made ready."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._labels = {name: [pattern(v) for v in vs] for name, vs in query.labels.items()}
        self._texts = [pattern(text, inside=True) for text in query.texts]

    def finds(self, line: Line) -> bool:
        return line.labels["resource"] in self.query.resources and self._fits(line)

    def _fits(self, line: Line) -> bool:
        if self._texts and not any(one.search(line.text) for one in self._texts):
            return False
        return all(
            name in line.labels and any(one.search(line.labels[name]) for one in ones)
            for name, ones in self._labels.items()
        )


class LogBook:
    """`lag` is how long a line takes until it can be asked for; `per_minute` counts real ones."""

    def __init__(self, per_minute: float = LINES_PER_MINUTE) -> None:
        self.lag = timedelta()
        self.retention = RETENTION
        self.per_minute = per_minute
        self._lines: list[Line] = []
        self._count = 0
        self._listeners: list[Callable[[Line], None]] = []
        self._spoken: dict[str, tuple[int, int]] = {}

    def write(self, at: datetime, text: str, labels: Mapping[str, str]) -> None:
        """Append; no two lines share a time, so that a page never cuts between equal ones."""
        if self._too_many(at, labels):
            return
        if self._lines and at <= self._lines[-1].at:
            at = self._lines[-1].at + TICK
        self._count += 1
        line = Line(f"log{self._count:017d}", at, text, labels)
        self._lines.append(line)
        if len(self._lines) > 2 * KEPT_LINES:
            del self._lines[:KEPT_LINES]
        for listener in self._listeners:
            listener(line)

    def tail(self, resource: str, count: int) -> list[Line]:
        mine = (line for line in reversed(self._lines) if line.labels["resource"] == resource)
        return list(islice(mine, count))[::-1]

    def page(self, query: Query) -> dict[str, object]:
        found = list(islice(self._matching(query), query.limit + 1))
        lines, more = found[: query.limit], len(found) > query.limit
        start, end = _next_window(query, lines)
        return {
            "hasMore": more,
            "nextStartTime": stamp(start),
            "nextEndTime": stamp(end),
            "logs": [line_json(line) for line in lines],
        }

    def values(self, query: Query, label: str) -> list[str]:
        seen = {line.labels[label] for line in self._matching(query) if label in line.labels}
        return sorted(seen)

    @contextmanager
    def listening(self, listener: Callable[[Line], None]) -> Iterator[None]:
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def lag_left(self, line: Line) -> float:
        """Real seconds until the line may be shown."""
        return max((line.at + self.lag - now()).total_seconds(), 0.0)

    def _matching(self, query: Query) -> Iterator[Line]:
        at = now()
        start = max(query.start, at - self.retention)
        # Without a lag nothing is cut: a line may be a tick ahead of the clock.
        end = min(query.end, at - self.lag) if self.lag else query.end
        first = bisect.bisect_left(self._lines, start, key=_at)
        last = bisect.bisect_right(self._lines, end, key=_at)
        window = self._lines[first:last]
        finds = Search(query).finds
        return (line for line in (reversed(window) if query.backward else window) if finds(line))

    def _too_many(self, at: datetime, labels: Mapping[str, str]) -> bool:
        """Only lines of an app's instance are counted, in windows of a minute."""
        instance = labels.get("instance")
        if instance is None or labels.get("type") != "app":
            return False
        minute = int(at.timestamp() // MINUTE)
        since, count = self._spoken.get(instance, (minute, 0))
        count = count + 1 if since == minute else 1
        self._spoken[instance] = (minute, count)
        return count > self.per_minute


def guess_level(text: str) -> str:
    """The level a line names, else what its words suggest."""
    said = SAID_LEVEL.search(text)
    if said:
        return LEVEL_NAMES.get(said[1], said[1].lower())
    if ERROR_WORDS.search(text):
        return "error"
    return "warning" if WARNING_WORDS.search(text) else "info"


def pattern(text: str, *, inside: bool = False) -> re.Pattern[str]:
    """`/regex/`, else plain text with `*` for anything; `ValueError` on a broken expression."""
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        try:
            return re.compile(text[1:-1])
        except re.error as error:
            raise ValueError(f"invalid regular expression: {error}") from None
    plain = ".*".join(re.escape(part) for part in text.split("*"))
    return re.compile(plain if inside else rf"\A{plain}\Z", re.IGNORECASE)


def _next_window(query: Query, lines: Sequence[Line]) -> tuple[datetime, datetime]:
    """What to ask for next: the same window less the page just given."""
    if not lines:
        return query.start, query.end
    if query.backward:
        return query.start, lines[-1].at - TICK
    return lines[-1].at + TICK, query.end


def line_json(line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "timestamp": stamp(line.at),
        "message": line.text,
        "labels": [{"name": name, "value": value} for name, value in line.labels.items()],
    }


def _at(line: Line) -> datetime:
    return line.at
