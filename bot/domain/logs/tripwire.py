"""Watches a log for lines that try to instruct their reader; what it finds changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from .injection import attempts, hides, suspects
from .templates import Seen

MOST_FOUND = 50
MOST_LOOKS = 20_000  # lines that are read closely: the rest of such a log is more of the same


class Tripwire:
    def __init__(self) -> None:
        self.found: list[Seen] = []
        self._looks = MOST_LOOKS

    def feed(self, lines: Sequence[str], numbers: Sequence[int]) -> None:
        """Look through the next lines, which have these numbers in the log."""
        for row in sorted(set(suspects(lines))) if self._looks else ():
            self._look(lines[row], numbers[row])

    def look_closely(self, line: str, number: int) -> None:
        """Of a line that was not seen before: it may hide in a code what it says."""
        if self._looks and len(self.found) < MOST_FOUND and hides(line):
            self._keep(line, number)

    def _look(self, line: str, number: int) -> None:
        if not self._looks or len(self.found) >= MOST_FOUND:
            return
        self._looks -= 1
        if attempts(line):
            self._keep(line, number)

    def _keep(self, line: str, number: int) -> None:
        if not any(seen.number == number for seen in self.found):
            self.found.append(Seen(number, line))
