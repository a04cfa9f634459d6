"""A remedy is offered with a reason, approved by a person in time, and run once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .evidence import Evidence
from .rules import Rules


class Risk(StrEnum):
    LOW = "low"
    HIGH = "high"


class Answer(StrEnum):
    """What the outside said to our one call."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # proved not done: rejected, or never sent
    UNCLEAR = "unclear"  # it may have happened: only observation tells


class Course(StrEnum):
    """How far an act has come, as far as it can be seen."""

    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"  # it was begun and came to nothing


@dataclass(frozen=True)
class Effect:
    """What is seen of an act that was called."""

    course: Course
    note: str


UNKNOWN = "unknown"


@dataclass(frozen=True)
class Live:
    """The target as it stands at one moment: what an approval rests on and an effect is seen by.

    `deploy` is the id of the newest deploy, `restart` names the newest restart (an event's id, or
    a start time), `instances` the ids of those running, `auto_deploy` what makes the platform
    deploy by itself ("commit", "checksPass", "off"; "" is unknown). A restart that is UNKNOWN
    proves nothing; "" says that there was none.
    """

    deploy: str = ""
    restart: str = ""
    instances: tuple[str, ...] = ()
    auto_deploy: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a remedy suits, what it would be done to, and on which evidence.

    `likely` says that the evidence points to it. `brief` is what a person must know before saying
    yes: pairs of a label and a line.
    """

    why: str
    target: str
    evidence: tuple[str, ...] = ()
    live: Live = Live()
    likely: bool = True
    brief: tuple[tuple[str, str], ...] = ()


class Remedy(Protocol):
    """What the domain must know of an action to offer it."""

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def risk(self) -> Risk: ...
    @property
    def effect(self) -> str: ...
    def suits(self, evidence: Sequence[Evidence]) -> Reason | None: ...


@dataclass(frozen=True)
class Proposal:
    """Exactly what is approved is exactly what is run."""

    id: str
    action: str
    target: str
    risk: Risk
    why: str
    effect: str
    evidence: tuple[str, ...]
    live: Live
    expires_at: datetime
    brief: tuple[tuple[str, str], ...] = ()
    service: str = ""

    @property
    def meant(self) -> tuple[str, str, str]:
        """What it would do, and to what: the same in whichever look it was offered."""
        return self.action, self.service, self.target


def propose(
    remedies: Iterable[Remedy], evidence: Sequence[Evidence], look: int, now: datetime, rules: Rules
) -> tuple[Proposal, ...]:
    """Offer every remedy that the evidence gives a reason for: the likely first, mildest first.

    `look` numbers the triage: a button from an earlier look names an offer that is gone.
    """
    suiting = [(r, reason) for r in remedies if (reason := r.suits(evidence))]
    suiting.sort(key=lambda pair: (not pair[1].likely, pair[0].risk is Risk.HIGH))
    several = {name for name, n in Counter(r.name for r, _ in suiting).items() if n > 1}
    return tuple(
        Proposal(
            id=f"{look}.{remedy.name}" + (f"@{remedy.service}" if remedy.name in several else ""),
            action=remedy.name,
            target=reason.target,
            risk=remedy.risk,
            why=reason.why,
            effect=remedy.effect,
            evidence=reason.evidence,
            live=reason.live,
            expires_at=now + rules.offer_valid,
            brief=reason.brief,
            service=remedy.service,
        )
        for remedy, reason in suiting
    )


def changed(then: Live, now: Live) -> str | None:
    """Say what changed about the target since the offer was made, or None."""
    if then.deploy != now.deploy:
        return f"a newer deploy ({now.deploy}) has appeared since"
    if UNKNOWN not in {then.restart, now.restart} and then.restart != now.restart:
        return "it has been restarted since"
    return None
