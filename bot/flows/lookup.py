"""What a person may look up at any time: one source asked now, of each service that has it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.evidence import Evidence
from bot.domain.incident import Event, Incident, Refused
from bot.domain.logs.lines import LogLine
from bot.domain.moves import WHILE_LIVE, Kind
from bot.domain.past.fingerprint import fingerprint
from bot.domain.past.memory import words
from bot.domain.past.similar import CANDIDATES, similar
from bot.domain.people import Person, Role
from bot.domain.runbook import match, tick
from bot.domain.why.blame import blame
from bot.flows.narrate import SENT
from bot.flows.triage import ask
from bot.flows.wishes import allow
from bot.ports import Source, Unavailable, World
from bot.views.message import Message
from bot.views.runbook import runbook_message
from bot.views.similar import similar_to

MOST = 5  # services at once


async def look_up(
    world: World, source: str, service: str, by: Person
) -> Sequence[tuple[str, Evidence]]:
    """Ask it for that service, or for every one; one that fails says so. Raises Refused."""
    allow(world, by, Role.VIEWER)
    known = [s for s in (*world.sources, *world.deeper) if s.name == source]
    if not known:
        raise Refused("nothing is set up that could tell")
    wanted = [s for s in known if service in {"", s.service}]
    if not wanted:
        names = ", ".join(dict.fromkeys(s.service for s in known))
        raise Refused(f"that is not a service of mine; there is {names}")
    found = await asyncio.gather(*(ask_now(world, one) for one in wanted[:MOST]))
    return [(one.service, evidence) for one, evidence in zip(wanted, found, strict=False)]


async def ask_now(world: World, source: Source) -> Evidence:
    return await ask(world, source, await subject(world, source.service))


async def subject(world: World, service: str) -> Incident:
    """Its live incident; without one, as if something had been found just now."""
    latest = await world.store.latest(service)
    if latest and latest.status in WHILE_LIVE:
        return latest
    return Incident.opened(0, service, Event(Kind.DETECTED, world.now()))


async def read_log(world: World, service: str, by: Person) -> tuple[str, Sequence[LogLine]]:
    """The newest lines of a service, "" for the first that has a log. Raises Refused."""
    allow(world, by, Role.VIEWER)
    known = [j for j in world.journals if service in {"", j.service}]
    if not known:
        raise Refused("nothing is set up that could tell")
    try:
        return known[0].service, await known[0].lines()
    except Unavailable as gone:
        raise Refused(f"the log cannot be read: {gone}") from gone


async def like_this(world: World, id: int | None, by: Person) -> Message:
    """What was like that incident before. Raises Refused."""
    incident = await newest(world, id, by)
    known = str(fingerprint(incident)), " ".join(words(incident))
    recalled = await world.store.recall(*known, incident.service, CANDIDATES)
    others = replace(recalled, memories=tuple(m for m in recalled.memories if m.id != incident.id))
    return similar_to(incident, similar(incident, others, world.now()), others, world.rules)


async def runbook_for(world: World, id: int | None, by: Person) -> Message:
    """The runbook that fits an incident best, its quick checks answered. Raises Refused."""
    incident = await newest(world, id, by)
    fitting = match(world.runbooks, incident, incident.evidence)
    if not fitting:
        raise Refused(f"no runbook fits #{incident.id}")
    return runbook_message(
        fitting[0],
        tick(fitting[0].runbook, incident.evidence),
        world.places.get(incident.service, {}),
        offered={offer.action for offer in incident.proposals},
        cannot_help=blame(incident, incident.evidence, world.rules.zone).cannot_help,
    )


async def sent_last(world: World, by: Person) -> str:
    """What was sent to a model last, to the letter. Raises Refused."""
    allow(world, by, Role.RESPONDER)
    sent = await world.store.memo(SENT)
    if not sent:
        raise Refused("nothing has been sent to a model yet")
    return sent


async def newest(world: World, id: int | None, by: Person) -> Incident:
    """The incident of that number, else the one that is live, else the last. Raises Refused."""
    allow(world, by, Role.VIEWER)
    if id is not None:
        found = await world.store.incident(id)
    else:
        live = await world.store.having(*WHILE_LIVE)
        recent = await world.store.recent(1)
        found = live[-1] if live else next(iter(recent), None)
    if found is None:
        raise Refused("there is no such incident" if id else "there has been no incident yet")
    return found
