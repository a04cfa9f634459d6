"""The variables a service needs, and which of them are set. No value ever comes here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .evidence import Evidence

SOURCE = "environment"
# What a bot of this kind needs; the settings may name others.
USUAL: Mapping[str, str] = {
    "TELEGRAM_BOT_TOKEN": "it is the bot that speaks with it",
    "TELEGRAM_USER_ID": "it answers this person alone",
    "ANTHROPIC_API_KEY": "Claude answers through it",
    "DATABASE_URL": "all it remembers is there",
}
NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
READ = 500  # characters of an error that names are looked for in
MOST_NAMED = 5
MOST_IN_A_LINE = 3


@dataclass(frozen=True)
class Standing:
    """Names by how they stand; `named` and `late` are those that the log's error names.

    `named` are not set. `late` are: the program that runs was started before.
    """

    set: tuple[str, ...]
    empty: tuple[str, ...]
    missing: tuple[str, ...]
    named: tuple[str, ...]
    late: tuple[str, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        return (*self.missing, *self.empty)


def named_in(error: str) -> tuple[str, ...]:
    """Names of variables in the error of a program that says one is missing."""
    return tuple(dict.fromkeys(NAME.findall(error[:READ])))[:MOST_NAMED]


def standing(required: Iterable[str], named: Iterable[str], known: Mapping[str, bool]) -> Standing:
    """`known` has the names that are set, each with whether it has a value; `named`: by the log."""
    suspected = tuple(dict.fromkeys(named))
    wanted = tuple(dict.fromkeys((*suspected, *required)))
    return Standing(
        set=tuple(name for name in wanted if known.get(name)),
        empty=tuple(name for name in wanted if known.get(name) is False),
        missing=tuple(name for name in wanted if name not in known),
        named=tuple(name for name in suspected if not known.get(name)),
        late=tuple(name for name in suspected if known.get(name)),
    )


def lacking(seen: Evidence) -> tuple[str, ...]:
    """What must be set before a deploy helps: what the log names, else all that is needed."""
    if named := seen.fact("named"):
        return tuple(named.split(","))
    several = () if seen.fact("late") else (seen.fact("missing"), seen.fact("empty"))
    return tuple(name for names in several if names for name in names.split(","))


def summary(found: Standing) -> str:
    """`DATABASE_URL is not set`, `all 4 that it needs are set`; what the log names comes first."""
    said = []
    if found.missing:
        said.append(f"{_listed(found.missing)} not set")
    if found.empty:
        said.append(f"{_listed(found.empty)} empty")
    if found.late:
        said.append(
            f"{_listed(found.late)} set, though the log says otherwise: a deploy takes it up"
        )
    many = len(found.set)
    return "; ".join(said) or (
        f"all {many} that it needs are set" if many else "which ones it needs is not set"
    )


def lines(found: Standing, required: Mapping[str, str]) -> tuple[str, ...]:
    """One for each: whether it is set and what it is for."""

    def line(mark: str, name: str, how: str) -> str:
        purpose = required.get(name, "the log names it")
        return f"{mark} {name}: {how} ({purpose})"

    return (
        *(line("❌", name, "not set") for name in found.missing),
        *(line("❌", name, "empty") for name in found.empty),
        *(line("✅", name, "set") for name in found.set),
    )


def _listed(names: Iterable[str]) -> str:
    """`A is`, `A and B are`, `A, B, C and 2 more are`."""
    several = list(names)
    shown, more = several[:MOST_IN_A_LINE], len(several) - MOST_IN_A_LINE
    if more > 0:
        return f"{', '.join(shown)} and {more} more are"
    *rest, last = shown
    return f"{', '.join(rest)} and {last} are" if rest else f"{last} is"
