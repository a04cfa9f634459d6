"""What people say of a deploy: that it is behind the trouble, or is not."""

from __future__ import annotations

from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import WHILE_LIVE, Kind
from bot.domain.people import Person, Role
from bot.domain.recent import recent
from bot.flows import wishes
from bot.ports import World

KINDS = {"right": Kind.NOTED, "not": Kind.CLEARED, "was": Kind.ACCUSED}


async def say(world: World, id: int, what: str, by: Person, key: str) -> Incident:
    """`what` is "right", "not NAME" or "was NAME", of a deploy as it was shown. Raises Refused."""
    wishes.allow(world, by, Role.RESPONDER)
    word, _, name = what.partition(" ")
    if word not in KINDS or (word != "right") != bool(name):
        raise Refused("say which: /deployed right, /deployed not 8e1f0a2 or /deployed was 8e1f0a2")

    def event(incident: Incident) -> Event:
        if incident.status not in WHILE_LIVE:
            raise Refused(wishes.turn_of(incident))
        known = recent(incident.evidence)
        if known is None or name not in {"", known.name, *known.others}:
            raise Refused("that deploy is not among the newest any more; /diagnose looks again")
        if word == "right":
            answer = "yes" if known.yes else "no"
            note = f"recently deployed? {answer}, that is right ({known.said})"
            return wishes.said(world, Kind.NOTED, by, key, note=note)
        deploy = known.deploy if name == known.name else name
        if any((c.deploy, c.guilty) == (deploy, word == "was") for c in incident.corrections):
            raise Refused("that has been said already")
        return wishes.said(world, KINDS[word], by, key, code=deploy, note=name)

    return await wishes.record(world, id, key, event)
