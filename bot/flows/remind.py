"""Page again while nobody has it."""

from __future__ import annotations

from bot.domain.incident import Event, Incident, Kind, Status
from bot.ports import World


async def remind(world: World) -> bool:
    due = [i for i in await world.store.having(Status.OPEN) if is_due(world, i)]
    for incident in due:
        await world.store.record(incident, Event(Kind.REMINDED, world.now()))
    return bool(due)


def is_due(world: World, incident: Incident) -> bool:
    if not incident.severity.wakes or incident.holder:
        return False
    paged = [e for e in incident.spell if e.kind in {Kind.DETECTED, Kind.REMINDED, Kind.PERSISTED}]
    return world.now() - paged[-1].at >= world.rules.remind_every
