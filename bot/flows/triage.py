"""First look: gather evidence for an open incident and offer what suits it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Proposal, hold_back, propose
from bot.domain.why.blame import blame
from bot.domain.why.explain import explain
from bot.flows.baseline import missing_baselines
from bot.ports import Source, Unavailable, World

log = logging.getLogger(__name__)


async def triage(world: World) -> bool:
    waiting = [i for i in await world.store.having(Status.OPEN) if needs_a_look(world, i)]
    for incident in waiting:
        found, before = await asyncio.gather(
            gather(world, incident, world.sources), missing_baselines(world, incident)
        )
        evidence = (*found, *incident.looked)
        actions = [a for a in world.actions if a.service in incident.services]
        vain = blame(incident, evidence).vain(a.name for a in actions)
        now = world.now()
        offers = propose(actions, evidence, incident.version, now, world.rules, vain=vain)
        offers = tried_last(offers, incident)
        event = Event(
            Kind.TRIAGED,
            now,
            evidence=evidence,
            proposals=offers,
            held_back=tuple(hold_back(actions, evidence, vain)),
            cause=explain(incident, evidence, offers, world.rules.zone),
            baselines=before,
        )
        await world.store.record(incident, event)
        say_cause(incident, event)
    return bool(waiting)


def tried_last(offers: Sequence[Proposal], incident: Incident) -> tuple[Proposal, ...]:
    """What was tried in this spell and did not help goes behind what was not."""
    started = (incident.offered(event.offer) for event, _ in incident.tried)
    vain = {one.meant for one in started if one}
    return tuple(sorted(offers, key=lambda offer: offer.meant in vain))


def say_cause(incident: Incident, event: Event) -> None:
    """What a look made of it, for whoever reads the log: categories, no words from outside."""
    if cause := event.cause:
        told = {"incident": incident.id, "look": str(event.kind), "category": cause.category}
        log.info("cause.settled", extra={**told, "sure": str(cause.sure), "by": cause.by})


def needs_a_look(world: World, incident: Incident) -> bool:
    if incident.triage is None:
        return True
    if joined_since(incident):
        return incident.asked is None  # never under the finger of somebody about to say yes
    return out_of_date(world, incident, incident.triage.at)


def joined_since(incident: Incident) -> bool:
    """By place in the timeline: a check that joins may have begun its look before ours ended."""
    latest = incident.last(Kind.JOINED, Kind.TRIAGED)
    return latest is not None and latest.kind is Kind.JOINED


def out_of_date(world: World, incident: Incident, at: datetime) -> bool:
    now, asked = world.now(), incident.asked
    if asked and asked.expires_at and now < asked.expires_at:
        return False
    return now - at > world.rules.offer_valid


async def gather(
    world: World, incident: Incident, sources: Iterable[Source]
) -> tuple[Evidence, ...]:
    """Ask those of the service at once; one that fails is evidence of not knowing."""
    mine = [s for s in sources if s.service in incident.services]
    return tuple(await asyncio.gather(*(ask(world, s, incident) for s in mine)))


async def ask(world: World, source: Source, incident: Incident) -> Evidence:
    try:
        async with asyncio.timeout(world.rules.triage_within.total_seconds()):
            return await source.gather(incident)
    except Unavailable as gone:
        return Evidence("", source.name, Found.UNREADABLE, str(gone))
    except TimeoutError:
        return Evidence("", source.name, Found.UNREADABLE, "no answer in time")
