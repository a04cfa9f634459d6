"""One life of the watchdog whose every step can be held up, cut off or be the last."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import replace
from functools import partial

from bot.chat.handlers import Handlers
from bot.chat.inbox import Inbox
from bot.chat.outbox import Outbox
from bot.chat.pacing import Pace, Pacing
from bot.flows.act import act
from bot.flows.announce import announce, refresh
from bot.flows.close import close
from bot.flows.engine import Bell
from bot.flows.remind import remind
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.ports import Stale, Unavailable
from tests.stories.telegram_desk import client_of

TO_THE_END = 10**6  # gates
FLOWS = (triage, act, verify, close, remind, announce, refresh)
HURRIED = Pace(group=1e6, overall=1e6, edit_every=0.0, burst=10**6)
READS = ("live", "effect_since", "results", "memo", "incident", "having", "unhandled", "issued")
WRITES = ("record", "open", "take_in", "handled", "set_memo", "post", "announce", "sending")
WRITES += ("sent", "run", "secure")


class Killed(BaseException):
    """Not an Exception: nothing in the house may catch it."""


class Turn:
    """One turn of one duty. It stops at a gate when it has passed as many as it may."""

    now: ContextVar[Turn] = ContextVar("turn")

    def __init__(self, work):
        self.passes, self.at, self.killed = 0, "", False
        self.stopped = self.may_go = None
        self.task = asyncio.create_task(self.go(work))

    async def go(self, work):
        self.now.set(self)
        await work()

    async def gate(self, name):
        if self.passes == 0:
            self.at, self.may_go = name, asyncio.get_running_loop().create_future()
            self.stopped.set_result(None)
            await self.may_go
        if self.killed:
            raise Killed
        self.passes -= 1

    async def proceed(self, passes):
        """Return whether it has come to its end. Raises what a duty must not raise."""
        self.passes, self.stopped = passes, asyncio.get_running_loop().create_future()
        if self.may_go:
            self.may_go.set_result(None)
            self.may_go = None
        await asyncio.wait({self.task, self.stopped}, return_when=asyncio.FIRST_COMPLETED)
        return self.task.done() and self.ended()

    def ended(self):
        """As the engine takes it: to have come too late, or to hear nothing, is no bug."""
        bug = None if self.task.cancelled() else self.task.exception()
        if bug and not isinstance(bug, Stale | Unavailable | Killed):
            raise bug
        return True

    async def die(self):
        self.killed = True
        await self.proceed(TO_THE_END)

    async def cut_off(self):
        """Its deadline is over."""
        self.task.cancel()
        await asyncio.wait({self.task})


class Gated:
    """Anything, with a gate before what it is asked, and one after what it has done."""

    def __init__(self, thing):
        self._thing = thing

    def __getattr__(self, name):
        call = getattr(self._thing, name)
        if name not in (*READS, *WRITES):
            return call

        async def gated(*args, **named):
            turn = Turn.now.get(None)
            if turn is None:
                return await call(*args, **named)
            if name != "run":  # nothing lies between the last look and the call
                await turn.gate(f"before {name}")
            answer = await call(*args, **named)
            if name in WRITES:
                await turn.gate(f"after {name}")
            return answer

        return gated


class Process:
    """Its duties turn one turn each at a time, as in the engine, and all of them side by side."""

    def __init__(self, world, telegram):
        self.bare = world
        self.world = replace(
            world, store=Gated(world.store), actions=[Gated(a) for a in world.actions]
        )
        api, store, now = client_of(telegram), self.world.store, world.now
        seconds = lambda: now().timestamp()  # noqa: E731 - it is passed on
        self.duties = {
            "inbox": Inbox(api, store, Bell(), now).turn,
            "handlers": Handlers(self.world, api, Bell()).turn,
            **{flow.__name__: partial(flow, self.world) for flow in FLOWS},
            "outbox": Outbox(api, store, Pacing(HURRIED, seconds), now).turn,
        }
        self.turns: dict[str, Turn] = {}

    async def go(self, duty, passes=TO_THE_END):
        """Begin a turn of that duty, or let the one that was begun go on."""
        turn = self.turns.setdefault(duty, None) or Turn(self.duties[duty])
        self.turns[duty] = turn
        if await turn.proceed(passes):
            del self.turns[duty]

    async def cut_off(self, duty):
        if duty in self.turns:
            await self.turns.pop(duty).cut_off()

    async def die(self):
        for turn in self.turns.values():
            await turn.die()
        self.turns.clear()
