"""A remedy is offered with a reason, approved by a person in time, and run once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    evidence: tuple[Evidence, ...] = ()  # of an act that only looks: what it saw


UNKNOWN = "unknown"


@dataclass(frozen=True)
class Live:
    """The target as it stands at one moment: what an approval rests on and an effect is seen by.

    `deploy` is the id of the newest deploy, `restart` names the newest restart (an event's id, or
    a start time), `instances` the ids of those running, `auto_deploy` what makes the platform
    deploy by itself ("commit", "checksPass", "off"; "" is unknown). `state` is what else an act
    rests on, as a person would say it ("suspended", "2 instances"); "" is unknown. A restart that
    is UNKNOWN proves nothing; "" says that there was none.
    """

    deploy: str = ""
    restart: str = ""
    instances: tuple[str, ...] = ()
    auto_deploy: str = ""
    state: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a remedy suits, what it would be done to, and on which evidence.

    `likely` says that the evidence points to it, `mends` that it is to put something right: what
    does not is followed by a new look, not by a proof. `brief` is what a person must know before
    saying yes: pairs of a label and a line. `effect` says what will be done and `undo` how it is
    undone where that hangs on what a person has typed, or on how it stands; else the act's own
    lines do.
    """

    why: str
    target: str
    evidence: tuple[str, ...] = ()
    live: Live = Live()
    likely: bool = True
    brief: tuple[tuple[str, str], ...] = ()
    effect: str = ""
    undo: str = ""
    mends: bool = True


@dataclass(frozen=True)
class Barred:
    """It cannot help here, or may not be done now. `why` is a clause for people."""

    why: str


class Remedy(Protocol):
    """What the domain must know of an action to offer it.

    `effect` says what will be done, `radius` who feels it, `undo` how it is undone: one short
    sentence each. `takes` names what a person must type with it ("COMMIT"), or is "".
    """

    @property
    def name(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def risk(self) -> Risk: ...
    @property
    def effect(self) -> str: ...
    @property
    def radius(self) -> str: ...
    @property
    def undo(self) -> str: ...
    @property
    def takes(self) -> str: ...
    def suits(
        self, evidence: Sequence[Evidence], wish: str | None = None
    ) -> Reason | Barred | None:
        """Say why it suits, why it is barred, or None: it has nothing to do with this.

        `wish` is what a person typed with its name; None: nobody has asked for it. Whoever asks
        gets a Reason or a Barred.
        """
        ...


@dataclass(frozen=True)
class Proposal:
    """Exactly what is approved is exactly what is run.

    `seen_at` is when the evidence was gathered that it rests on, `likely` that this points to it.
    """

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
    radius: str = ""
    undo: str = ""
    seen_at: datetime | None = None
    likely: bool = False
    mends: bool = True

    @property
    def meant(self) -> tuple[str, str, str]:
        """What it would do, and to what: the same in whichever look it was offered."""
        return self.action, self.service, self.target


@dataclass(frozen=True)
class HeldBack:
    """An act that people would look for and that is not on offer. `why` is a clause."""

    action: str
    why: str
    service: str = ""


@dataclass(frozen=True)
class Reach:
    """An act that the settings allow, the number of the incident it is for, why not if not."""

    action: str
    service: str
    takes: str
    incident: int = 0
    barred: str = ""


def propose(
    remedies: Iterable[Remedy],
    evidence: Sequence[Evidence],
    look: int,
    now: datetime,
    rules: Rules,
    *,
    vain: Mapping[str, str] | None = None,
) -> tuple[Proposal, ...]:
    """Offer every remedy that the evidence gives a reason for: the likely first, mildest first.

    `look` numbers the triage: a button from an earlier look names an offer that is gone. `vain`
    says of acts, by name, why they cannot help.
    """
    able = [r for r in remedies if r.name not in (vain or {})]
    suiting = [(r, reason) for r in able if isinstance(reason := r.suits(evidence), Reason)]
    suiting.sort(key=lambda pair: (not pair[1].likely, pair[0].risk is Risk.HIGH))
    several = {name for name, n in Counter(r.name for r, _ in suiting).items() if n > 1}
    return tuple(
        _proposal(
            f"{look}.{remedy.name}" + (f"@{remedy.service}" if remedy.name in several else ""),
            remedy,
            reason,
            now + rules.offer_valid,
            now,
        )
        for remedy, reason in suiting
    )


def hold_back(
    remedies: Iterable[Remedy], evidence: Sequence[Evidence], vain: Mapping[str, str]
) -> Iterator[HeldBack]:
    """Name those that people would look for, each with the reason why it is not on offer."""
    for remedy in remedies:
        said = remedy.suits(evidence)
        if remedy.name in vain and said is not None:
            yield HeldBack(remedy.name, vain[remedy.name], remedy.service)
        elif isinstance(said, Barred):
            yield HeldBack(remedy.name, said.why, remedy.service)


def wished(
    remedy: Remedy, evidence: Sequence[Evidence], wish: str, look: int, until: datetime
) -> Proposal | Barred:
    """What a person asks for by name, as an offer to be confirmed by that time."""
    said = remedy.suits(evidence, wish)
    if said is None:
        return Barred("there is nothing here that it could be done to")
    if isinstance(said, Barred):
        return said
    name = f"{look}.{remedy.name}@{remedy.service}"
    return _proposal(name, remedy, said, until)


def _proposal(
    id: str, remedy: Remedy, reason: Reason, expires_at: datetime, seen_at: datetime | None = None
) -> Proposal:
    return Proposal(
        id=id,
        action=remedy.name,
        target=reason.target,
        risk=remedy.risk,
        why=reason.why,
        effect=reason.effect or remedy.effect,
        evidence=reason.evidence,
        live=reason.live,
        expires_at=expires_at,
        brief=reason.brief,
        service=remedy.service,
        radius=remedy.radius,
        undo=reason.undo or remedy.undo,
        seen_at=seen_at,
        likely=reason.likely,
        mends=reason.mends,
    )


def changed(then: Live, now: Live) -> str | None:
    """Say what changed about the target since the offer was made, or None."""
    if then.deploy != now.deploy:
        return f"a newer deploy ({now.deploy}) has appeared since"
    if UNKNOWN not in {then.restart, now.restart} and then.restart != now.restart:
        return "it has been restarted since"
    if then.state and now.state and then.state != now.state:
        return f"it is {now.state} now, not {then.state} any more"
    return None
