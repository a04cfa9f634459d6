"""How the watchdog sees its checks: read from what it writes into its own log."""

from __future__ import annotations

import re
from datetime import datetime

TURNED = re.compile(
    r"check\.verdict service=(?P<service>\S+) check=(?P<name>\S+)"
    r" verdict=(?P<state>\S+) detail=(?P<detail>.*)$"
)


class Seen:
    """The newest verdict of each check, in the order in which they were first heard of."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str], dict[str, str]] = {}

    def hear(self, at: datetime, line: str) -> None:
        if found := TURNED.search(line):
            told = found.groupdict()
            since = {"since": at.isoformat()}
            self._newest[told["service"], told["name"]] = told | since

    def snapshot(self) -> list[dict[str, str]]:
        """Service, name, state (a word of the watchdog's), detail, and since when."""
        return list(self._newest.values())
