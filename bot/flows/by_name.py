"""Acts that a person asks for by name: /restart, /act scale 2. What stands on the card, typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import WHILE_LIVE, Status
from bot.domain.people import Person, Role
from bot.domain.remedy import Barred, Proposal, Reach, wished
from bot.domain.why.blame import blame
from bot.flows import desk, wishes
from bot.flows.halted import halted
from bot.ports import Action, World
from bot.views.acts import act_of


async def ask_by_name(world: World, action: str, words: str, by: Person, key: str) -> Incident:
    """Ask for the act of that name, with what it takes, on the one incident it can be meant for.

    What is on offer is asked for as a tap would; the rest is looked at first, and refused with the
    reason. Raises Refused.
    """
    wishes.allow(world, by, Role.RESPONDER)
    for known in await world.store.having(*WHILE_LIVE):
        if known.heard(key):
            wishes.not_changed(known, key)
            return known
    live = await world.store.having(Status.OPEN)
    offers = [(i, p) for i in live for p in i.proposals if p.action == action]
    if len(offers) > 1:
        raise Refused(f"{len(offers)} incidents offer that; tap it on the card you mean")
    if offers and not words:
        incident, proposal = offers[0]
        return await desk.ask(world, incident.id, proposal.id, by, key)
    incident, remedy = await meant(world, live, action)
    stop = await halted(world)
    wishes.not_during(stop)
    await desk.as_it_was(world, incident, offer_of(world, incident, remedy, words), by, key)

    def event(incident: Incident) -> Event:
        wishes.not_during(stop)
        return desk.asking(world, incident, offer_of(world, incident, remedy, words), by, key)

    return await wishes.record(world, incident.id, key, event)


async def meant(world: World, live: Sequence[Incident], action: str) -> tuple[Incident, Action]:
    found = [(i, a) for i in live for a in mine(world, i) if a.name == action]
    if not found:
        raise Refused(await why_not(world, action))
    if len(found) > 1:
        raise Refused(f"{len(found)} services could be meant; tap it on the card you mean")
    return found[0]


def offer_of(world: World, incident: Incident, remedy: Action, words: str) -> Proposal:
    noun = act_of(remedy.name).noun
    if incident.triage is None:
        raise Refused("I am still looking into it; ask again in a moment")
    if words and not remedy.takes:
        raise Refused(f"a {noun} takes nothing more: /act {remedy.name}")
    if why := blame(incident, incident.evidence).vain([remedy.name]).get(remedy.name):
        raise Refused(f"a {noun} is not on offer: {why}")
    look, until = incident.version + 1, world.now() + world.rules.offer_valid
    offer = wished(remedy, incident.evidence, words, look, until)
    if isinstance(offer, Barred):
        raise Refused(f"a {noun} is not on offer: {offer.why}")
    return replace(offer, seen_at=incident.triage.at)


async def within_reach(world: World) -> Sequence[Reach]:
    """Every act that the settings allow, as things stand in the incidents that are open."""
    live = await world.store.having(Status.OPEN)
    found = []
    for action in world.actions:
        incident = next((i for i in live if action.service in i.services), None)
        barred = why_barred(action, incident)
        number = incident.id if incident else 0
        found.append(Reach(action.name, action.service, action.takes, number, barred))
    return found


def why_barred(action: Action, incident: Incident | None) -> str:
    """Why it cannot be asked for as it is, or ""."""
    if incident is None:
        return "no incident is open"
    if incident.triage is None:
        return "I am still looking into it"
    if why := blame(incident, incident.evidence).vain([action.name]).get(action.name):
        return why
    found = action.suits(incident.evidence, None if action.takes else "")
    return found.why if isinstance(found, Barred) else ""


def mine(world: World, incident: Incident) -> Iterator[Action]:
    return (a for a in world.actions if a.service in incident.services)


async def why_not(world: World, action: str) -> str:
    live, noun = await world.store.having(*WHILE_LIVE), act_of(action).noun
    if not live:
        return f"nothing is wrong, so no {noun} is on offer; /incident opens one by hand"
    if live[0].status is Status.OPEN:
        return f"a {noun} is nothing that I may do here; /act lists what is"
    return f"a {noun} is not on offer; {wishes.turn_of(live[0])}"
