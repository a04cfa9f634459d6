"""How the watchdog sees its checks: read from what it writes into its own log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

TURNED = re.compile(
    r"check\.verdict service=(?P<service>\S+) check=(?P<name>\S+)"
    r" verdict=(?P<state>\S+) detail=(?P<detail>.*)$"
)


STEP = re.compile(
    r"^(?P<at>[\d-]+ [\d:,]+) .*proof\.step incident=(?P<incident>\d+)"
    r" came=(?P<came>\S+) phase=(?P<phase>\S+) step=\d+"
)
SETTLED = re.compile(
    r"cause\.settled incident=(?P<incident>\d+) look=(?P<look>\S+)"
    r" category=(?P<category>\S+) sure=(?P<sure>\S+) by=(?P<by>\S+)"
)


@dataclass(frozen=True)
class Note:
    """What the watchdog took for the cause; `look` is triaged, investigated or explained."""

    incident: int
    look: str
    category: str
    sure: str
    by: str


@dataclass(frozen=True)
class Step:
    """What the watchdog wrote of a proof, by its own clock: checked, persisted or recovered."""

    at: datetime
    incident: int
    came: str
    phase: str


class Seen:
    """The newest verdict of each check, in the order in which they were first heard of."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], dict[str, str]] = {}
        self.notes: list[Note] = []
        self.steps: list[Step] = []

    def hear(self, at: datetime, line: str) -> None:
        if found := TURNED.search(line):
            told = found.groupdict()
            since = {"since": at.isoformat()}
            self._newest[told["service"], told["name"]] = told | since
        if found := SETTLED.search(line):
            incident, *rest = found.groups()
            self.notes.append(Note(int(incident), *rest))
        if found := STEP.match(line):
            when, incident, *rest = found.groups()
            written = datetime.strptime(when, "%Y-%m-%d %H:%M:%S,%f").astimezone()
            self.steps.append(Step(written, int(incident), *rest))

    def snapshot(self) -> list[dict[str, str]]:
        """Service, name, state (a word of the watchdog's), detail, and since when."""
        return list(self._newest.values())
