from datetime import timedelta

import pytest

from bot.domain.moves import Status
from bot.flows.act import act
from bot.flows.announce import announce, refresh
from bot.flows.blindness import tell_blindness
from bot.flows.close import close
from bot.flows.engine import Duty, once
from bot.flows.investigate import investigate
from bot.flows.remind import remind
from bot.flows.triage import triage
from bot.flows.verify import verify
from bot.flows.watch import watch

pytest.register_assert_rewrite("tests.stories.any_order", "tests.stories.any_order_truth")
CLOSELY = timedelta(minutes=3)  # at the beginning and at the end of what passes
FLOWS = (triage, investigate, act, verify, remind, close, announce, refresh)


@pytest.fixture
def flows():
    return FLOWS


@pytest.fixture
def settle(world, flows):
    """Let every flow do what it can now, without time passing."""

    async def turn():
        for flow in flows:
            while await once(Duty(flow.__name__, lambda flow=flow: flow(world), 1)):
                pass

    return turn


@pytest.fixture
def pass_time(world, clock, settle):
    """Let time pass in looks of 30 seconds, fewer in between; the flows turn after each."""

    async def go(minutes=1.0, in_between=60):
        begun, end = clock(), clock() + timedelta(minutes=minutes)
        while clock() < end:
            near = min(clock() - begun, end - clock()) < CLOSELY
            clock.tick(seconds=30 if near else in_between)
            for check in world.checks:
                await watch(world, check)
            await tell_blindness(world)
            await settle()

    return go


@pytest.fixture
def incident(world):
    """The newest incident of the service, read anew at each call."""

    async def newest():
        return await world.store.latest("life-os")

    return newest


@pytest.fixture
def live(world):
    async def statuses():
        return [i.status for i in await world.store.having(*Status)]

    return statuses


@pytest.fixture
def shown(world, clock):
    """The posts of the outbox, by key, as the chat would show them."""

    async def posts():
        return {p.post.key: p.post for p in await world.store.due(clock())}

    return posts
