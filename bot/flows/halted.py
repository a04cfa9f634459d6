"""Whether acts are halted: whoever lets one begin asks here first."""

from __future__ import annotations

from bot.domain.halt import Halt, read
from bot.ports import World

HALT = "halt"  # the memo


async def halted(world: World) -> Halt | None:
    """The halt that is in force."""
    latest = await last(world)
    return None if latest is None or latest.over else latest


async def last(world: World) -> Halt | None:
    """The last one, also when it is over."""
    return read(await world.store.memo(HALT))
