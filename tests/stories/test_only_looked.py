"""An act that only looks: one tap, its result is evidence, and nothing is called mended by it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.evidence import Evidence, Found
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Answer, Course, Effect, Live, Reason, Risk
from bot.flows import desk
from bot.ports import Reply
from tests.cast import ANN
from tests.conftest import FakeRestart

LIVE = Live(state="in service")
INSIDE = Evidence("I1", "inside", Found.SOMETHING, "from inside: it answers", (("state", "ok"),))
SEEN = Effect(Course.DONE, "from inside: it answers", (INSIDE,))
UNDER_WAY = Effect(Course.UNDER_WAY, "job job-1 is running")


class FakeLook(FakeRestart):
    """A job that looks from inside."""

    name, risk, effect = "database-check", Risk.LOW, "Runs a job that looks."

    def __init__(self, clock):
        super().__init__(clock)
        self.course, self.now_live = SEEN, LIVE

    def suits(self, evidence, wish=None):
        if wish is None and any(e.source == "inside" for e in evidence):
            return None
        return Reason("who is right?", "srv-1", ("S1",), LIVE, mends=False)


@pytest.fixture
def look(clock):
    return FakeLook(clock)


@pytest.fixture
def world(world, look):
    rules = replace(
        world.rules, observe_for=timedelta(minutes=1), deploy_within=timedelta(minutes=3)
    )
    return replace(world, actions=[*world.actions, look], rules=rules)


@pytest.fixture
def looked(world, service_check, pass_time, incident):
    """Ann has asked for a look, with one tap."""

    async def ask():
        service_check.fails("crashed", "the process exited with code 1")
        await pass_time(minutes=1)
        offers = (await incident()).proposals
        assert [p.action for p in offers] == ["database-check", "restart"]
        await desk.ask(world, 1, offers[0].id, ANN, "tap-1")
        assert (await incident()).status is Status.APPROVED

    return ask


async def test_its_result_is_evidence_of_a_new_look_and_nothing_is_proved(
    looked, look, incident, settle
):
    await looked()
    await settle()
    await settle()
    now = await incident()
    assert look.calls == ["srv-1"]
    assert now.status is Status.OPEN
    seen = now.last(Kind.INTERIM)
    assert (seen.note, seen.evidence) == ("from inside: it answers", (INSIDE,))
    assert INSIDE in now.evidence  # of the triage that came after it
    assert [p.action for p in now.proposals] == ["restart"]
    assert now.last(Kind.RAN, Kind.UNKNOWN, Kind.HEALED) is None
    assert now.act is None


async def test_while_it_runs_nobody_can_begin_another_act(looked, look, incident, pass_time):
    look.course = UNDER_WAY
    await looked()
    await pass_time(minutes=1)
    assert (await incident()).status is Status.RUNNING
    look.course = SEEN
    await pass_time(minutes=1)
    assert (await incident()).last(Kind.INTERIM).note == SEEN.note


@pytest.mark.parametrize(
    ("course", "answer"),
    [(None, Answer.UNCLEAR), (UNDER_WAY, Answer.ACCEPTED)],
)
async def test_one_that_is_lost_sight_of_is_no_reason_to_prove_anything(
    looked, look, incident, pass_time, course, answer
):
    look.course, look.answer = course, Reply(answer, "…")
    await looked()
    await pass_time(minutes=5)
    now = await incident()
    assert (now.status, now.last(Kind.UNKNOWN)) == (Status.OPEN, None)
    assert "it is not repeated" in now.last(Kind.INTERIM).note
    assert now.looked == ()
    assert look.calls == ["srv-1"]


async def test_one_that_fails_says_so(looked, look, incident, settle):
    look.course = Effect(Course.FAILED, "job job-1 was canceled")
    await looked()
    await settle()
    await settle()
    now = await incident()
    assert (now.status, now.last(Kind.FAILED).note) == (Status.OPEN, "job job-1 was canceled")


async def test_what_it_saw_is_of_yesterday_once_something_was_done(
    looked, world, restart, incident, settle, pass_time
):
    await looked()
    await settle()
    await settle()
    offer = (await incident()).proposals[0]
    asked = await desk.ask(world, 1, offer.id, ANN, "tap-2")
    await desk.approve(world, asked.asked.ask, ANN, "tap-3")
    await pass_time(minutes=1)
    now = await incident()
    assert restart.calls == ["srv-1"]
    assert (now.last(Kind.RAN) is not None, now.looked) == (True, ())


async def test_the_log_tells_what_it_saw(looked, settle, shown, world):
    await looked()
    await settle()
    await settle()
    said = [post.message.html for post in (await shown()).values()]
    assert any("🔬 from inside: it answers" in text for text in said)
    assert any("From inside: from inside: it answers" in text for text in said)
