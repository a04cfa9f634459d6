"""What a person may ask for. Each records a wish; the engine carries it out.

Every function raises Refused with one line for the person when the house rules say no. `key` names
the chat update that brought the wish, so that a wish delivered twice is recorded once.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.domain.autopilot import plan_of
from bot.domain.chosen import current
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.domain.people import Person, Role
from bot.domain.remedy import Barred, Proposal, Reason, Risk, changed
from bot.domain.severity import Severity
from bot.flows.act import action_for
from bot.flows.halted import halted
from bot.flows.wishes import (
    allow,
    existing,
    not_changed,
    not_during,
    record,
    said,
    the_asked,
    the_offer,
    the_only,
    the_question,
    turn_of,
)
from bot.ports import Unavailable, World
from bot.views.acts import act_of


async def ask(world: World, id: int, offer: str, by: Person, key: str) -> Incident:
    """Tap of an offer: a risky one puts the question that `approve` or `deny` will answer.

    A harmless one is approved by this tap. A fresh look may have renewed the offer while the
    finger was on its way: it is then about the newest one, which the card shows.
    """
    allow(world, by, Role.RESPONDER)
    stop = await halted(world)
    incident = await existing(world, id)
    if not incident.heard(key):
        not_during(stop)
        current = the_offer(world, incident, incident.renewed(offer))
        await as_it_was(world, incident, current, by, key)
    not_changed(incident, key)

    def event(incident: Incident) -> Event:
        not_during(stop)
        current = the_offer(world, incident, incident.renewed(offer))
        return asking(world, incident, fullest(world, incident, current), by, key)

    return await record(world, id, key, event)


def asking(world: World, incident: Incident, offer: Proposal, by: Person, key: str) -> Event:
    """The question about an offer; or its approval where one tap is enough."""
    ask = f"{incident.id}-{incident.version + 1}"
    named: dict[str, Any] = {"offer": offer.id, "ask": ask, "proposals": (offer,)}
    if offer.risk is Risk.LOW and offer.action not in world.rules.two_people:
        return said(world, Kind.APPROVED, by, key, **named)
    expires = world.now() + world.rules.ask_valid
    return said(world, Kind.ASKED, by, key, expires_at=expires, **named)


def fullest(world: World, incident: Incident, offer: Proposal) -> Proposal:
    """The same offer with all that is known by now: slower evidence comes after the first look.

    Raises Refused when that bars it.
    """
    action = action_for(world, incident, offer)
    reason = action.suits(incident.evidence) if action else None
    if isinstance(reason, Barred):
        noun = act_of(offer.action).noun
        raise Refused(f"a {noun} is not on offer any more: {reason.why}")
    if not isinstance(reason, Reason) or reason.target != offer.target:
        return offer
    return replace(offer, why=reason.why, evidence=reason.evidence, brief=reason.brief)


async def as_it_was(
    world: World, incident: Incident, offer: Proposal, by: Person, key: str
) -> None:
    """Look once more, at the tap. Raises Refused when what the offer rests on has changed.

    Where nothing can be seen now, the look just before the call decides.
    """
    action = action_for(world, incident, offer)
    try:
        async with asyncio.timeout(world.rules.look_within.total_seconds()):
            live = await action.live() if action else offer.live
    except (Unavailable, TimeoutError):
        return
    why = changed(offer.live, live)
    if why is None:
        return

    def event(newest: Incident) -> Event:
        if newest.status is not Status.OPEN:  # somebody was faster: their yes is not ours to undo
            raise Refused(turn_of(newest))
        note = f"{why}; nothing was done"
        return said(world, Kind.WITHDRAWN, by, key, offer=offer.id, note=note)

    not_changed(await record(world, incident.id, key, event), key)


async def approve(world: World, ask: str, by: Person, key: str) -> Incident:
    """Second tap: exactly what was asked is approved, once, by somebody who may."""
    allow(world, by, Role.RESPONDER)
    incident, stop = await the_asked(world, ask), await halted(world)

    def event(incident: Incident) -> Event:
        not_during(stop)
        question = the_question(world, incident, ask)
        offer = the_offer(world, incident, question.offer)
        if offer.action in world.rules.two_people and question.by_id == by.id:
            raise Refused("somebody else must say yes to that: you asked for it")
        return said(world, Kind.APPROVED, by, key, offer=question.offer, ask=ask)

    if not incident.heard(key):
        asked = event(incident)
        await as_it_was(world, incident, the_offer(world, incident, asked.offer), by, key)
    not_changed(incident, key)
    return await record(world, incident.id, key, event)


async def deny(world: World, ask: str, by: Person, key: str) -> Incident:
    allow(world, by, Role.RESPONDER)
    incident = await the_asked(world, ask)

    def event(incident: Incident) -> Event:
        question = the_question(world, incident, ask)
        return said(world, Kind.DENIED, by, key, offer=question.offer, ask=ask)

    return await record(world, incident.id, key, event)


async def stop(world: World, id: int, by: Person, key: str) -> Incident:
    """Say no to what would be done by itself: for this spell that is the last word."""
    allow(world, by, Role.RESPONDER)

    def event(incident: Incident) -> Event:
        if incident.status is not Status.OPEN:
            raise Refused(turn_of(incident))
        if plan_of(incident) is None:
            raise Refused("nothing will be done by itself any more")
        return said(world, Kind.STOPPED, by, key, note=f"{by.name} said no")

    return await record(world, id, key, event)


async def acknowledge(world: World, id: int | None, by: Person, key: str) -> Incident:
    allow(world, by, Role.RESPONDER)

    def event(incident: Incident) -> Event:
        if incident.acknowledged:
            raise Refused(f"{incident.acknowledged.by} has it already")
        return said(world, Kind.ACKNOWLEDGED, by, key)

    return await record(world, id or await the_only(world), key, event)


async def set_severity(world: World, id: int, severity: Severity, by: Person, key: str) -> Incident:
    allow(world, by, Role.RESPONDER)
    return await record(
        world, id, key, lambda _: said(world, Kind.SEVERITY, by, key, severity=severity)
    )


async def open_by_hand(world: World, what: str, by: Person, key: str) -> Incident:
    """`/incident what is wrong`: open one; what fails already is joined to the same incident."""
    allow(world, by, Role.RESPONDER)
    service = next(iter(dict.fromkeys(c.service for c in world.checks)))
    known = await world.store.latest(service)
    if known and known.heard(key):
        return known
    if known and known.status in WHILE_LIVE:
        raise Refused(f"incident #{known.id} is open for {service} already; its card is above")
    event = said(world, Kind.DETECTED, by, key, note=what or "opened by hand")
    if known and known.status is Status.RESOLVED:
        return await world.store.record(known, event)
    return await world.store.open(service, event)


async def resolve(world: World, id: int | None, reason: str, by: Person, key: str) -> Incident:
    """`/resolve`: begin the proof; with a reason: it is over because a person says so."""
    allow(world, by, Role.RESPONDER)

    def event(incident: Incident) -> Event:
        if reason:
            return said(world, Kind.OVERRIDDEN, by, key, note=reason)
        if incident.status is Status.VERIFYING:
            raise Refused("it is being verified; /resolve REASON ends that on your word")
        return said(world, Kind.HEALED, by, key, note=fixed(incident, by))

    return await record(world, id or await the_only(world), key, event)


def fixed(incident: Incident, by: Person) -> str:
    """On whose word the proof begins, and what was done for it."""
    one = current(incident)
    way = f"“{one.option.name}”: {len(one.ticks)} of {len(one.option.steps)} steps" if one else ""
    return f"{by.name} says it is fixed{f' ({way})' if way else ''}"


async def settle(world: World, id: int, step: int, by: Person, key: str) -> Incident:
    """A person has done what an act had left to do."""
    allow(world, by, Role.RESPONDER)

    def event(incident: Incident) -> Event:
        left = next((e for e in incident.left if e.step == step), None)
        if left is None:
            raise Refused(why_not_left(incident, step))
        return said(world, Kind.SETTLED, by, key, step=step, note=left.note)

    return await record(world, id, key, event)


def why_not_left(incident: Incident, step: int) -> str:
    if any(e.kind is Kind.LEFT and e.step == step for e in incident.timeline):
        return "that is done already"
    return f"there is no to-do {incident.id}.{step}; /todo lists them"
