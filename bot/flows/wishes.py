"""What every wish of a person goes through: may they, is it still so, is it recorded once.

Each function raises Refused with one line for the person when the house rules say no.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.halt import Halt
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.domain.people import Person, Role
from bot.domain.remedy import Proposal
from bot.ports import Stale, World

TRIES = 5
LONGEST_NUMBER = 9  # digits of an incident's number


def allow(world: World, by: Person, needed: Role) -> None:
    if why := world.rules.people.refusal(by.id, needed):
        raise Refused(why)


def not_during(stop: Halt | None) -> None:
    if stop:
        raise Refused(f"{stop.by} has halted everything; an admin ends that with /resume")


def said(world: World, kind: Kind, by: Person, key: str, **what: object) -> Event:
    return Event(kind, world.now(), by=by.name, by_id=by.id, key=key, **what)  # type: ignore[arg-type]  # each caller names fields of Event


async def existing(world: World, id: int) -> Incident:
    incident = await world.store.incident(id)
    if incident is None:
        raise Refused(f"there is no incident #{id}")
    return incident


async def record(world: World, id: int, key: str, event: Callable[[Incident], Event]) -> Incident:
    """Decide on the newest copy, as often as it changes under our hands."""
    for _ in range(TRIES):
        incident = await existing(world, id)
        if incident.heard(key):
            return incident
        try:
            return await world.store.record(incident, event(incident))
        except Stale:
            continue
    raise Refused("things change too fast just now; tap again")


def not_changed(incident: Incident, key: str) -> None:
    """A wish that comes twice gets the same answer twice."""
    mark = incident.mark_of(key)
    if mark and mark.kind is Kind.WITHDRAWN:
        raise Refused(f"changed since: {mark.note}. A fresh look is on its way")


def the_offer(world: World, incident: Incident, id: str) -> Proposal:
    if incident.status is not Status.OPEN:
        raise Refused(turn_of(incident))
    offer = incident.proposal(id)
    if offer is None:
        raise Refused("that is not on offer any more; use the newest card")
    if world.now() >= offer.expires_at:
        raise Refused("the offer has expired; a fresh look is on its way")
    return offer


def the_question(world: World, incident: Incident, ask: str) -> Event:
    if incident.status is not Status.OPEN:
        raise Refused(turn_of(incident))
    question = incident.asked
    if question is None or question.ask != ask:
        raise Refused("that question is settled; use the newest card")
    if question.expires_at and world.now() >= question.expires_at:
        raise Refused("that question has expired; tap the offer again")
    return question


async def the_asked(world: World, ask: str) -> Incident:
    """Find the incident of a question by its name, such as 12-5."""
    number = ask.partition("-")[0]
    sensible = number.isdecimal() and len(number) <= LONGEST_NUMBER
    incident = await world.store.incident(int(number)) if sensible else None
    if incident is None:
        raise Refused("say which: /approve ID, as it stands on the card")
    return incident


async def the_only(world: World) -> int:
    live = await world.store.having(*WHILE_LIVE)
    if not live:
        raise Refused("no incident is open")
    if len(live) > 1:
        raise Refused("several are open; say which: " + ", ".join(f"#{i.id}" for i in live))
    return live[0].id


def turn_of(incident: Incident) -> str:
    """Say whose turn it is, to somebody who came too late."""
    last = incident.last(Kind.APPROVED)
    who = last.by if last else "somebody"
    return {
        Status.OPEN: f"#{incident.id} is still being looked into",
        Status.APPROVED: f"{who} has approved it already",
        Status.RUNNING: f"{who} approved it and it is running",
        Status.VERIFYING: f"#{incident.id} is being verified; nothing to approve",
        Status.RESOLVED: f"#{incident.id} is resolved",
        Status.CLOSED: f"#{incident.id} is closed",
    }[incident.status]
