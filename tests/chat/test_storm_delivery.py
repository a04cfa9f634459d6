"""Fifty targets at once on a chat that takes one message a second: all named, none refused."""

import math
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from telegram.error import RetryAfter

from bot.adapters.ticks import Tick
from bot.chat.outbox import Outbox
from bot.chat.pacing import Pace, Pacing
from bot.domain.check import Patience
from bot.flows.announce import announce, refresh
from bot.flows.watch import watch
from bot.settings.house import TelegramConfig
from tests.cast import ANN, CHAT
from tests.conftest import FakeCheck

TARGETS = 50
STEP = 0.125  # seconds
EVERY = 1.0  # seconds: how often each target is looked at
NAMED_WITHIN = 2.0
AS_MEASURED = 20  # messages that a chat takes at once before it takes one a second


@dataclass
class OneASecond:
    """Telegram as it is when it is strict: after `burst`, one message or edit a second and chat."""

    now: object
    burst: int = 1
    level: dict = field(default_factory=dict)
    shown: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)  # what was taken: (seconds, text, silent)
    refused: list = field(default_factory=list)

    def admit(self, chat):
        before, at = self.level.get(chat, (0.0, self.now()))
        level = max(0.0, before - (self.now() - at))
        if over := max(0.0, level + 1 - self.burst - 1e-6):
            self.refused.append(self.now())
            raise RetryAfter(math.ceil(over))
        self.level[chat] = (level + 1, self.now())

    async def send_message(self, chat, text, *, disable_notification, **_):
        self.admit(chat)
        number = len(self.shown) + 1
        self.shown[number] = text
        self.calls.append((self.now(), text, disable_notification))
        return SimpleNamespace(message_id=number)

    async def edit_message_text(self, text, chat, message_id, **_):
        self.admit(chat)
        self.shown[message_id] = text
        self.calls.append((self.now(), text, True))

    def named_at(self, wanted):
        """When the last of them could be read for the first time."""
        first = {}
        for at, text, _ in self.calls:
            for name in wanted:
                if f"{name} " in text:
                    first.setdefault(name, at)
        return max(first[name] for name in wanted) if len(first) == len(wanted) else None


class Target(FakeCheck):
    def __init__(self, clock, name):
        super().__init__(clock, "http", "HTTP 200")
        self.service = name


class Storm:
    """The targets, the flows and the outbox, stepping through the seconds together."""

    def __init__(self, world, clock, seconds, outbox):
        self.world, self.clock, self.seconds, self.outbox = world, clock, seconds, outbox
        self.began = seconds.at

    async def breaks(self, lasts, phase_of):
        """All fail at this moment; each is looked at in its own phase of the interval."""
        for target in self.world.checks:
            target.fails("status", "HTTP 500")
        for n in range(round(lasts / STEP)):
            looking = [t for t in self.world.checks if phase_of(t) // STEP == n % (EVERY // STEP)]
            moved = [(await watch(self.world, target)).moved for target in looking]
            await self.turn(rung=any(moved), n=n)
            self.clock.tick(seconds=STEP)
            self.seconds.at += STEP

    async def turn(self, *, rung, n):
        """As the engine does: each at its own pace, all of them at once when the bell rings."""
        if rung or n % round(2 / STEP) == 0:
            await announce(self.world)
            await refresh(self.world)
        if rung or n % round(0.5 / STEP) == 0:
            while await self.outbox.turn():
                pass


@pytest.fixture
def names():
    return [f"target-{n}" for n in range(1, TARGETS + 1)]


@pytest.fixture
def storm(world, clock, seconds, store, names):
    """Of a chat, with the pace of the settings."""

    def of(chat, burst):
        said = TelegramConfig()
        pace = Pace(
            private=said.private_per_second,
            group=said.group_per_minute / 60,
            edit_every=said.edit_every,
        )
        telegram = OneASecond(seconds, burst)
        rules = replace(world.rules, patience=Patience(failures=1, passes=1))
        targets = [Target(clock, name) for name in names]
        here = replace(world, checks=targets, rules=rules, chat=chat, sources=[], actions=[])
        outbox = Outbox(telegram, store, Pacing(pace, seconds), clock)
        return Storm(here, clock, seconds, outbox), telegram

    return of


def at_one_moment(_target):
    return 0.0


def as_scheduled(target):
    return Tick(f"{target.service}/http", EVERY, target.look, 15).phase


GROUP, PRIVATE = CHAT, ANN.id


@pytest.mark.parametrize(
    ("chat", "burst", "phase_of"),
    [
        pytest.param(GROUP, AS_MEASURED, at_one_moment, id="group, at one moment"),
        pytest.param(PRIVATE, AS_MEASURED, at_one_moment, id="private, at one moment"),
        pytest.param(PRIVATE, 1, at_one_moment, id="strict, at one moment"),
        pytest.param(GROUP, AS_MEASURED, as_scheduled, id="group, as scheduled"),
        pytest.param(PRIVATE, 1, as_scheduled, id="strict, as scheduled"),
    ],
)
async def test_all_are_named_and_no_send_is_refused(storm, names, chat, burst, phase_of):
    stormy, telegram = storm(chat, burst)
    await stormy.breaks(2.5, phase_of)
    assert len(await stormy.world.store.recent(99)) == TARGETS
    assert telegram.refused == []
    named = telegram.named_at(names)
    assert named is not None
    assert named - stormy.began <= NAMED_WITHIN
