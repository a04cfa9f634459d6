"""When each instance was started, and when it last said that it works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .lines import LogLine
from .summary import RUNNING

REMEMBERED = 20  # instances


@dataclass(frozen=True)
class Start:
    """Of one instance: its first and its last start, and the last time it said the marker."""

    first: datetime
    last: datetime
    marked: datetime | None = None

    @property
    def reached_its_end(self) -> bool:
        return self.marked is not None and self.marked >= self.last


def starts(
    known: Mapping[str, Start], lines: Iterable[LogLine], marker: str | None
) -> dict[str, Start]:
    """Add what the lines say, by instance; the same lines may come again."""
    found = dict(known)
    for line in sorted(lines, key=lambda line: line.at):
        old = found.get(line.instance)
        if line.text.startswith(RUNNING):
            begun = old or Start(line.at, line.at)
            found[line.instance] = replace(begun, last=max(begun.last, line.at))
        elif old and marker is not None and marker in line.text and not line.from_platform:
            found[line.instance] = replace(old, marked=max(old.marked or line.at, line.at))
    newest = sorted(found.items(), key=lambda item: item[1].first)[-REMEMBERED:]
    return dict(newest)


def running(known: Mapping[str, Start]) -> Start | None:
    """The instance that came last: one that is leaving may still be started again and again."""
    return max(known.values(), key=lambda start: start.first, default=None)
