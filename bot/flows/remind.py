"""Page again while nobody has it, and nobody has said that it is being worked on."""

from __future__ import annotations

from bot.domain.moves import Status
from bot.domain.silence import maintained
from bot.flows.duty import page_again
from bot.ports import World


async def remind(world: World) -> bool:
    waiting = await world.store.having(Status.OPEN)
    silences = await world.store.silences(world.now()) if waiting else ()
    heard = [i for i in waiting if not maintained(silences, i, world.now())]
    paged = [await page_again(world, incident) for incident in heard]
    return any(paged)
