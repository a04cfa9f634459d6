"""How the watchdog sees its checks: read from what it writes into its own log."""

from __future__ import annotations

import re
from collections.abc import Iterable

TURNED = re.compile(
    r"^(?P<at>\S+) .* check\.verdict service=(?P<service>\S+) check=(?P<name>\S+)"
    r" verdict=(?P<state>\S+) detail=(?P<detail>.*)$"
)


def checks_seen(log: Iterable[str]) -> list[dict[str, str]]:
    """The newest verdict of each check, in the order in which they were first heard of.

    `at` is the time of day at which the line was heard, HH:MM:SS.ffffff UTC.
    """
    newest: dict[tuple[str, str], dict[str, str]] = {}
    for line in log:
        if found := TURNED.match(line):
            told = found.groupdict()
            newest[told["service"], told["name"]] = told
    return list(newest.values())
