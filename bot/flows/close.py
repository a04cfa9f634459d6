"""Write up what is resolved."""

from __future__ import annotations

from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.domain.past.memory import memory_of
from bot.ports import Unavailable, World
from bot.views.report import report

ENOUGH = 500  # incidents of one day


async def close(world: World) -> bool:
    resolved = await world.store.having(Status.RESOLVED)
    for incident in resolved:
        name = await file_name(world, incident)
        event = Event(Kind.REPORTED, world.now(), note=name)
        try:
            await world.archive.keep(name, report(incident, world.rules))
        except Unavailable as gone:  # the chat still gets it
            event = Event(Kind.REPORTED, world.now(), note=name, code=f"not on disk: {gone}")
        if memory := memory_of(incident):
            await world.store.remember(memory)
        await world.store.record(incident, event)
    return bool(resolved)


async def file_name(world: World, incident: Incident) -> str:
    """incident-YYYY-MM-DD.md, and -2, -3 … for the further ones of that day."""
    day = incident.opened_at.date()
    others = await world.store.recent(ENOUGH)
    earlier = sum(i.opened_at.date() == day and i.id < incident.id for i in others)
    return f"incident-{day:%Y-%m-%d}{f'-{earlier + 1}' if earlier else ''}.md"
