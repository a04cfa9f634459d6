"""What can be typed: each command names the wish it brings to the desk."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Message, MessageEntity

from bot.chat.reading import asked, number, number_and_rest
from bot.chat.taps import next_step
from bot.domain.incident import Refused
from bot.domain.moves import WHILE_LIVE
from bot.domain.people import Person, Role
from bot.domain.severity import Severity
from bot.flows import by_name, desk, duty, lookup, quiet, wishes
from bot.flows.by_name import ask_by_name
from bot.flows.glance import look_now, standing
from bot.flows.halt import go_on, halt
from bot.flows.halted import halted
from bot.ports import World
from bot.views.acts import act_of, choices
from bot.views.choose import how_bad
from bot.views.help import help_text
from bot.views.lookup import SOURCES, diagnosis, log_lines, looked_up
from bot.views.message import Document
from bot.views.message import Message as Words
from bot.views.oncall import on_call
from bot.views.report import report
from bot.views.silence import covered, silences
from bot.views.status import NextLook, looked, status
from bot.views.todo import todos
from bot.views.words import esc, plain

ENOUGH = 200  # incidents in which something may still be left to do


LOOKUPS = ("diagnose", "logs", "privacy", "report", "runbook", "similar", *SOURCES)


@dataclass(frozen=True)
class Typed:
    """A command as typed. `at` is the bot it was meant for, if it said so."""

    name: str
    text: str
    at: str = ""


@dataclass(frozen=True)
class Spoken:
    """The answer to a command. `key` names its post where it is to be edited later."""

    message: Words
    document: Document | None = None
    key: str = ""


def typed(message: Message) -> Typed | None:
    """Read the command that a message begins with (Bot API MessageEntity "bot_command")."""
    commands = message.parse_entities([MessageEntity.BOT_COMMAND])
    first = next((text for entity, text in commands.items() if entity.offset == 0), None)
    if first is None or message.text is None:
        return None
    name, _, at = first[1:].partition("@")
    return Typed(name.lower(), message.text[len(first) :].strip(), at)


async def carry_out(
    world: World, command: Typed, by: Person, key: str, next_look: NextLook | None = None
) -> Spoken:
    """Do what was typed. Raises Refused with one line for the person."""
    match command.name:
        case "status":
            said = await say_status(world, by, next_look)
        case "check":
            said = Spoken(looked(await look_now(world, command.text, by), world.now()))
        case "silence" | "maintenance":
            said = await say_silence(world, command, by, key)
        case "halt" | "resume":
            said = spoken(await switch(world, command, by, key))
        case "oncall":
            said = Spoken(await say_on_call(world, command.text, by, key))
        case "severity":
            said = await say_severity(world, command.text, by, key)
        case "help" | "start":
            said = Spoken(help_text(replies=world.model is not None))
        case "todo":
            wishes.allow(world, by, Role.VIEWER)
            said = Spoken(todos(await world.store.recent(ENOUGH), world.rules))
        case name if name in LOOKUPS or (name == "act" and not command.text):
            said = await look_up(world, command, by)
        case _:
            said = spoken(await wish(world, command, by, key))
    return said


async def look_up(world: World, command: Typed, by: Person) -> Spoken:
    """Answer from what is there to be read; nothing is changed by it."""
    file = None
    match command.name:
        case "report":
            return await hand_over_report(world, command.text, by)
        case "logs":
            message, file = log_lines(*await lookup.read_log(world, "", by), command.text)
        case "act":
            wishes.allow(world, by, Role.VIEWER)
            message = choices(await by_name.within_reach(world))
        case "similar":
            message = await lookup.like_this(world, number(command.text), by)
        case "privacy":
            file = Document("sent-to-claude.json", await lookup.sent_last(world, by))
            message = spoken("What was sent to Claude last, to the letter.").message
        case "runbook":
            message = await lookup.runbook_for(world, number(command.text), by)
        case "diagnose":
            found = await lookup.newest(world, number(command.text), by)
            message = diagnosis(found, world.rules)
        case name:
            told = await lookup.look_up(world, SOURCES[name].source, command.text, by)
            message = looked_up(SOURCES[name], told, world.places)
    return Spoken(message, file)


async def wish(world: World, command: Typed, by: Person, key: str) -> str:
    """Bring the wish to the desk; return one line that says what came of it."""
    text = command.text
    match command.name:
        case "incident":
            incident = await desk.open_by_hand(world, text, by, key)
            said = f"Incident #{incident.id} is open; say on its card how bad it is."
        case "restart" | "rollback" | "act":
            action, words = act_typed(command)
            said = asked(await ask_by_name(world, action, words, by, key), key)
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
        case "unsilence":
            lifted = await quiet.lift(world, number(text), by, key)
            said = f"Heard again: {covered(lifted)}."
        case _:
            said = await next_step(world, command.name, text, by, key)
    return said


async def switch(world: World, command: Typed, by: Person, key: str) -> str:
    """Halt everything that could be done, or let it go on."""
    if command.name == "halt":
        await halt(world, command.text, by, key)
        return "Halted: nothing is done any more, not even what is approved. An admin can /resume."
    ended = await go_on(world, by, key)
    return f"Acts can be approved again; {ended.by} had halted them."


def spoken(line: str) -> Spoken:
    return Spoken(Words(html=esc(line), minimal=line))


def act_typed(command: Typed) -> tuple[str, str]:
    """`/restart`, `/restart database`, `/rollback`, `/act scale 2`: the act, what it takes."""
    words = command.text.split(maxsplit=1)
    what, rest = words[0].lower() if words else "", words[1] if words[1:] else ""
    if command.name == "act":
        return what, rest
    if what and (command.name, command.text.lower()) != ("restart", "database"):
        raise Refused("say /restart, /restart database or /rollback; /act lists the others")
    return f"{command.name}-{what}" if what else command.name, ""


async def say_status(world: World, by: Person, next_look: NextLook | None) -> Spoken:
    wishes.allow(world, by, Role.VIEWER)
    now = world.now()
    message = status(
        [await standing(world, check) for check in world.checks],
        await world.store.having(*WHILE_LIVE),
        await world.store.undelivered(),
        world.rules,
        now,
        silences=await world.store.silences(now),
        shift=await duty.on_call(world),
        halt=await halted(world),
        next_look=next_look,
    )
    return Spoken(message)


async def say_silence(world: World, command: Typed, by: Person, key: str) -> Spoken:
    """Begin one, or list those that are in force."""
    if not command.text:
        wishes.allow(world, by, Role.VIEWER)
        now = world.now()
        return Spoken(silences(await world.store.silences(now), now))
    begin = quiet.maintenance if command.name == "maintenance" else quiet.silence
    begun = await begin(world, command.text, by, key)
    return Spoken(quiet.message_of(world, begun), key=quiet.post_key(begun))


async def say_on_call(world: World, text: str, by: Person, key: str) -> Words:
    wishes.allow(world, by, Role.VIEWER)
    shift = await (duty.take(world, text, by, key) if text else duty.on_call(world))
    return on_call(shift, world.rules, world.now())


async def say_severity(world: World, text: str, by: Person, key: str) -> Spoken:
    """`/severity 12 P1`; without the level four buttons ask for it."""
    wishes.allow(world, by, Role.RESPONDER)
    words = text.split()
    level = words.pop().upper() if words and number(words[-1]) is None else ""
    id = number(words[0]) if words else await wishes.the_only(world)
    if id is None or len(words) > 1 or level not in {"", *Severity}:
        raise Refused("say /severity P1 or /severity 12 P1; P0, P1, P2 and P3 are known")
    if not level:
        incident = await world.store.incident(id)
        if incident is None:
            raise Refused(f"there is no incident #{id}")
        return Spoken(how_bad(incident, world.rules))
    await desk.set_severity(world, id, Severity(level), by, key)
    return spoken(f"Severity of #{id} is {level}.")


async def hand_over_report(world: World, text: str, by: Person) -> Spoken:
    wishes.allow(world, by, Role.VIEWER)
    id = number(text)
    recent = await world.store.recent(1)
    incident = await world.store.incident(id) if id else (recent[0] if recent else None)
    if incident is None:
        raise Refused("there is no such incident" if text else "there has been no incident yet")
    name = f"incident-{incident.opened_at:%Y-%m-%d}-{incident.id}.md"
    line = f"Report of incident #{incident.id} as it stands"
    words = Words(html=esc(line), minimal=plain(line))
    return Spoken(words, Document(name, report(incident, world.rules)))
