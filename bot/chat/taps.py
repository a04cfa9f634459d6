"""Where people are asked what comes next: which way out, which step is done. Tapped or typed."""

from __future__ import annotations

from bot.chat.reading import asked, number, number_and_rest, todo_of
from bot.domain.afterwards import Matter
from bot.domain.cause import LETTERS
from bot.domain.chosen import current
from bot.domain.incident import Incident, Refused
from bot.domain.moves import Kind
from bot.domain.people import Person
from bot.flows import afterwards, corrections, desk, lookup, variables, ways, wishes
from bot.ports import World
from bot.views.message import Button


async def answered(world: World, button: Button, by: Person, key: str) -> str:
    """Carry it out and say in one line what came of it. Raises Refused."""
    id, arg = button.incident, button.arg
    match button.verb:
        case "option":
            letter, _, name = arg.partition(" ")
            found = await ways.choose(world, id, letter, by, key, name=name)
            said = chosen(found, key)
        case "tick":
            which, _, step = arg.partition(".")
            said = ticked(await ways.tick(world, id, (which, int(step)), by, key))
        case "another":
            said = chosen(await ways.another(world, id, by, key, which=arg), key)
        case "added":
            said = asked(await variables.added(world, arg, by, key), key)
        case "yes" | "no" as verb:
            said = await afterwards_of(world, (id, Matter(arg)), by, key, yes=verb == "yes")
        case "deployed":
            await corrections.say(world, id, arg, by, key)
            said = "Noted; the note on the cause says so."
        case "verify":
            await desk.resolve(world, id, "", by, key)
            said = "It is being verified."
        case _:
            raise Refused("that button is from another version; use the newest card")
    return said


async def next_step(world: World, command: str, text: str, by: Person, key: str) -> str:
    """The same as it is typed. Raises Refused."""
    match command:
        case "option":
            return chosen(await choose(world, text, by, key), key)
        case "done":
            return await done(world, text, by, key)
        case "added":
            return asked(await variables.added(world, text, by, key), key)
        case "deployed":
            await corrections.say(world, await wishes.the_only(world), text, by, key)
            return "Noted; the note on the cause says so."
        case "goal" | "notify":
            matter = Matter.GOAL if command == "goal" else Matter.USERS
            id, word = number_and_rest(text)
            about = (id or (await lookup.newest(world, None, by)).id, matter)
            return await afterwards_of(world, about, by, key, yes=word.lower() != "no")
    raise Refused(f"I do not know /{command}; /help lists what I know")


async def afterwards_of(
    world: World, about: tuple[int, Matter], by: Person, key: str, *, yes: bool
) -> str:
    await afterwards.answer(world, *about, by, key, yes=yes)
    if not yes:
        return "You are not asked again."
    return WANTED[about[1]]


WANTED = {Matter.GOAL: "It is on the list: /todo.", Matter.USERS: "The words are below."}


async def choose(world: World, text: str, by: Person, key: str) -> Incident:
    """`/option B`, `/option 12 B`; `/option none` lays aside what was chosen."""
    id, letter = number_and_rest(text) if " " in text else (None, text)
    which = id or await wishes.the_only(world)
    if letter.lower() == "none":
        return await ways.another(world, which, by, key)
    return await ways.choose(world, which, letter.upper(), by, key)


def chosen(incident: Incident, key: str) -> str:
    """What came of a choice: a question where it is an act, else a checklist or none."""
    mark = incident.mark_of(key)
    if mark and mark.kind is Kind.CHOSEN:
        return f"{mark.code} it is: {mark.note}. Its steps are below the card."
    if mark and mark.kind is Kind.LAID_ASIDE:
        return "Laid aside; the card has the options again."
    return asked(incident, key)


async def done(world: World, text: str, by: Person, key: str) -> str:
    """`/done 12.1` for what is on the list of to-dos, `/done 12.b2` for a step of option B."""
    id, _, rest = text.partition(".")
    which, step = rest[:1].upper(), rest[1:]
    if number(id) is None or which not in LETTERS or not which:
        await desk.settle(world, *todo_of(text), by, key)
        return "Done; it is off the list."
    await ways.tick(world, number(id) or 0, (which, number(step) or 0), by, key)
    return "Ticked."


def ticked(incident: Incident) -> str:
    one = current(incident)
    if one and not one.fits:
        return "Ticked. But the cause is seen differently now: look at the card."
    return "Ticked."
