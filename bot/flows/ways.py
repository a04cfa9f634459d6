"""The ways out of an incident: one is chosen, and if it is for people, ticked step by step."""

from __future__ import annotations

from bot.domain.cause import LETTERS, Option
from bot.domain.chosen import Checklist, checklists, current
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.domain.people import Person, Role
from bot.flows import desk, wishes
from bot.ports import World


async def choose(
    world: World, id: int, letter: str, by: Person, key: str, *, name: str = ""
) -> Incident:
    """An act is asked for, as a tap on its offer would; else its checklist is begun.

    `name` is what stood beside the letter when it was tapped. Raises Refused.
    """
    wishes.allow(world, by, Role.RESPONDER)
    incident = await wishes.existing(world, id)
    if incident.heard(key):
        wishes.not_changed(incident, key)
        return incident
    option = the_option(incident, letter, name)
    if option.act:
        return await desk.ask(world, id, option.act, by, key)

    def event(incident: Incident) -> Event:
        option, at = the_option(incident, letter, name), current(incident)
        if at and at.option == option:
            raise Refused(f"{at.choice.by} has chosen that already; its steps are below the card")
        named = {"code": letter, "option": option, "note": option.name}
        return wishes.said(world, Kind.CHOSEN, by, key, **named)

    return await wishes.record(world, id, key, event)


def the_option(incident: Incident, letter: str, name: str) -> Option:
    if incident.status is not Status.OPEN:
        raise Refused(wishes.turn_of(incident))
    known = dict(zip(LETTERS, incident.cause.options if incident.cause else (), strict=False))
    option = known.get(letter)
    if option is None:
        raise Refused(f"say which: {', '.join(known)}" if known else "there is no option yet")
    if name and option.name != name:
        raise Refused("the options have changed; use the newest card")
    return option


async def tick(world: World, id: int, of: tuple[str, int], by: Person, key: str) -> Incident:
    """A step is done: `of` a list's number or its option's letter. Raises Refused."""
    wishes.allow(world, by, Role.RESPONDER)
    which, step = of

    def event(incident: Incident) -> Event:
        one = the_list(incident, which)
        if not 1 <= step <= len(one.option.steps):
            raise Refused(f"{one.letter} has the steps 1 to {len(one.option.steps)}")
        if done := one.ticks.get(step):
            raise Refused(f"{done.by} has ticked that already")
        named = {"code": one.letter, "option": one.option, "note": one.option.steps[step - 1]}
        return wishes.said(world, Kind.TICKED, by, key, step=step, **named)

    return await wishes.record(world, id, key, event)


async def another(world: World, id: int, by: Person, key: str, *, which: str = "") -> Incident:
    """Lay the checklist aside: the options are on the card again. Raises Refused."""
    wishes.allow(world, by, Role.RESPONDER)

    def event(incident: Incident) -> Event:
        if incident.status is not Status.OPEN:
            raise Refused(wishes.turn_of(incident))
        one = the_list(incident, which) if which else current(incident)
        if one is None:
            raise Refused("nothing is chosen; /option B would choose B")
        return wishes.said(world, Kind.LAID_ASIDE, by, key, code=one.letter, note=one.option.name)

    return await wishes.record(world, id, key, event)


def the_list(incident: Incident, which: str) -> Checklist:
    if incident.status not in WHILE_LIVE:
        raise Refused(wishes.turn_of(incident))
    found = [one for one in checklists(incident) if which in {str(one.number), one.letter}]
    if not found:
        raise Refused(f"nobody has chosen {which}; /option {which} does")
    if found[-1].ended:
        raise Refused("that list is laid aside; use the newest card")
    return found[-1]
