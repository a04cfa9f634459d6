"""Who is on call, and the page that goes up the ladder while nobody answers."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.escalation import calling, ladder, on_ladder, rung_due
from bot.domain.incident import Incident, Refused
from bot.domain.oncall import Member, Shift, read, shift_of, written
from bot.domain.people import Person, Role
from bot.domain.silence import length_of, named
from bot.flows.wishes import allow
from bot.ports import Lane, Post, World
from bot.views.thread import copy_of

ON_CALL = "on call"  # the memo
LONGEST = timedelta(days=14)
SO_LONG = "say for how long like 8h or 2d, at most 14d: /oncall me 8h"


async def on_call(world: World) -> Shift | None:
    """The shift that runs now."""
    shift = read(await world.store.memo(ON_CALL))
    return shift if shift and world.now() < shift.until else None


async def take(world: World, text: str, by: Person, key: str) -> Shift | None:
    """`/oncall me 8h`, `/oncall Ben 2d` or `/oncall off`; return the shift that runs from now."""
    allow(world, by, Role.RESPONDER)
    before = await on_call(world)
    if before and before.key == key:
        return before
    if text.casefold() == "off":
        await world.store.set_memo(ON_CALL, "")
        return None
    name, _, length = text.rpartition(" ")
    lasts = length_of(length)
    if not name or lasts is None or not timedelta() < lasts <= LONGEST:
        raise Refused(SO_LONG)
    shift = shift_of(who(world, name.strip(), by), world.now() + lasts, key)
    await world.store.set_memo(ON_CALL, written(shift))
    return shift


def who(world: World, name: str, by: Person) -> Person | Member:
    if name.casefold() == "me":
        return by
    roster = world.rules.roster
    found = next((m for m in roster if m.name.casefold() == name.casefold()), None)
    if found is None:
        known = named(["me", *(m.name for m in roster)])
        raise Refused(f"I do not know who that is; say one of: {known}")
    return found


async def page_again(world: World, incident: Incident) -> bool:
    """Remind whoever is on call, and whoever is next on the ladder by now.

    The copy for another chat goes first, under a key of its own: a crash between the two posts it
    once all the same.
    """
    rung = rung_due(incident, world.rules, world.now())
    if rung is None:
        return False
    if rung and (chat := ladder(world.rules)[rung - 1].chat):
        await world.store.post(copy_for(world, incident, rung, chat))
    shift = await on_call(world)
    first = (shift.member,) if shift else ()
    people = {m.id: m for m in (*first, *on_ladder(world.rules, rung))}
    await world.store.record(incident, calling(rung, list(people.values()), world.now()))
    return True


def copy_for(world: World, incident: Incident, rung: int, chat: int) -> Post:
    key = f"rung:{incident.id}:{incident.relapses}:{rung}"
    return Post(key, chat, Lane.PAGE, copy_of(incident, world.rules))
