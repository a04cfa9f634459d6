"""Did the sign of life come in time?"""

from datetime import timedelta

import pytest

from bot.adapters.checks.heartbeat import Beat, Heartbeat
from bot.domain.check import Seen
from bot.domain.severity import TABLE
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW

EVERY, GRACE = timedelta(minutes=5), timedelta(minutes=1)


class World:
    """A clock and the newest sign of life: a Beat, None, or an error."""

    def __init__(self):
        self.at, self.beat = NOW, None

    def __call__(self):
        return self.at

    async def last(self):
        if isinstance(self.beat, Exception):
            raise self.beat
        return self.beat


@pytest.fixture
def world():
    return World()


@pytest.fixture
def check(world):
    return Heartbeat("life-os", "heartbeat", world.last, EVERY, GRACE, world)


@pytest.mark.parametrize(
    ("minutes", "code", "said"),
    [
        (0, "", "last sign of life 0 s ago"),
        (5, "", "last sign of life 5 min ago"),
        (6, "", "last sign of life 6 min ago"),
        (6.1, "late", "last sign of life 6 min ago; expected every 5 min"),
        (14, "late", "last sign of life 14 min ago; expected every 5 min"),
        (180, "late", "last sign of life 3 h ago; expected every 5 min"),
        (7200, "late", "last sign of life 5 days ago; expected every 5 min"),
        (-4, "", "last sign of life 0 s ago"),
    ],
)
async def test_look(world, check, minutes, code, said):
    world.beat = Beat(NOW - timedelta(minutes=minutes))
    result = await check.look()
    assert (result.service, result.check, result.at) == ("life-os", "heartbeat", NOW)
    assert (result.seen, result.code) == (Seen.FAIL if code else Seen.PASS, code)
    assert result.detail == said
    assert result.value == max(minutes * 60, 0)
    assert {("heartbeat", "late"), ("heartbeat", "failed")} <= TABLE.keys()


async def test_it_says_itself_that_it_failed(world, check):
    world.beat = Beat(NOW - timedelta(minutes=2), ok=False, note="exit 3\npassword=hunter2")
    result = await check.look()
    assert (result.seen, result.code) == (Seen.FAIL, "failed")
    assert result.detail.startswith("it reported a failure 2 min ago: exit 3 password=[secret:")
    world.at += timedelta(hours=1)
    assert (await check.look()).code == "failed"
    world.beat = Beat(world.at, note="all well")
    result = await check.look()
    assert (result.seen, result.detail) == (Seen.PASS, "last sign of life 0 s ago: all well")


async def test_none_was_ever_seen(world, check):
    world.beat = Unavailable("no database")
    assert (await check.look()).seen is Seen.BLIND
    world.beat, world.at = None, NOW + timedelta(hours=1)
    for minutes in (0, 6):
        world.at = NOW + timedelta(hours=1, minutes=minutes)
        result = await check.look()
        assert (result.seen, result.value) == (Seen.PASS, None)
        assert result.detail == "no sign of life yet, waiting since 13:00 UTC"
    world.at += timedelta(minutes=3)
    result = await check.look()
    assert (result.seen, result.code) == (Seen.FAIL, "late")
    assert result.detail == "no sign of life since 13:00 UTC, 9 min ago; expected every 5 min"
    world.beat = Beat(world.at)
    assert (await check.look()).seen is Seen.PASS


async def test_what_cannot_be_read_is_blind(world, check):
    world.beat = Unavailable("the database cannot be reached: refused")
    result = await check.look()
    assert (result.seen, result.code) == (Seen.BLIND, "")
    assert result.detail == "the database cannot be reached: refused"


async def test_a_sign_from_the_future_proves_nothing(world, check):
    world.beat = Beat(NOW + timedelta(hours=3))
    result = await check.look()
    assert (result.seen, result.code) == (Seen.BLIND, "")
    assert result.detail == "the last sign of life is 3 h ahead of us: is its time in UTC?"
