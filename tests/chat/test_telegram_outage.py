"""Telegram fails for 20 seconds while a target goes down and comes back: it is told as one story.

Three ways to fail, each on a Telegram that people see: what it took before it failed stays there.
"""

from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import httpx
import pytest
from telegram.error import NetworkError, RetryAfter

from bot.chat.outbox import Outbox
from bot.chat.pacing import Pace, Pacing
from bot.flows.announce import announce, refresh
from bot.flows.engine import Duty, once
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.flows.watch import watch
from bot.ports import Delivery

OUTAGE = 20  # seconds
DOWN = range(2, 12)  # seconds of the outage in which the target fails
REPEAT = "↻ Repeat: the first copy is unconfirmed."


@dataclass
class Shown:
    """A message as people see it: when it came, what it answers, and every text it has had."""

    at: float
    above: int | None
    texts: list[str]


class Failing:
    """Telegram, failing in one way until a time; `takes`: the first message it shows even so."""

    def __init__(self, now, until, way, *, takes):
        self.now, self.until, self.way, self.takes = now, until, way, takes
        self.shown, self.tried = {}, 0

    def raise_it(self):
        match self.way:
            case "429":
                raise RetryAfter(int(self.until - self.now()) + 1)
            case "502":
                raise NetworkError("Bad Gateway")
            case "hang-up":
                gone = httpx.RemoteProtocolError("Server disconnected without sending a response.")
                raise NetworkError("httpx.RemoteProtocolError") from gone

    async def send_message(self, _chat, text, *, reply_parameters=None, **_):
        self.tried += 1
        number, fails = len(self.shown) + 1, self.now() < self.until
        if not fails or (self.takes and number == 1):
            above = reply_parameters.message_id if reply_parameters else None
            self.shown[number] = Shown(self.now(), above, [text])
        if fails:
            self.raise_it()
        return SimpleNamespace(message_id=number)

    async def send_document(self, chat, _file, *, caption, **more):
        return await self.send_message(chat, caption, **more)

    async def edit_message_text(self, text, _chat, message_id, **_):
        if self.now() < self.until:
            self.raise_it()
        self.shown[message_id].texts.append(text)


class Story:
    """A target fails and heals while Telegram fails, and is proved to be well."""

    def __init__(self, world, clock, seconds, http_check):
        self.world, self.clock, self.seconds, self.http_check = world, clock, seconds, http_check

    async def told(self, way, *, takes=False, minutes=30):
        """Telegram at the end, and the messages that were there ten seconds after the outage."""
        telegram = Failing(self.seconds, self.seconds.at + OUTAGE, way, takes=takes)
        pacing = Pacing(Pace(private=1, group=0.3), self.seconds)
        self.outbox = Outbox(telegram, self.world.store, pacing, self.clock)
        for second in range(OUTAGE + 10):
            if second == DOWN.start:
                self.http_check.fails("refused", "connection refused")
            if second == DOWN.stop:
                self.http_check.heals()
            await self.goes_on(1)
        soon = dict(telegram.shown)
        for _ in range(minutes):
            await self.goes_on(60)
        return telegram, soon

    async def goes_on(self, length):
        for check in self.world.checks:
            await watch(self.world, check)
        for flow in (triage, verify, announce, refresh):
            while await once(Duty(flow.__name__, partial(flow, self.world), 1)):
                pass
        while await self.outbox.turn():
            pass
        self.clock.tick(seconds=length)
        self.seconds.at += length


@pytest.fixture
def story(world, clock, seconds, http_check):
    return Story(world, clock, seconds, http_check).told


WAYS = [("429", False), ("502", False), ("502", True), ("hang-up", False), ("hang-up", True)]


def first_of_the_story(telegram):
    """What the rest answers: the message that is kept up to date."""
    return next(n for n, m in telegram.shown.items() if m.at >= telegram.until)


@pytest.mark.parametrize(("way", "takes"), WAYS)
async def test_it_is_told_afterwards_in_order_as_one_story(story, store, way, takes):
    telegram, soon = await story(way, takes=takes)
    assert telegram.tried > len(telegram.shown)
    card = first_of_the_story(telegram)
    assert card in soon, "within 10 seconds of the end of the outage"
    texts = telegram.shown[card].texts
    assert "P0 life-os" in texts[0]
    assert "checking that it is over" in texts[0]
    assert "resolved after" in texts[-1]
    after = [m for n, m in telegram.shown.items() if n > card]
    assert {m.above for m in after} == {card}
    assert "every check passes again" in after[0].texts[0]
    [clear] = [m for m in after if "It was down for everyone" in m.texts[0]]
    assert clear.at > after[0].at
    assert (await store.posted("card:1:0")).state is Delivery.SENT
    assert await store.undelivered() == 0


@pytest.mark.parametrize(("way", "takes"), WAYS)
async def test_nothing_is_there_twice_without_saying_so(story, way, takes):
    telegram, _ = await story(way, takes=takes)
    card = first_of_the_story(telegram)
    before = [m for n, m in telegram.shown.items() if n < card]
    assert len(before) == takes
    assert all("is down for everyone" in m.texts[-1] for m in before)
    marked = [n for n, m in telegram.shown.items() if REPEAT in m.texts[0]]
    assert (card in marked) is (way != "429")
    assert not takes or card in marked
    everything = [m.texts[0].replace(REPEAT, "").strip() for m in telegram.shown.values()]
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize("way", ["429", "502", "hang-up"])
async def test_what_was_wrong_is_told_with_the_first_word(story, way):
    _, soon = await story(way, minutes=0)
    told = "\n".join(text for message in soon.values() for text in message.texts)
    assert "connection refused" in told or "down for everyone" in told
