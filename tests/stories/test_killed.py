"""The process is killed between any two steps of an act, and another takes over its store."""

from collections import Counter
from dataclasses import replace

import pytest

from bot.domain.incident import Event
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Course, Effect, Live, Reason
from bot.flows import desk
from bot.flows.act import act
from bot.flows.by_name import ask_by_name
from bot.flows.triage import triage
from tests.cast import ANN
from tests.conftest import FakeRestart

LIVE = Live("dep-1", "evt-0", ("srv-1-a",), "commit")
PACE = ((20, None), (50, Course.UNDER_WAY))  # seconds after the call, and what is seen until then
CLAIM = 4  # before and after live, before and after the claim; then comes the call
STEPS = 28  # of a night that nobody disturbs: see the first test


class Killed(BaseException):
    """Not an Exception: nothing in the house may catch it."""


class Death:
    """Strikes before the step of that number, once."""

    def __init__(self, step):
        self.step, self.seen, self.where = step, 0, ""

    def may_strike(self, where):
        self.seen += 1
        if self.seen == self.step:
            self.where = where
            raise Killed


class Mortal:
    """Anything, with death possible right before and right after the calls that count."""

    def __init__(self, thing, death, *names):
        self._thing, self._death, self._names = thing, death, names

    def __getattr__(self, name):
        call = getattr(self._thing, name)
        if name not in self._names:
            return call

        async def mortal(*args):
            self._death.may_strike(f"before {name}")
            answer = await call(*args)
            self._death.may_strike(f"after {name}")
            return answer

        return mortal


class Platform(FakeRestart):
    """A rollback that takes its time, and auto-deploy that stays off once it is off."""

    name, effect = "rollback", "Starts the earlier deploy again."

    def __init__(self, clock):
        super().__init__(clock)
        self.called_at, self.auto_deploy, self.patches = None, "commit", 0

    def suits(self, evidence, wish=None):
        return Reason("it came with it", "dep-0", ("D1",), LIVE)

    async def live(self):
        return replace(LIVE, auto_deploy=self.auto_deploy)

    async def run(self, proposal):
        self.called_at = self.clock()
        return await super().run(proposal)

    async def effect_since(self, proposal, before, at):
        if self.called_at is None:
            return None
        waited = (self.clock() - self.called_at).total_seconds()
        for until, course in PACE:
            if waited < until:
                return Effect(course, f"it is {course}") if course else None
        return Effect(Course.DONE, "it is live")

    async def secure(self, before):
        if before.auto_deploy == "off":
            return None
        self.auto_deploy, self.patches = "off", self.patches + 1
        return f"switch auto-deploy on again (it was “{before.auto_deploy}”)"


@pytest.fixture
def platform(clock):
    return Platform(clock)


@pytest.fixture
async def approved(world, clock, platform):
    """An incident with an approved rollback, in a world that has nothing else."""
    world = replace(world, actions=[platform])
    found = Event(Kind.DETECTED, clock(), check="service", code="crashed", note="exited")
    await world.store.open("life-os", found)
    await triage(world)
    asked = await ask_by_name(world, "rollback", "", ANN, "tg:1")
    await desk.approve(world, asked.asked.ask, ANN, "tg:2")
    return world


async def live_on(world, clock, death):
    """One process: it works until it has done its part, or dies."""
    store = Mortal(world.store, death, "record")
    names = ("live", "run", "effect_since", "secure")
    mine = replace(world, store=store, actions=[Mortal(a, death, *names) for a in world.actions])
    while await world.store.having(Status.APPROVED, Status.RUNNING):
        await act(mine)
        clock.tick(seconds=10)


async def test_nobody_dies(approved, clock, platform):
    death = Death(None)
    await live_on(approved, clock, death)
    assert death.seen == STEPS
    assert (platform.calls, platform.patches) == (["dep-0"], 1)


@pytest.mark.parametrize(
    ("step", "seconds"),
    # the next process comes at once or late, in turn before a call and after one
    [(step, 200 if step // 2 % 2 else 1) for step in range(1, STEPS + 1)],
)
async def test_killed_at_that_step(approved, clock, platform, step, seconds):
    """Once is never twice; what is not sure is said to be unknown; one thing is left to do."""
    death = Death(step)
    with pytest.raises(Killed):
        await live_on(approved, clock, death)
    clock.tick(seconds=seconds)
    await live_on(approved, clock, Death(None))

    found = await approved.store.latest("life-os")
    kinds = Counter(e.kind for e in found.timeline)
    assert (found.status, kinds[Kind.STARTED]) == (Status.VERIFYING, 1)
    called = len(platform.calls)
    assert called <= 1
    assert kinds[Kind.RAN] == called
    assert kinds[Kind.UNKNOWN] == 1 - called
    assert [e.note for e in found.left] == (
        ["switch auto-deploy on again (it was “commit”)"] * called
    )
    assert platform.auto_deploy == ("off" if called else "commit")
    claimed_only = death.where == "before run" or (death.where, step) == ("after record", CLAIM)
    assert called == (not claimed_only)
    assert await approved.store.proven(found.id)
