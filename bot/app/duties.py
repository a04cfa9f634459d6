"""What is done again and again: the looks, the flows, the chat, the chores."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import uniform

from bot.adapters.ticks import Ticks
from bot.app.rules import named
from bot.chat.client import MARGIN as POLL_MARGIN
from bot.chat.client import POLL, Client
from bot.chat.handlers import Handlers
from bot.chat.inbox import Inbox
from bot.chat.introduce import Introduction
from bot.chat.outbox import Outbox
from bot.chat.pacing import Pace, Pacing
from bot.domain.check import Result
from bot.domain.severity import kind_of
from bot.flows.act import act
from bot.flows.announce import announce, refresh
from bot.flows.autopilot import autopilot
from bot.flows.blindness import tell_blindness
from bot.flows.close import close
from bot.flows.daily import daily
from bot.flows.deployed import deployed
from bot.flows.draw import draw
from bot.flows.engine import Bell, Duty, News
from bot.flows.investigate import investigate
from bot.flows.narrate import narrate
from bot.flows.presence import presence
from bot.flows.question import answer
from bot.flows.quiet import expire
from bot.flows.remind import remind
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.flows.watch import Watched, watch, weigh
from bot.ports import Check, Unavailable, World
from bot.settings import House

log = logging.getLogger(__name__)

ASKING = 75.0  # seconds that a model may take, and what is done with its answer
ANSWERING = 110.0  # the same of a question, for which it looks things up
KEEP = timedelta(days=7)  # of looks, handled updates and delivered lines
LOOK_FOR_CODE = 5.0  # seconds; one call of the platform each, while an incident is open
MARGIN = 30.0  # seconds that a look may take beside what it waits for
PAGE_FIRST = 0.2  # seconds that it takes to write a page and send it
NOTHING: frozenset[News] = frozenset()
JITTER = (0.8, 1.2)  # so that checks of one cause do not all confirm at one moment


@dataclass
class Pulse:
    """That the engine turns, for those who ask: in memory, and as a file for the container."""

    file: Path
    at: float = field(default_factory=time.monotonic)

    async def beat(self) -> bool:
        self.at = time.monotonic()
        await asyncio.to_thread(self.file.touch)
        return False

    @property
    def age(self) -> float:
        return time.monotonic() - self.at


def name_looks(world: World, house: House, ticks: Ticks, bell: Bell) -> None:
    """Every check on its own tick: none waits for another, nor for Telegram."""
    intervals, deadlines = own_intervals(house), own_deadlines(house)
    for check in world.checks:
        name = f"{check.service}/{check.name}"
        every = intervals.get(name) or getattr(house.checks, kind_of(check.name)).every
        run = partial(look, world, check, ticks, bell)
        ticks.every(name, every, run, deadline=deadlines.get(name))
    # What is there now stays: to go through all of it again and again, the collector of garbage
    # stopped every look for 0.15 s.
    gc.collect()
    gc.freeze()


def own_intervals(house: House) -> Mapping[str, float]:
    return {f"{s.name}/{named(c)}": c.every for s in house.services for c in s.checks if c.every}


def own_deadlines(house: House) -> Mapping[str, float]:
    """Of the checks that wait for something long."""
    return {f"{s.name}/{named(c)}": c.within + MARGIN for s in house.services for c in s.checks}


async def look(world: World, check: Check, ticks: Ticks, bell: Bell) -> None:
    """Look, tell at once what follows, and look again soon while it is in doubt."""
    try:
        came = await watch(world, check)
    except Unavailable as gone:  # one line, as there may be a hundred a second: no trace
        seen = {"service": check.service, "check": check.name}
        log.warning("look.lost", extra={**seen, "for": str(gone)})
        return
    if came.moved:
        bell.ring(News.INCIDENT)
    if came.again_in is not None:
        soon = came.again_in.total_seconds() * uniform(*JITTER)  # noqa: S311 - no secret
        ticks.soon(f"{check.service}/{check.name}", soon)


async def report(world: World, bell: Bell, result: Result) -> Watched:
    """What another system says is weighed like a look of our own."""
    came = await weigh(world, result)
    if came.moved:
        bell.ring(News.INCIDENT)
    return came


def flows(world: World) -> list[Duty]:
    """The page first; then who works on incidents, and those that only the time concerns."""
    incident, post = frozenset({News.INCIDENT}), frozenset({News.POST})
    works = partial(Duty, heeds=incident, makes=incident)
    adds = partial(works, yields=PAGE_FIRST)
    timed = partial(Duty, heeds=NOTHING)
    return [
        Duty("announce", partial(announce, world), 2, heeds=incident, makes=post),
        adds("triage", partial(triage, world), 2),
        adds("investigate", partial(investigate, world), 2),
        adds("narrate", partial(narrate, world), 2, deadline=ASKING, abrupt=True),
        adds("draw", partial(draw, world), 5, abrupt=True, makes=post),
        adds("question", partial(answer, world), 2, deadline=ANSWERING, abrupt=True, makes=post),
        works("act", partial(act, world), 1),
        works("verify", partial(verify, world), 1),
        works("remind", partial(remind, world), 2),
        Duty("deployed", partial(deployed, world), LOOK_FOR_CODE, heeds=NOTHING, makes=incident),
        adds("close", partial(close, world), 5),
        timed("refresh", partial(refresh, world), 2),
        timed("autopilot", partial(autopilot, world), 2),
        timed("blindness", partial(tell_blindness, world), 2),
        timed("quiet", partial(expire, world), 5),
        timed("daily", partial(daily, world), 60),
    ]


def chat(world: World, api: Client, house: House, bell: Bell, ticks: Ticks) -> list[Duty]:
    speed = house.telegram
    pace = Pace(
        private=speed.private_per_second,
        group=speed.group_per_minute / 60,
        edit_every=speed.edit_every,
    )
    inbox = Inbox(api, world.store, bell, world.now)
    outbox = Outbox(api, world.store, Pacing(pace, time.monotonic), world.now)
    handlers = Handlers(world, api, bell, ticks.next_at)
    return [
        Duty(
            "inbox",
            inbox.turn,
            3,
            deadline=POLL + 2 * POLL_MARGIN,
            abrupt=True,
            heeds=NOTHING,
            makes=NOTHING,
        ),
        Duty("handlers", handlers.turn, 1, heeds=frozenset({News.UPDATE})),
        Duty("outbox", outbox.turn, 0.5, heeds=frozenset({News.POST}), makes=NOTHING),
        Duty("presence", lambda: presence(world, inbox.heard_at), 10, heeds=NOTHING),
        Duty("introduce", Introduction(world, api).turn, 60, heeds=NOTHING),
    ]


def chores(world: World, pulse: Pulse) -> list[Duty]:
    async def prune() -> bool:
        await world.store.prune(world.now() - KEEP)
        return False

    return [
        Duty("pulse", pulse.beat, 10, heeds=NOTHING),
        Duty("prune", prune, 3600, heeds=NOTHING),
    ]
