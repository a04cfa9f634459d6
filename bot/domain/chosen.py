"""A way out that people go step by step: who chose it, how far it is, whether it still fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .cause import LETTERS, Option
from .incident import Event, Incident
from .moves import Kind, Status

ENDS = frozenset({Kind.CHOSEN, Kind.LAID_ASIDE, Kind.PERSISTED})


@dataclass(frozen=True)
class Checklist:
    """`number` is the place of the choice in the timeline; `ticks` are by step, from 1.

    `ended` is what came of it where nobody goes on with it; `fits` says that the cause is still
    seen as it was when it was chosen.
    """

    number: int
    letter: str
    option: Option
    choice: Event
    ticks: Mapping[int, Event]
    ended: Event | None
    fits: bool

    @property
    def done(self) -> bool:
        return len(self.ticks) == len(self.option.steps)


def checklists(incident: Incident) -> tuple[Checklist, ...]:
    """Those of this spell, oldest first; nobody goes on but with the last one."""
    before = incident.version - len(incident.spell)
    numbered = enumerate(incident.timeline, start=1)
    chosen = [n for n, e in numbered if n > before and e.kind is Kind.CHOSEN]
    return tuple(one for n in chosen if (one := _checklist(incident, n)))


def current(incident: Incident) -> Checklist | None:
    """The one that people are at."""
    known = checklists(incident)
    return known[-1] if known and known[-1].ended is None else None


def choices(incident: Incident) -> tuple[tuple[str, Option], ...]:
    """The ways out by letter, where one can be chosen that is more than an act on offer."""
    cause = incident.cause if incident.triage else None
    if cause is None or incident.status is not Status.OPEN or current(incident):
        return ()
    if all(option.act for option in cause.options):
        return ()
    return tuple(zip(LETTERS, cause.options, strict=False))


def _checklist(incident: Incident, number: int) -> Checklist | None:
    choice = incident.timeline[number - 1]
    option = choice.option
    if option is None:
        return None
    ticked = (e for e in incident.spell if e.kind is Kind.TICKED and e.option == option)
    then = replace(incident, timeline=incident.timeline[:number])
    later = incident.timeline[number:]
    return Checklist(
        number=number,
        letter=choice.code,
        option=option,
        choice=choice,
        ticks={e.step: e for e in ticked},
        ended=next((e for e in later if e.kind in ENDS), None),
        fits=_category(incident) == _category(then),
    )


def _category(incident: Incident) -> str:
    return incident.cause.category if incident.cause else ""
