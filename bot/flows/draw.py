"""A picture of each incident: once it has been looked into, and once more when it is over."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial

from bot.domain.charts.chart import Chart, Frame, around
from bot.domain.charts.plots import answers, errors, glances, history, usage
from bot.domain.charts.telling import Subject, log_of, metrics_of, subject
from bot.domain.check import Result
from bot.domain.evidence import Evidence
from bot.domain.incident import Incident
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.flows.announce import reply, storms
from bot.flows.triage import gather
from bot.ports import Artist, Lane, Unavailable, World
from bot.views.message import Picture
from bot.views.picture import words_of

DRAWN = "charts"  # memo: spells with a picture that does not show their end yet
WITHIN = 30.0  # seconds for a picture
LARGEST = 300_000  # bytes: it is kept in a row until it is sent
BEFORE, SHORTEST = timedelta(minutes=15), timedelta(minutes=20)  # what is shown of the time
MOST_LOOKS = 2_000  # of a check


async def draw(world: World) -> bool:
    """One picture a turn: it may take half a minute."""
    if world.artist is None:
        return False
    drawn = set((await world.store.memo(DRAWN) or "").split())
    live = await world.store.having(*WHILE_LIVE)
    for incident in await ready(world, live, drawn):
        await show(world, world.artist, incident)
        await world.store.set_memo(DRAWN, " ".join({*drawn, spell(incident)}))
        return True
    for name in drawn - {spell(incident) for incident in live}:
        ended = await world.store.incident(int(name.partition(":")[0]))
        if ended and spell(ended) == name:
            await show(world, world.artist, ended, again=True)
        await world.store.set_memo(DRAWN, " ".join(drawn - {name}))
        return True
    return False


def spell(incident: Incident) -> str:
    return f"{incident.id}:{incident.relapses}"


async def ready(
    world: World, live: Sequence[Incident], drawn: Collection[str]
) -> Sequence[Incident]:
    """Those that nothing will look deeper into; those of a storm have one message for all."""
    waiting = [i for i in live if spell(i) not in drawn and has_been_looked_into(world, i)]
    stormy = await storms(world) if waiting and len(live) >= world.rules.storm else {}
    return [i for i in waiting if i.id not in stormy]


def has_been_looked_into(world: World, incident: Incident) -> bool:
    if incident.status is not Status.OPEN:
        return any(event.kind is Kind.TRIAGED for event in incident.spell)
    slow = bool(world.deeper or world.runbooks)
    return incident.triage is not None and not (slow and incident.needs_investigation)


async def show(world: World, artist: Artist, incident: Incident, *, again: bool = False) -> None:
    """Post it under the card, or the words of it alone; a second one that fails changes nothing."""
    chart = await chart_of(world, incident, again=again)
    picture, missing = None, ""
    try:
        picture = await drawn_by(artist, chart)
    except Unavailable as gone:
        missing = str(gone)
    if again and missing:
        return
    message = words_of(chart, incident, world.rules, missing=missing)
    key = f"chart:{spell(incident)}"
    post = reply(world, incident, key, Lane.THREAD, message, silent=True)
    await world.store.post(replace(post, picture=picture))


async def drawn_by(artist: Artist, chart: Chart) -> Picture:
    """Raises Unavailable."""
    try:
        async with asyncio.timeout(WITHIN):
            png = await artist.draw(chart)
    except TimeoutError:
        raise Unavailable("drawing it took too long") from None
    if len(png) > LARGEST:
        raise Unavailable("it is too large")
    return Picture(b64encode(png).decode())


async def chart_of(world: World, incident: Incident, *, again: bool) -> Chart:
    """What tells most of it, as far as it is known; `again` asks anew for how it went on."""
    about, now = subject(incident), world.now()
    frame = framed(incident, about, now, world.rules.zone)
    newest = await asked_again(world, incident, about) if again else None
    if about is Subject.ERRORS:
        log = log_of(incident, newest, now)
        return errors(frame, log.per_minute, since=log.since, unread=log.unread)
    if about is Subject.MEMORY:
        found = incident.evidence if newest is None else (*incident.evidence, newest)
        return usage(frame, metrics_of(found))
    if about is Subject.TIMES:
        slow = incident.failing[0]
        service, check = incident.named(slow)
        looks = await looks_at(world, frame, service, check)
        return await asyncio.to_thread(partial(answers, frame, looks, what=check))
    return await checks_of(world, incident, frame)


def framed(incident: Incident, about: Subject, now: datetime, zone: tzinfo) -> Frame:
    """Near enough to see how it began; memory takes its time to fill."""
    if about is Subject.MEMORY:
        return around(incident, now, zone)
    return around(incident, now, zone, before=BEFORE, shortest=SHORTEST)


async def asked_again(world: World, incident: Incident, about: Subject) -> Evidence | None:
    asked = [s for s in (*world.sources, *world.deeper) if s.name == about.source]
    found = await gather(world, incident, asked)
    return found[0] if found else None


async def checks_of(world: World, incident: Incident, frame: Frame) -> Chart:
    seen: dict[str, Sequence[Result]] = {}
    for check in world.checks:
        if check.service in incident.services:
            own = check.service == incident.service
            name = check.name if own else f"{check.service} {check.name}"
            seen[name] = await looks_at(world, frame, check.service, check.name)
    return await asyncio.to_thread(strips, frame, seen)


def strips(frame: Frame, seen: Mapping[str, Sequence[Result]]) -> Chart:
    return history(frame, {name: list(glances(looks)) for name, looks in seen.items()})


async def looks_at(world: World, frame: Frame, service: str, check: str) -> Sequence[Result]:
    return await world.store.results(service, check, since=frame.begin, limit=MOST_LOOKS)
