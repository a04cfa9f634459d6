"""How much a change could break, and why: told from its files, not from what it did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .change import Change, File
from .kinds import Kind, is_idle, is_lock, kinds
from .places import hits

MANY_FILES, SOME_FILES = 20, 6
MANY_LINES, SOME_LINES = 400, 80
LONGEST = 200  # characters of a message's first line


class Level(StrEnum):
    """UNKNOWN: its files are not known, and a message alone settles nothing."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "not known"


ORDER = (Level.HIGH, Level.MEDIUM, Level.LOW)
BY_KIND = {
    Kind.MIGRATION: Level.HIGH,
    Kind.START: Level.HIGH,
    Kind.DEPENDENCIES: Level.MEDIUM,
    Kind.CONFIG: Level.MEDIUM,
}
HINTS = {
    "a migration": re.compile(r"\b(?:migrat\w*|schema|alembic)\b", re.IGNORECASE),
    "dependencies": re.compile(r"\b(?:bumps?|upgrad\w*|dependenc\w*|deps)\b", re.IGNORECASE),
    "settings": re.compile(r"\b(?:config\w*|settings?|env|environment)\b", re.IGNORECASE),
    "taking something back": re.compile(r"\b(?:reverts?|roll(?:s|ed)? ?back)\b", re.IGNORECASE),
    "a rewrite": re.compile(r"\b(?:rewrit\w*|refactor\w*|rework\w*)\b", re.IGNORECASE),
}

Mark = tuple[Level, str]


@dataclass(frozen=True)
class Rated:
    level: Level
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.level}: {', '.join(self.reasons)}" if self.reasons else str(self.level)


def risk(change: Change, frames: Sequence[str] = ()) -> Rated:
    """Rate it; `frames` are the files of the errors' tracebacks, where they are known."""
    files = change.touched
    marks = [(Level.MEDIUM, "settings saved")] if change.saved_settings else []
    if change.same_code:
        return _rated([*marks, (Level.LOW, "same code again")])
    if files is None:
        said = [f"its message speaks of {what}" for what in _hints(change.deploy.message)]
        return Rated(Level.UNKNOWN, (*(m for _, m in marks), "files not known", *said))
    return _rated([*marks, *_touching(files, frames), *_of(change, files)])


def _rated(marks: Iterable[Mark]) -> Rated:
    ordered = sorted(marks, key=lambda mark: ORDER.index(mark[0]))
    level = ordered[0][0] if ordered else Level.LOW
    return Rated(level, tuple(dict.fromkeys(reason for _, reason in ordered)))


def _touching(files: Sequence[File], frames: Sequence[str]) -> Iterator[Mark]:
    for path in hits(files, frames)[:2]:
        yield Level.HIGH, f"touches {path} (in the traceback)"


def _of(change: Change, files: Sequence[File]) -> Iterator[Mark]:
    found = kinds(files)
    if change.undoes:
        yield Level.LOW, "goes back to an earlier version"
        if Kind.MIGRATION in found:
            yield Level.HIGH, "the schema does not go back with it"
    if files and not change.cut and all(map(is_idle, files)):
        yield Level.LOW, f"{' and '.join(sorted(found))} only"
        return
    yield from ((level, kind) for kind, level in BY_KIND.items() if kind in found)
    yield _size(change, files)


def _size(change: Change, files: Sequence[File]) -> Mark:
    """By what runs; a lock file counts as one line."""
    run = [file for file in files if not is_idle(file)]
    lines = sum(1 if is_lock(f) else max(f.added, 0) + max(f.removed, 0) for f in run)
    counted = "1 file" if len(files) == 1 else f"{len(files)} files"
    said = f"over {counted}" if change.cut else counted
    said += f", {lines} lines" if lines >= SOME_LINES else ""
    if len(run) >= MANY_FILES or lines >= MANY_LINES:
        return Level.HIGH, said
    some = change.cut or len(run) >= SOME_FILES or lines >= SOME_LINES
    return Level.MEDIUM if some else Level.LOW, said


def _hints(message: str) -> Iterator[str]:
    title = message.partition("\n")[0][:LONGEST]
    return (what for what, pattern in HINTS.items() if pattern.search(title))
