"""Second look, when the first is done: slower evidence, runbooks, the cause weighed anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.evidence import Evidence
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.domain.remedy import HeldBack, hold_back
from bot.domain.runbook import as_evidence, match
from bot.domain.why.explain import explain
from bot.flows.triage import gather, say_cause
from bot.ports import World


async def investigate(world: World) -> bool:
    if not world.deeper and not world.runbooks:
        return False
    waiting = [i for i in await world.store.having(Status.OPEN) if i.needs_investigation]
    for incident in waiting:
        event = await looked_deeper(world, incident)
        await world.store.record(incident, event)
        say_cause(incident, event)
    return bool(waiting)


async def looked_deeper(world: World, incident: Incident, seen: Sequence[Evidence] = ()) -> Event:
    """Ask every slower source, but for those that have just been `seen`."""
    answered = {one.source for one in seen}
    asked = [s for s in world.deeper if s.name not in answered]
    found = (*await gather(world, incident, asked), *seen)
    known = (*incident.first_evidence, *found)
    if world.runbooks:
        fitting = as_evidence(match(world.runbooks, incident, known))
        found, known = (*found, fitting), (*known, fitting)
    held = tuple(held_now(world, incident, known))
    barred = {(one.action, one.service) for one in held}
    offers = [p for p in incident.proposals if (p.action, p.service) not in barred]
    cause = explain(incident, known, offers, world.rules.zone)
    return Event(Kind.INVESTIGATED, world.now(), evidence=found, held_back=held, cause=cause)


def held_now(world: World, incident: Incident, known: Sequence[Evidence]) -> Iterator[HeldBack]:
    """What the first look has offered, and is barred by what the second one has found."""
    offered = {(p.action, p.service) for p in incident.proposals}
    remedies = [a for a in world.actions if (a.name, a.service) in offered]
    return hold_back(remedies, known, {})
