"""What can be typed: each command names the wish it brings to the desk."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Message, MessageEntity

from bot.domain.check import Verdict
from bot.domain.incident import WHILE_LIVE, Refused
from bot.domain.people import Person, Role
from bot.flows import desk
from bot.flows.watch import verdict_of
from bot.ports import World
from bot.views.acts import act_of
from bot.views.help import help_text
from bot.views.message import Document
from bot.views.message import Message as Words
from bot.views.report import report
from bot.views.status import Standing, status
from bot.views.todo import todos
from bot.views.words import esc, plain

ENOUGH = 200  # incidents in which something may still be left to do


@dataclass(frozen=True)
class Typed:
    """A command as typed. `at` is the bot it was meant for, if it said so."""

    name: str
    text: str
    at: str = ""


@dataclass(frozen=True)
class Spoken:
    """The answer to a command."""

    message: Words
    document: Document | None = None


def typed(message: Message) -> Typed | None:
    """Read the command that a message begins with (Bot API MessageEntity "bot_command")."""
    commands = message.parse_entities([MessageEntity.BOT_COMMAND])
    first = next((text for entity, text in commands.items() if entity.offset == 0), None)
    if first is None or message.text is None:
        return None
    name, _, at = first[1:].partition("@")
    return Typed(name.lower(), message.text[len(first) :].strip(), at)


async def carry_out(world: World, command: Typed, by: Person, key: str) -> Spoken:
    """Do what was typed. Raises Refused with one line for the person."""
    match command.name:
        case "status":
            return await say_status(world, by)
        case "help" | "start":
            return Spoken(help_text())
        case "report":
            return await hand_over_report(world, command.text, by)
        case "todo":
            desk.allow(world, by, Role.VIEWER)
            return Spoken(todos(await world.store.recent(ENOUGH), world.rules))
    return spoken(await wish(world, command, by, key))


async def wish(world: World, command: Typed, by: Person, key: str) -> str:
    """Bring the wish to the desk; return one line that says what came of it."""
    text = command.text
    match command.name:
        case "incident":
            incident = await desk.open_by_hand(world, text, by, key)
            said = f"Incident #{incident.id} is open; say on its card how bad it is."
        case "restart" | "rollback":
            incident = await desk.ask_by_name(world, act_typed(command), by, key)
            ask = incident.asked.ask if incident.asked else ""
            said = f"Confirm on the card, or type /approve {ask}"
        case "approve":
            incident = await desk.approve(world, text, by, key)
            approved = incident.approved
            said = f"Approved: {act_of(approved.action).noun if approved else text}."
        case "deny":
            await desk.deny(world, text, by, key)
            said = "Denied; nothing will be done."
        case "ack":
            incident = await desk.acknowledge(world, number(text), by, key)
            said = f"You have #{incident.id}; pages stop."
        case "resolve":
            id, reason = number_and_rest(text)
            incident = await desk.resolve(world, id, reason, by, key)
            said = f"#{incident.id} is {'closed on your word' if reason else 'being verified'}."
        case "done":
            await desk.settle(world, *todo_of(text), by, key)
            said = "Done; it is off the list."
        case _:
            raise Refused(f"I do not know /{command.name}; /help lists what I know")
    return said


def spoken(line: str) -> Spoken:
    return Spoken(Words(html=esc(line), minimal=line))


def number(text: str) -> int | None:
    digits = text.lstrip("#")
    sensible = digits.isdecimal() and len(digits) <= desk.LONGEST_NUMBER
    return int(digits) if sensible else None


def act_typed(command: Typed) -> str:
    """`/restart`, `/restart database` or `/rollback`."""
    what = command.text.lower()
    if what and (command.name, what) != ("restart", "database"):
        raise Refused("say /restart, /restart database or /rollback")
    return f"{command.name}-{what}" if what else command.name


def todo_of(text: str) -> tuple[int, int]:
    """Read "12.1": the first to-do of incident 12."""
    id, _, step = text.partition(".")
    first, second = number(id), number(step)
    if first is None or second is None:
        raise Refused("say which: /done 12.1, as /todo lists it")
    return first, second


def number_and_rest(text: str) -> tuple[int | None, str]:
    """Split "12 the reason" into its parts; the number may be left out."""
    first, _, rest = text.partition(" ")
    id = number(first)
    return (id, rest.strip()) if id is not None else (None, text)


async def say_status(world: World, by: Person) -> Spoken:
    desk.allow(world, by, Role.VIEWER)
    standings = [await standing(world, c.service, c.name) for c in world.checks]
    live = await world.store.having(*WHILE_LIVE)
    waiting = await world.store.undelivered()
    return Spoken(status(standings, live, waiting, world.rules, world.now()))


async def standing(world: World, service: str, check: str) -> Standing:
    newest = await world.store.results(service, check, limit=1)
    verdict = await verdict_of(world, service, check) if newest else Verdict.UNSURE
    return Standing(service, check, verdict, newest[0] if newest else None)


async def hand_over_report(world: World, text: str, by: Person) -> Spoken:
    desk.allow(world, by, Role.VIEWER)
    id = number(text)
    recent = await world.store.recent(1)
    incident = await world.store.incident(id) if id else (recent[0] if recent else None)
    if incident is None:
        raise Refused("there is no such incident" if text else "there has been no incident yet")
    name = f"incident-{incident.opened_at:%Y-%m-%d}-{incident.id}.md"
    line = f"Report of incident #{incident.id} as it stands"
    words = Words(html=esc(line), minimal=plain(line))
    return Spoken(words, Document(name, report(incident, world.rules)))
