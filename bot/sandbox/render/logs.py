"""The log book: every line with its labels, searched and paged by time."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from bot.sandbox.render.state import Line
from bot.sandbox.render.times import TICK, stamp

KEPT_LINES = 100_000

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


class LogBook:
    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._count = 0

    def write(self, at: datetime, text: str, labels: Mapping[str, str]) -> None:
        """Append; no two lines share a time, so that a page never cuts between equal ones."""
        if self._lines and at <= self._lines[-1].at:
            at = self._lines[-1].at + TICK
        self._count += 1
        self._lines.append(Line(f"log{self._count:017d}", at, text, labels))
        if len(self._lines) > 2 * KEPT_LINES:
            del self._lines[:KEPT_LINES]

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
            "logs": [_line(line) for line in lines],
        }

    def values(self, query: Query, label: str) -> list[str]:
        seen = {line.labels[label] for line in self._matching(query) if label in line.labels}
        return sorted(seen)

    def _matching(self, query: Query) -> Iterator[Line]:
        first = bisect.bisect_left(self._lines, query.start, key=_at)
        last = bisect.bisect_right(self._lines, query.end, key=_at)
        window = self._lines[first:last]
        wanted = {name: [pattern(v) for v in values] for name, values in query.labels.items()}
        texts = [pattern(text, inside=True) for text in query.texts]
        for line in reversed(window) if query.backward else window:
            if line.labels["resource"] in query.resources and _fits(line, wanted, texts):
                yield line


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


def _fits(
    line: Line, wanted: Mapping[str, list[re.Pattern[str]]], texts: list[re.Pattern[str]]
) -> bool:
    if texts and not any(one.search(line.text) for one in texts):
        return False
    return all(
        name in line.labels and any(one.search(line.labels[name]) for one in ones)
        for name, ones in wanted.items()
    )


def _next_window(query: Query, lines: Sequence[Line]) -> tuple[datetime, datetime]:
    """What to ask for next: the same window less the page just given."""
    if not lines:
        return query.start, query.end
    if query.backward:
        return query.start, lines[-1].at - TICK
    return lines[-1].at + TICK, query.end


def _line(line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "timestamp": stamp(line.at),
        "message": line.text,
        "labels": [{"name": name, "value": value} for name, value in line.labels.items()],
    }


def _at(line: Line) -> datetime:
    return line.at
