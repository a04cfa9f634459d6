"""What a tap answers where people are asked what to do next: which way out, which step is done."""

from __future__ import annotations

from bot.chat.commands import chosen
from bot.domain.chosen import current
from bot.domain.incident import Incident, Refused
from bot.domain.people import Person
from bot.flows import desk, ways
from bot.ports import World
from bot.views.message import Button


async def answered(world: World, button: Button, by: Person, key: str) -> str:
    """Carry it out and say in one line what came of it. Raises Refused."""
    id, arg = button.incident, button.arg
    match button.verb:
        case "option":
            letter, _, name = arg.partition(" ")
            found = await ways.choose(world, id, letter, by, key, name=name)
            return chosen(found, key)
        case "tick":
            which, _, step = arg.partition(".")
            return ticked(await ways.tick(world, id, (which, int(step)), by, key))
        case "another":
            return chosen(await ways.another(world, id, by, key, which=arg), key)
        case "verify":
            await desk.resolve(world, id, "", by, key)
            return "It is being verified."
    raise Refused("that button is from another version; use the newest card")


def ticked(incident: Incident) -> str:
    one = current(incident)
    if one and not one.fits:
        return "Ticked. But the cause is seen differently now: look at the card."
    return "Ticked."
