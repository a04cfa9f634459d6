"""The note on the root cause: what is claimed, on which evidence, how sure, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RULES = "rules"  # who wrote it, where no model did
LETTERS = "ABCDEFGHIJ"  # what people call the options by


class Sure(StrEnum):
    """Settled by code from checked evidence, never by a model."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Claim:
    """One statement; `quote` stands word for word in the evidence of that id."""

    text: str
    evidence: str
    quote: str


@dataclass(frozen=True)
class Option:
    """A way out. `act` is the id of the offer it stands for; else `steps` are for a person."""

    name: str
    time: str
    pros: str = ""
    cons: str = ""
    risk: str = ""
    act: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    """`category` is one of the log analysis's, "none" where nothing names it.

    `dropped` counts claims that a model made and that did not stand the check; `cost` is in US
    dollars; `unsaid` is one line on why no model had its say, "" where one had.
    """

    problem: str
    cause: str
    sure: Sure
    category: str = "none"
    claims: tuple[Claim, ...] = ()
    contributing: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    discarded: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    recommended: int | None = None  # place in `options`
    by: str = RULES
    dropped: int = 0
    cost: float = 0.0
    unsaid: str = ""
