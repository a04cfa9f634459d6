"""What is held of one change, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.length import about

from .change import Change
from .symptoms import Symptoms


class Held(StrEnum):
    SUSPECT = "suspect"
    UNDECIDED = "undecided"  # too little is known to say either
    UNLIKELY = "unlikely"
    CLEARED = "cleared"  # it cannot be, or nothing of it runs


class Strength(StrEnum):
    """STRONG needs both: the time, and something in it that fits."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True)
class Ruling:
    """`why` goes on after the change's name: "a1b2c3d went live 4 min before; touches …"."""

    change: Change
    held: Held
    why: str
    strength: Strength = Strength.NONE
    minutes_before: float | None = None  # from going live to the first error; negative: after it


@dataclass(frozen=True)
class Case:
    """One change, the trouble, and the changes beside it."""

    change: Change
    symptoms: Symptoms
    others: tuple[Change, ...] = ()

    @property
    def before(self) -> float | None:
        return minutes(self.change.live_at, self.symptoms.first_error)

    @property
    def begun_before(self) -> float | None:
        return minutes(self.change.deploy.created_at, self.symptoms.first_error)

    def is_held(self, held: Held, why: str, strength: Strength = Strength.NONE) -> Ruling:
        return Ruling(self.change, held, why, strength, self.before)

    @property
    def went_live(self) -> str:
        """`went live 4 min before the first error`."""
        before = self.before
        if before is None:
            return "was being put in place when the errors began"
        return f"went live {length(before)} {'before' if before >= 0 else 'after'} the first error"


def minutes(since: datetime | None, until: datetime | None) -> float | None:
    return None if since is None or until is None else (until - since).total_seconds() / 60


def length(of: float) -> str:
    """A number of minutes, as people say it."""
    return about(timedelta(minutes=abs(of)))
