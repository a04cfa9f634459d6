"""Bring the chat up to date with every incident: pure views, posted once per event."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.incident import Event, Incident, Kind, Status
from bot.ports import Lane, Post, World
from bot.views.card import card, superseded
from bot.views.message import Document, Message
from bot.views.report import report
from bot.views.thread import all_clear, log, persisted, reminder
from bot.views.words import esc

MOVING = (Status.OPEN, Status.RUNNING, Status.VERIFYING)  # their cards change with time alone


async def announce(world: World) -> bool:
    """Post what is new; the card's key stays, so that it is edited in place."""
    news = await world.store.unannounced()
    for incident, told in news:
        posts = [*cards(world, incident), *others(world, incident, told)]
        await world.store.announce(incident, posts)
    return bool(news)


async def refresh(world: World) -> bool:
    """Let bars fill and questions expire: the same card is posted again as time goes by."""
    for incident in await world.store.having(*MOVING):
        await world.store.post(*cards(world, incident))
    return False


def cards(world: World, incident: Incident) -> Iterator[Post]:
    now, severity = world.now(), incident.severity
    yield Post(
        key=card_key(incident),
        chat=world.chat,
        lane=Lane.PAGE if severity.wakes else Lane.CARD,
        message=card(incident, world.rules, now),
        silent=not world.rules.audible(severity, now),
    )
    if incident.relapses:
        old = f"card:{incident.id}:{incident.relapses - 1}"
        yield Post(old, world.chat, Lane.CARD, superseded(incident), silent=True)


def card_key(incident: Incident) -> str:
    """A relapse gets a card of its own: an edit would wake nobody."""
    return f"card:{incident.id}:{incident.relapses}"


def others(world: World, incident: Incident, told: int) -> Iterator[Post]:
    if message := log(incident, world.rules):
        key = f"log:{incident.id}:{incident.relapses}"
        yield reply(world, incident, key, Lane.CARD, message, silent=True)
    for n, event in enumerate(incident.timeline[told:], start=told + 1):
        if event.kind is Kind.REPORTED:
            yield the_file(world, incident, n)
        if event.kind in OVER and incident.status in {Status.RESOLVED, Status.CLOSED}:
            yield the_all_clear(world, incident)
        elif posted := of_event(world, incident, event):
            message, silent = posted
            yield reply(
                world, incident, f"event:{incident.id}:{n}", Lane.PAGE, message, silent=silent
            )


OVER = (Kind.RECOVERED, Kind.OVERRIDDEN, Kind.REPORTED, Kind.SETTLED)


def of_event(world: World, incident: Incident, event: Event) -> tuple[Message, bool] | None:
    """The page of an event that is one, and whether it makes no sound."""
    if event.kind is Kind.REMINDED:
        return reminder(incident, event, world.rules), False
    if event.kind is Kind.PERSISTED:
        quiet = not world.rules.audible(incident.severity, event.at)
        return persisted(incident, event, world.rules), quiet
    return None


def the_all_clear(world: World, incident: Incident) -> Post:
    """Heard like the alarm was; edited when the report is there and when a to-do is done."""
    quiet = not world.rules.audible(incident.severity, world.now())
    message = all_clear(incident, world.rules)
    return reply(world, incident, clear_key(incident), Lane.PAGE, message, silent=quiet)


def clear_key(incident: Incident) -> str:
    return f"clear:{incident.id}:{incident.relapses}"


def the_file(world: World, incident: Incident, n: int) -> Post:
    reported = incident.timeline[n - 1]
    caption = f"Report of incident #{incident.id} {reported.code}".rstrip()
    return Post(
        key=f"report:{incident.id}:{n}",
        chat=world.chat,
        lane=Lane.ANSWER,
        message=Message(html=esc(caption), minimal=caption),
        silent=True,
        reply_to=card_key(incident),
        document=Document(reported.note, report(incident, world.rules)),
    )


def reply(
    world: World, incident: Incident, key: str, lane: Lane, message: Message, *, silent: bool
) -> Post:
    return Post(key, world.chat, lane, message, silent=silent, reply_to=card_key(incident))
