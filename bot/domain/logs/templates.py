"""The lines of no trouble by their template: how often, the first and the last of each."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import eq

from .lines import Level
from .marks import Kind, mark_of

MOST = 2_000  # templates; what is beyond falls into one
CROWD = 20  # templates that begin alike: from there on similar ones are merged
COMPARED = 50  # of a crowd that a line is compared with: a hostile log brings thousands
ALIKE = 0.6  # of their words
CATCH_ALL = "<others>"
# What counts as an operation that succeeded: it says so, and nothing in it sounds wrong.
FAILING = re.compile(
    r"error|fail|unable|cannot|can't|could not|retry|timed? ?out|refused|denied|shutting|stopp|exit"
    r"|exception|traceback|missing|invalid|lost|disconnect|giving up|HTTP/\d(?:\.\d)?\"? [45]\d\d|unhealthy",
    re.IGNORECASE,
)
ACCESS = re.compile(r"HTTP/\d(?:\.\d)?\"? [123]\d\d\b")


@dataclass(slots=True)
class Seen:
    """One line where it stood."""

    number: int
    text: str


@dataclass(slots=True)
class Template:
    """`good` is 1 when its lines tell of success, else 0; `telling`: its figures matter."""

    text: str
    level: Level
    first: Seen
    last: int
    last_text: str
    count: int = 1
    good: int = 0
    telling: bool = False
    mark: Kind | None = None

    @property
    def newest(self) -> Seen:
        return Seen(self.last, self.last_text)


class Templates:
    """Keeps at most MOST of them: similar ones are merged where many begin alike."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Level], Template] = {}
        self._alike: dict[tuple[int, str], list[tuple[Template, list[str]]]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Template]:
        return iter(self._known.values())

    def add(self, masked: str, level: Level, number: int, text: str) -> Template:
        known = self._known.get((masked, level)) or self._similar(masked, level)
        if known is not None:
            known.count += 1
            known.last, known.last_text = number, text
            return known
        new = Template(masked, level, Seen(number, text), number, text)
        new.good, new.mark = int(succeeds(masked, level)), mark_of(masked)
        self._keep(new)
        return new

    def _keep(self, new: Template) -> None:
        self._known[new.text, new.level] = new
        crowd = self._alike.setdefault(_start(new.text), [])
        if len(crowd) < COMPARED:
            crowd.append((new, new.text.split(" ")))

    def _similar(self, masked: str, level: Level) -> Template | None:
        crowd = self._alike.get(_start(masked), [])
        if len(crowd) >= CROWD:
            words = masked.split(" ")
            for n, (one, own) in enumerate(crowd):
                if one.level is level and sum(map(eq, words, own)) >= ALIKE * len(words):
                    crowd.insert(0, crowd.pop(n))  # the next one is likely to be like it
                    return one
        return self._others(level) if len(self._known) >= MOST else None

    def _others(self, level: Level) -> Template:
        found = self._known.get((CATCH_ALL, level))
        if found is None:
            found = Template(CATCH_ALL, level, Seen(0, ""), 0, "", count=0)
            self._known[CATCH_ALL, level] = found
        return found

    def merge(self, other: Templates, lines: int) -> None:
        """Add those of the later part of the log, which begins after so many lines."""
        for late in other:
            moved = replace(
                late, first=Seen(late.first.number + lines, late.first.text), last=late.last + lines
            )
            known = self._known.get((moved.text, moved.level)) or self._similar(
                moved.text, moved.level
            )
            if known is None:
                self._keep(moved)
                continue
            known.count += moved.count
            known.last, known.last_text = moved.last, moved.last_text
            if not known.first.number:
                known.first = moved.first


def _start(masked: str) -> tuple[int, str]:
    words = masked.split(" ", 3)
    return masked.count(" "), " ".join(words[:2])


def succeeds(text: str, level: Level) -> bool:
    """Whether such a line says that the program did something."""
    if FAILING.search(text):
        return False
    return level is Level.INFO or (level is Level.NONE and ACCESS.search(text) is not None)
