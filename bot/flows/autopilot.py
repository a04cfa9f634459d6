"""Do by itself what nobody says no to: announced, then approved like a person's wish, once.

It only ever records an approval; `act` carries that out as any other.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from bot.domain.autopilot import (
    AUTOPILOT,
    against,
    choice,
    is_time,
    lately,
    lead,
    plan_of,
)
from bot.domain.check import Verdict
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import Kind, Status
from bot.domain.people import Person
from bot.domain.remedy import Live, Proposal, Reason, changed
from bot.domain.why.blame import blame
from bot.flows import wishes
from bot.flows.act import action_for
from bot.flows.announce import plan_key
from bot.flows.halted import halted
from bot.flows.presence import HEARD
from bot.flows.question import ASKED
from bot.flows.watch import verdicts
from bot.ports import Unavailable, World
from bot.views.words import span

log = logging.getLogger(__name__)

PILOT = Person(0, AUTOPILOT)
MOST = 200  # incidents among which those of the last day are
DEAF = timedelta(seconds=75)  # a poll is answered every 25 s, and that is written down every 20 s


async def autopilot(world: World) -> bool:
    """A duty: announce, wait, and approve; or say why not."""
    did = [await turn(world, incident) for incident in await world.store.having(Status.OPEN)]
    return any(did)


async def turn(world: World, incident: Incident) -> bool:
    plan = plan_of(incident)
    if plan is None:
        return is_time(incident, world.rules, world.now()) and await begin(world, incident)
    if why := await why_not(world, incident):
        return await stop(world, incident, why)
    if plan.expires_at is None:
        return await count_from_now(world, incident, plan)
    return world.now() >= plan.expires_at and await go(world, incident)


async def begin(world: World, incident: Incident) -> bool:
    """Announce it, where nothing speaks against it and no other incident is about to be served."""
    offer = choice(incident, world.rules)
    if offer is None or await why_not(world, incident):
        return False
    others = [i for i in await world.store.having(Status.OPEN) if plan_of(i)]
    if await done(world) + len(others) >= world.rules.autopilot.a_day:
        return False
    await world.store.record(incident, planned(world, offer.id))
    return True


async def count_from_now(world: World, incident: Incident, plan: Event) -> bool:
    """What nobody could read announces nothing: the time runs once it stands in the chat."""
    posted = await world.store.posted(plan_key(incident))
    if posted is None or posted.message_id is None:
        return False
    due = world.now() + lead(world.rules)
    await world.store.record(incident, planned(world, plan.offer, due))
    return True


def planned(world: World, offer: str, due: datetime | None = None) -> Event:
    note = "it stands in the chat, and the time runs" if due else "announced"
    return Event(Kind.PLANNED, world.now(), by=AUTOPILOT, offer=offer, expires_at=due, note=note)


async def go(world: World, incident: Incident) -> bool:
    """Look once more, and approve it; from there on it is an act like any other."""
    offer = choice(incident, world.rules)
    if offer is None or world.now() >= offer.expires_at or await world.store.unhandled():
        return False  # a fresh look, or what a person has just said, comes first
    if await done(world) >= world.rules.autopilot.a_day:
        return await stop(world, incident, "it was done often enough for a day")
    live = await looked_at(world, incident, offer)
    if live is None:
        return await stop(world, incident, "I cannot see how it stands now")
    if why := changed(offer.live, live):
        return await stop(world, incident, why)
    return await approve(world, incident)


async def approve(world: World, incident: Incident) -> bool:
    """By the same move as a person's yes; decided anew on whatever stands there by then."""
    key = f"{AUTOPILOT}:{incident.id}:{incident.relapses}"

    def event(newest: Incident) -> Event:
        offer, why = choice(newest, world.rules), against(newest, world.rules)
        if why or offer is None or plan_of(newest) is None:
            raise Refused(why or "the plan does not stand any more")
        wishes.the_offer(world, newest, offer.id)
        note = f"nobody answered for {span(world.now() - newest.began_at)}"
        return wishes.said(world, Kind.APPROVED, PILOT, key, offer=offer.id, note=note)

    try:
        await wishes.record(world, incident.id, key, event)
    except Refused as no:
        log.info("autopilot.refused", extra={"incident": incident.id, "why": str(no)})
        return False
    log.info("autopilot.approved", extra={"incident": incident.id})
    return True


async def stop(world: World, incident: Incident, why: str) -> bool:
    event = wishes.said(world, Kind.STOPPED, PILOT, "", note=why)
    await world.store.record(incident, event)
    return True


async def looked_at(world: World, incident: Incident, offer: Proposal) -> Live | None:
    action = action_for(world, incident, offer)
    if action is None:
        return None
    try:
        async with asyncio.timeout(world.rules.look_within.total_seconds()):
            return await action.live()
    except (Unavailable, TimeoutError):
        return None


async def why_not(world: World, incident: Incident) -> str:
    """Why a person is needed now, or ""."""
    return (
        against(incident, world.rules)
        or is_doubtful(world, incident)
        or await is_halted(world)
        or await is_silenced(world, incident)
        or await was_asked_about(world, incident)
        or await is_deaf(world)
        or await is_blind(world, incident)
    )


def is_doubtful(world: World, incident: Incident) -> str:
    """Whether a closer look has brought something since the offer was made."""
    offer = choice(incident, world.rules)
    action = action_for(world, incident, offer) if offer else None
    reason = action.suits(incident.evidence) if action and not action.takes else None
    vain = blame(incident, incident.evidence).vain([offer.action]) if offer else {}
    good = isinstance(reason, Reason) and reason.likely and not vain
    return "" if good else "a closer look speaks against it"


async def is_halted(world: World) -> str:
    stop = await halted(world)
    return f"{stop.by} halted everything" if stop else ""


async def is_silenced(world: World, incident: Incident) -> str:
    """Whoever silences a part of it is at work on it, or knows of it."""
    named = {"", *incident.services}
    covering = (s for s in await world.store.silences(world.now()) if s.service in named)
    found = next(covering, None)
    return f"{found.by} began a {found.kind} of it" if found else ""


async def was_asked_about(world: World, incident: Incident) -> str:
    at = await world.store.memo(ASKED.format(incident.id))
    asked = at and datetime.fromisoformat(at) >= incident.began_at
    return "somebody has asked about it" if asked else ""


async def is_deaf(world: World) -> str:
    """A no that cannot be heard is no consent."""
    at = await world.store.memo(HEARD)
    hears = at and world.now() - datetime.fromisoformat(at) <= DEAF
    return "" if hears else "I could not hear anybody say no"


async def is_blind(world: World, incident: Incident) -> str:
    found = await verdicts(world, incident)
    return "I cannot see all of it" if Verdict.BLIND in found.values() else ""


async def done(world: World) -> int:
    return lately(await world.store.recent(MOST), world.now())
