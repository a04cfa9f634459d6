"""The one switch that keeps this program from doing anything: thrown and taken back by people."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.halt import LONGEST, Halt, written
from bot.domain.incident import Refused
from bot.domain.people import Person, Role
from bot.flows.halted import HALT, last
from bot.flows.wishes import allow
from bot.ports import World


async def halt(world: World, why: str, by: Person, key: str) -> Halt:
    """`/halt why`: from now on nothing is done, also what is approved already. Raises Refused."""
    allow(world, by, Role.RESPONDER)
    before = await last(world)
    if before and key in {before.key, before.over}:
        return before
    if before and not before.over:
        raise Refused(f"{before.by} has halted everything already; an admin ends that with /resume")
    new = Halt(by.name, world.now(), why[:LONGEST], key)
    await world.store.set_memo(HALT, written(new))
    return new


async def go_on(world: World, by: Person, key: str) -> Halt:
    """`/resume`, for admins: acts can be asked for and approved again. Raises Refused."""
    allow(world, by, Role.ADMIN)
    before = await last(world)
    if before is None or before.over not in {"", key}:
        raise Refused("nothing is halted")
    ended = replace(before, over=key)
    await world.store.set_memo(HALT, written(ended))
    return ended
