"""A missing variable, put right by people: its name is read again, then a redeploy is asked for."""

from __future__ import annotations

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import Kind, Status
from bot.domain.people import Person, Role
from bot.domain.required import SOURCE, lacking
from bot.domain.why.explain import explain
from bot.flows import wishes
from bot.flows.by_name import ask_by_name
from bot.flows.investigate import looked_deeper
from bot.flows.lookup import look_up
from bot.ports import World

REDEPLOY = "redeploy"


async def added(world: World, service: str, by: Person, key: str) -> Incident:
    """Somebody says that what was missing is set. Raises Refused where it is not, or not seen."""
    wishes.allow(world, by, Role.RESPONDER)
    for whose, seen in await look_up(world, SOURCE, service, by):
        if seen.found is Found.UNREADABLE:
            raise Refused(f"the names cannot be read now ({seen.summary}); nothing was done")
        if lacking(seen):
            raise Refused(f"{seen.summary}. Nothing was done; /act redeploy deploys all the same")
        await note(world, whose, seen)
    return await ask_by_name(world, REDEPLOY, "", by, key)


async def note(world: World, service: str, seen: Evidence) -> None:
    """The question that follows rests on the names of now, whatever an earlier look has found.

    A second look that is still due is taken here: the question cannot wait for it, and must not
    quote the one before.
    """
    known = await world.store.latest(service)
    if known is None or known.status is not Status.OPEN or known.triage is None:
        return
    if seen in known.evidence and not known.needs_investigation:
        return
    whole = await looked_deeper(world, known, (seen,)) if known.needs_investigation else None

    def event(incident: Incident) -> Event:
        if whole and incident.needs_investigation:
            return whole
        first = incident.first_evidence
        rest = [e for e in incident.evidence[len(first) :] if e.source != SOURCE]
        cause = explain(incident, (*first, *rest, seen), incident.proposals, world.rules.zone)
        found = (*rest, seen)
        return Event(Kind.INVESTIGATED, world.now(), evidence=found, cause=cause)

    await wishes.record(world, known.id, "", event)
