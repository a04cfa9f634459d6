"""A process that carries out what is approved, and one that is killed over it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.adapters.store import open_store
from bot.domain.check import Patience
from bot.domain.people import People
from bot.domain.rules import Rules
from bot.flows.act import act
from bot.ports import World
from tests.acts.rows import ROWS
from tests.cast import ANN, CHAT

FOR_EVER = 3600
RULES = Rules(People(frozenset({ANN.id})), Patience())


class Clock:
    """The real time, and what was skipped of it."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


async def world_of(place, action, now=None):
    """A process that has just begun, as far as acts go: it knows what the store knows."""
    now = now or Clock()
    return World(
        store=await open_store(place.store, now),
        checks=[],
        sources=[],
        actions=[action],
        archive=None,
        chat=CHAT,
        now=now,
        rules=RULES,
        witness=None,
        look_soon=lambda *_: None,
    )


class Doomed:
    """An act that is held up before its call or right after its answer, to be killed there.

    `second` names the call at our client that it is held up before, if that is not its first.
    """

    def __init__(self, action, where, pipe, second):
        self.action, self.where, self.pipe, self.second = action, where, pipe, second

    def __getattr__(self, name):
        return getattr(self.action, name)

    async def run(self, proposal):
        if self.where == "before" and self.second:
            setattr(self.action.render, self.second, self.the_end)
        elif self.where == "before":
            await self.the_end()
        reply = await self.action.run(proposal)
        await self.the_end()
        return reply

    async def the_end(self, *_):
        self.pipe.send("here")
        await asyncio.sleep(FOR_EVER)


def live_and_die(place, name, where, pipe):
    """What the child does."""

    async def life():
        row = ROWS[name]
        doomed = Doomed(place.acts()[row.act or name], where, pipe, row.second)
        world = await world_of(place, doomed)
        await act(world)

    asyncio.run(life())
