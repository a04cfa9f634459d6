"""Who is called when, while nobody has it: read off the timeline, so that no restart forgets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from .incident import Event, Incident
from .moves import Kind
from .oncall import Member, Rung
from .rules import Rules

PAGES = frozenset({Kind.DETECTED, Kind.RETURNED, Kind.REMINDED, Kind.PERSISTED, Kind.PLANNED})
RUNG = "rung "  # of Event.code: how far a reminder went up


def rung_due(incident: Incident, rules: Rules, now: datetime) -> int | None:
    """How far up the next page goes, 0 for the one on call alone; None: none is due yet.

    What was told without a sound and has become worse since is due at once.
    """
    severity = incident.severity
    if not severity.wakes or incident.holder or not rules.audible(severity, now):
        return None
    reached = min(climbed(incident), len(rules.escalation))  # the ladder may be shorter by now
    at = climbs_at(incident, rules)
    if at is not None and now >= at:
        return reached + 1
    if first_heard(incident, rules) is None:
        return reached
    last = next(e for e in reversed(incident.spell) if e.kind in PAGES)
    return reached if now - last.at >= rules.remind_every else None


def climbs_at(incident: Incident, rules: Rules) -> datetime | None:
    """When the next rung is called: one after the other, however late it is."""
    rungs, reached, heard = ladder(rules), climbed(incident), first_heard(incident, rules)
    if heard is None or reached >= len(rungs):
        return None
    at = heard + rungs[reached].after
    if reached == 0:
        return at
    before = next(e for e in incident.spell if rung_of(e) == reached)
    return max(at, before.at + (rungs[reached].after - rungs[reached - 1].after))


def ladder(rules: Rules) -> Sequence[Rung]:
    return sorted(rules.escalation, key=lambda rung: rung.after)


def climbed(incident: Incident) -> int:
    """The highest rung that has been called in this spell."""
    return max(map(rung_of, incident.spell))


def rung_of(event: Event) -> int:
    number = event.code.removeprefix(RUNG)
    return int(number) if event.kind is Kind.REMINDED and number.isdecimal() else 0


def first_heard(incident: Incident, rules: Rules) -> datetime | None:
    """The first page of this spell that made a sound: from then on somebody could answer."""
    start = incident.version - len(incident.spell)
    for n, event in enumerate(incident.spell, start + 1):
        severity = replace(incident, timeline=incident.timeline[:n]).severity
        if event.kind in PAGES and severity.wakes and rules.audible(severity, event.at):
            return event.at
    return None


def called(event: Event) -> tuple[Member, ...]:
    """The people whom a reminder mentions."""
    if event.kind is not Kind.REMINDED or not event.ask:
        return ()
    names = event.note.removeprefix(CALLED).split(", ")
    return tuple(Member(int(id), name) for id, name in zip(event.ask.split(), names, strict=False))


def calling(rung: int, people: Sequence[Member], at: datetime) -> Event:
    """The reminder that mentions them."""
    names = [member.name.replace(",", " ") for member in people]
    return Event(
        Kind.REMINDED,
        at,
        note=CALLED + ", ".join(names) if names else "",
        code=f"{RUNG}{rung}" if rung else "",
        ask=" ".join(str(member.id) for member in people),
    )


CALLED = "called "


def on_ladder(rules: Rules, rung: int) -> tuple[Member, ...]:
    """The members up to that rung, the first of them first."""
    return tuple(r.member for r in ladder(rules)[:rung] if r.member)
