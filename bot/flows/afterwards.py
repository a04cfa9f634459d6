"""What people answer when it is over: a goal is noted, the words for users are handed over."""

from __future__ import annotations

from bot.domain.afterwards import Matter, goal_of, open_matters
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import Kind, Status
from bot.domain.people import Person, Role
from bot.flows import wishes
from bot.ports import World

NOUNS = {Matter.GOAL: "follow-up", Matter.USERS: "message to users"}


async def answer(
    world: World, id: int, matter: Matter, by: Person, key: str, *, yes: bool
) -> Incident:
    """Raises Refused where it is not over, or has been answered."""
    wishes.allow(world, by, Role.RESPONDER)

    def event(incident: Incident) -> Event:
        if incident.status not in {Status.RESOLVED, Status.CLOSED}:
            raise Refused(f"#{incident.id} is not over")
        if matter not in open_matters(incident):
            raise Refused(f"nobody waits for an answer on a {NOUNS[matter]}")
        if not yes:
            return wishes.said(world, Kind.DECLINED, by, key, code=matter, note=NOUNS[matter])
        if matter is Matter.USERS:
            return wishes.said(world, Kind.DRAFTED, by, key, code=matter)
        step = 1 + sum(e.kind is Kind.LEFT for e in incident.timeline)
        left = {"code": matter, "note": goal_of(incident), "step": step}
        return wishes.said(world, Kind.LEFT, by, key, **left)

    return await wishes.record(world, id, key, event)
