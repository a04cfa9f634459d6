"""Bring the chat up to date with every incident: pure views, posted once per event."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from bot.domain.chosen import checklists
from bot.domain.incident import Event, Incident
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.domain.rules import Rules
from bot.ports import Lane, Post, World
from bot.views.afterwards import draft
from bot.views.autopilot import came_of_it, planned
from bot.views.card import card, superseded
from bot.views.message import Document, Message
from bot.views.report import report
from bot.views.storm import storm
from bot.views.thread import all_clear, log, persisted, reminder
from bot.views.ways import checklist
from bot.views.words import esc

STORM = "storm"  # the memo: one is not over yet
MOST_AT_ONCE = 200  # incidents that are looked at for a storm
MOVING = (Status.OPEN, Status.RUNNING, Status.VERIFYING)  # their cards change with time alone


async def announce(world: World) -> bool:
    """Post what is new; the card's key stays, so that it is edited in place."""
    news = await world.store.unannounced()
    if not news:
        return False
    stormy = await storms(world)
    for incident, told in news:
        posts = [*cards(world, incident, stormy), *others(world, incident, told)]
        if incident.id in stormy:
            posts.insert(0, stormy[incident.id])
        await world.store.announce(incident, posts)
    return True


async def storms(world: World) -> Mapping[int, Post]:
    """For each incident that came in a storm, the one message that tells of all of them."""
    rules, posts = world.rules, dict[int, Post]()
    if not await may_storm(world):
        return posts
    gathered = list(gusts(await world.store.recent(MOST_AT_ONCE), rules))
    if not any(i.status in WHILE_LIVE for together in gathered for i in together):
        await world.store.set_memo(STORM, "")
    for together in gathered:
        first = together[0]
        quiet = not any(rules.audible(i.severity, i.began_at) for i in together)
        key = f"storm:{first.id}:{first.relapses}"
        post = Post(key, world.chat, Lane.STORM, storm(together, rules), silent=quiet)
        posts |= {i.id: post for i in together}
    return posts


async def may_storm(world: World) -> bool:
    """Seldom so: reading many incidents must not hold up the page of a single one."""
    if await world.store.memo(STORM):
        return True
    rules = world.rules
    begun = any(gusts(await world.store.recent(rules.storm), rules))
    if begun:
        await world.store.set_memo(STORM, "blows")
    return begun


def gusts(incidents: Iterable[Incident], rules: Rules) -> Iterator[Sequence[Incident]]:
    """Incidents that followed each other so closely, in such number, that they are told as one."""
    gust: list[Incident] = []
    for incident in sorted(incidents, key=lambda i: (i.began_at, i.id)):
        if gust and incident.began_at - gust[-1].began_at > rules.storm_within:
            if len(gust) >= rules.storm:
                yield gust
            gust = []
        gust.append(incident)
    if len(gust) >= rules.storm:
        yield gust


async def refresh(world: World) -> bool:
    """Let bars fill and questions expire: the same card is posted again as time goes by."""
    moving = await world.store.having(*MOVING)
    stormy = await storms(world) if len(moving) >= world.rules.storm else {}
    for incident in moving:
        await world.store.post(*cards(world, incident, stormy))
    return False


def cards(world: World, incident: Incident, stormy: Container[int] = ()) -> Iterator[Post]:
    """The card is the page, but for one of a storm: that has one page for all."""
    now, severity, alone = world.now(), incident.severity, incident.id not in stormy
    yield Post(
        key=card_key(incident),
        chat=world.chat,
        lane=Lane.PAGE if severity.wakes and alone else Lane.CARD,
        message=card(incident, world.rules, now, world.places.get(incident.service, {})),
        silent=not (alone and world.rules.audible(severity, now)),
    )
    if incident.cards:
        old = f"card:{incident.id}:{incident.cards - 1}"
        yield Post(old, world.chat, Lane.CARD, superseded(incident), silent=True)


def card_key(incident: Incident) -> str:
    """A relapse gets a card of its own, and so does our return: an edit would wake nobody."""
    return f"card:{incident.id}:{incident.cards}"


def others(world: World, incident: Incident, told: int) -> Iterator[Post]:
    if message := log(incident, world.rules):
        key = f"log:{incident.id}:{incident.relapses}"
        yield reply(world, incident, key, Lane.CARD, message, silent=True)
    for one in checklists(incident):
        key, list_ = f"way:{incident.id}:{one.number}", checklist(incident, one, world.rules)
        yield reply(world, incident, key, Lane.CARD, list_, silent=True)
    if told_users := draft(incident):
        key = f"users:{incident.id}:{incident.relapses}"
        yield reply(world, incident, key, Lane.ANSWER, told_users, silent=True)
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
    if message := planned(incident, world.rules):
        yield reply(world, incident, plan_key(incident), Lane.PAGE, message, silent=False)


def plan_key(incident: Incident) -> str:
    """Whoever is to say no must hear it, at any hour: this one always makes a sound."""
    return f"autopilot:{incident.id}:{incident.relapses}"


ENDS = (Kind.RECOVERED, Kind.OVERRIDDEN, Kind.REPORTED)
OVER = (*ENDS, Kind.SETTLED, Kind.LEFT, Kind.DRAFTED, Kind.DECLINED)


def of_event(world: World, incident: Incident, event: Event) -> tuple[Message, bool] | None:
    """The page of an event that is one, and whether it makes no sound."""
    if event.kind is Kind.REMINDED:
        return reminder(incident, event, world.rules), False
    if message := came_of_it(incident, event, world.rules):
        return message, not world.rules.audible(incident.severity, event.at)
    if event.kind is Kind.PERSISTED:
        rules = world.rules
        wavers = incident.fell_again(event.at - rules.flaps_within) > rules.flaps
        quiet = wavers or not rules.audible(incident.severity, event.at)
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
