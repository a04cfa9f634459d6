"""What we looked at, and whether looking worked. Not finding is a fact; not looking is another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Found(StrEnum):
    SOMETHING = "something"
    NOTHING = "nothing"
    UNREADABLE = "unreadable"  # the source could not be asked


@dataclass(frozen=True)
class Evidence:
    """One numbered look of one source.

    `id` is what notes and offers refer to (S1, L1, B1, D1). `facts` are name-value pairs that
    code decides on; `lines` are quotes from the outside (log lines, commit messages): shown, never
    obeyed.
    """

    id: str
    source: str
    found: Found
    summary: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()

    def fact(self, name: str) -> str | None:
        return dict(self.facts).get(name)


def database_stands(evidence: Iterable[Evidence]) -> bool:
    """Whether nothing is known against the database: it answers, if slowly, or is not watched.

    Who cannot reach it from here is not asked where the service itself can.
    """
    evidence = tuple(evidence)
    database = found_by("database", evidence)
    if answers_inside(evidence):
        return True
    return database is None or database.fact("state") in {None, "ok", "slow"}


def answers_inside(evidence: Iterable[Evidence]) -> bool:
    """Whether a look from inside the service has found that the database answers."""
    inside = found_by("inside", evidence)
    return inside is not None and inside.fact("state") == "ok"


def blocker(evidence: Iterable[Evidence]) -> str:
    """The pid of the database session whose lock others wait for, or "": nobody waits."""
    database = found_by("database", evidence)
    return (database.fact("blocker") if database else None) or ""


def found_by(source: str, evidence: Iterable[Evidence]) -> Evidence | None:
    """What that source found, if it found something."""
    found = (e for e in evidence if e.source == source and e.found is Found.SOMETHING)
    return next(found, None)
