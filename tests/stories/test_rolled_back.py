"""A deploy breaks it; Ann rolls back; it takes its time, and leaves something to do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.incident import Refused
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Answer, Course, Effect, Live, Reason
from bot.flows import desk
from bot.flows.act import act
from bot.flows.announce import announce, refresh
from bot.flows.by_name import ask_by_name
from bot.ports import Reply, Unavailable
from tests.cast import ANN, BEN, SAM, VIC
from tests.conftest import FakeCheck, FakeRestart, FakeSource
from tests.stories.conftest import FLOWS

UNDER_WAY = Effect(Course.UNDER_WAY, "Render is putting aaaaaaa (dep-2) in place")
DONE = Effect(Course.DONE, "Render put aaaaaaa (dep-2) live")
FAILED = Effect(Course.FAILED, "the rollback aaaaaaa (dep-2) failed: it did not start")
ON_AGAIN = "Auto-deploy of life-os is off (it was “commit”): switch it on again once the fix is in"
BY_HAND = "Auto-deploy of life-os may still be on: switch it off before the next push (HTTP 503)"
AS_OFFERED = Live("dep-1", "evt-0", ("srv-1-a",))


class FakeRollback(FakeRestart):
    """The platform's rollback. `insecure` is how often auto-deploy cannot be switched off."""

    name, effect = "rollback", "Starts the earlier deploy again."

    def __init__(self, clock):
        super().__init__(clock)
        self.course, self.insecure, self.secured = None, 0, []
        self.now_live = replace(AS_OFFERED, auto_deploy="commit")

    def suits(self, evidence, wish=None):
        return Reason("it came with it", "dep-0", ("D1",), AS_OFFERED) if self.offered else None

    async def secure(self, before):
        self.secured.append(before.auto_deploy)
        if self.insecure:
            self.insecure -= 1
            raise Unavailable(BY_HAND)
        return None if before.auto_deploy == "off" else ON_AGAIN


@pytest.fixture
def rollback(clock):
    return FakeRollback(clock)


@pytest.fixture
def world(world, rollback):
    """With short waits: what the proof proves is told elsewhere."""
    long = {"deploy_within": timedelta(minutes=3), "back_within": timedelta(minutes=2)}
    half = timedelta(seconds=30)
    long["observe_for"] = timedelta(minutes=1)
    short = {"watch_for": half, "health_for": half, "regression_for": half, "regression_rows": 1}
    rules = replace(world.rules, **short, **long)
    return replace(world, actions=[*world.actions, rollback], rules=rules)


@pytest.fixture
def flows(request):
    """All of them; those that keep up the chat only where it is looked at."""
    silent = "shown" not in request.fixturenames
    return tuple(f for f in FLOWS if not (silent and f in {announce, refresh}))


@pytest.fixture
def down(service_check, http_check, pass_time):
    async def go_down():
        service_check.fails("crashed", "the process exited with code 1")
        http_check.fails("refused", "connection refused")
        await pass_time(minutes=1)

    return go_down


@pytest.fixture
def say_yes(world, incident):
    """Ask for an act by its name, and confirm it."""

    async def go(name="rollback"):
        found = await incident()
        key = f"{name}:{found.version}"
        asked = await ask_by_name(world, name, "", ANN, f"ask:{key}")
        await desk.approve(world, asked.asked.ask, ANN, f"yes:{key}")

    return go


@pytest.fixture
def back(service_check, http_check, rollback):
    """It went live, and that puts everything right."""

    def go():
        rollback.course = DONE
        service_check.heals()
        http_check.heals()

    return go


@pytest.fixture
def rolled_back(down, say_yes, pass_time, back, rollback):
    """A rollback that was seen under way and then live, and the proof of it."""

    async def go(minutes=3):
        await down()
        await say_yes()
        rollback.course = UNDER_WAY
        await pass_time(minutes=1)
        back()
        await pass_time(minutes)

    return go


def kinds(incident, *wanted):
    return [e.kind for e in incident.timeline if e.kind in wanted]


async def test_the_whole_night(world, incident, down, say_yes, pass_time, settle, rollback, back):
    await down()
    await say_yes()
    await settle()
    assert (await incident()).status is Status.RUNNING  # accepted, and nothing is seen yet
    assert rollback.secured == []
    rollback.course = UNDER_WAY
    await pass_time(minutes=2)
    found = await incident()
    assert (found.status, found.last(Kind.ANSWERED).note) == (Status.RUNNING, UNDER_WAY.note)
    assert found.last(Kind.ANSWERED).code == "under way"
    back()
    await pass_time(minutes=3)

    found = await incident()
    assert found.status is Status.CLOSED
    assert rollback.calls == ["dep-0"]
    assert rollback.secured == ["commit"]
    told = [e.kind for e in found.timeline if e.kind is not Kind.CHECKED]
    assert told == [
        "detected",
        "joined",
        "triaged",
        "asked",
        "approved",
        "started",
        "answered",  # accepted
        "left",
        "answered",  # under way, written down once
        "ran",
        "recovered",
        "reported",
    ]
    assert [(e.step, e.note) for e in found.left] == [(1, ON_AGAIN)]
    assert await world.store.proven(found.id)


async def test_how_far_it_is_is_shown(down, say_yes, pass_time, rollback, shown):
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=2)
    card = (await shown())["card:1:0"].message.html
    assert "Rollback approved by Ann" in card
    assert "Render is putting aaaaaaa (dep-2) in place" in card
    assert "Under way, 1 min 30 s of at most 3 min" in card


async def test_each_new_step_is_written_down_once(down, say_yes, pass_time, incident, rollback):
    await down()
    await say_yes()
    for status in ("hibernating", "thawing"):
        rollback.course = Effect(Course.UNDER_WAY, f"the rollback is {status}")
        await pass_time(minutes=1)
    found = await incident()
    seen = [e.note for e in found.timeline if e.code == Course.UNDER_WAY]
    assert seen == ["the rollback is hibernating", "the rollback is thawing"]
    assert rollback.secured == ["commit"]


async def test_live_at_the_first_look_is_made_safe_too(
    down, say_yes, settle, incident, rollback, back
):
    await down()
    await say_yes()
    back()
    await settle()
    found = await incident()
    assert (found.status, rollback.calls) == (Status.VERIFYING, ["dep-0"])
    assert kinds(found, Kind.LEFT, Kind.RAN) == ["left", "ran"]


# What is left


async def test_made_safe_at_the_next_step(rolled_back, incident, rollback):
    rollback.insecure = 1
    await rolled_back(minutes=1)
    found = await incident()
    assert [e.note for e in found.timeline if e.kind is Kind.LEFT] == [ON_AGAIN]
    assert rollback.secured == ["commit"] * 2  # once a step: the platform counts requests
    assert found.status is Status.VERIFYING


async def test_what_could_never_be_made_safe_is_said_once(rolled_back, incident, rollback, shown):
    rollback.insecure = 999
    await rolled_back()
    found = await incident()
    assert [e.note for e in found.timeline if e.kind is Kind.LEFT] == [BY_HAND]
    assert found.status is Status.CLOSED
    assert "switch it off before the next push" in (await shown())["clear:1:0"].message.html


async def test_what_is_off_already_leaves_nothing(rolled_back, incident, rollback):
    rollback.now_live = replace(AS_OFFERED, auto_deploy="off")
    await rolled_back(minutes=1)
    found = await incident()
    assert (found.status, found.left) == (Status.VERIFYING, ())


async def test_given_up_while_it_could_not_be_made_safe_says_so(
    down, say_yes, pass_time, incident, rollback
):
    rollback.insecure = 999
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=4)
    found = await incident()
    assert found.last(Kind.UNKNOWN)
    assert [e.note for e in found.left] == [BY_HAND]


# How it may end badly


async def test_a_deploy_that_fails_is_not_done(down, say_yes, pass_time, incident, rollback, shown):
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=1)
    rollback.course = FAILED
    await pass_time(minutes=1)
    found = await incident()
    assert found.status is Status.OPEN
    assert found.last(Kind.FAILED).note == FAILED.note
    assert f"Not done: {FAILED.note}" in (await shown())["card:1:0"].message.html
    assert [p.action for p in found.proposals] == ["restart", "rollback"]
    assert [e.note for e in found.left] == [ON_AGAIN]  # it was switched off meanwhile
    assert rollback.calls == ["dep-0"]


async def test_what_failed_at_once_changes_nothing_else(
    down, say_yes, pass_time, incident, rollback
):
    await down()
    await say_yes()
    rollback.course, rollback.insecure = FAILED, 999
    await pass_time(minutes=1)
    found = await incident()
    assert (found.status, found.left, rollback.secured) == (Status.OPEN, (), [])


async def test_under_way_for_ever_is_unknown_and_never_repeated(
    world, down, say_yes, pass_time, incident, rollback
):
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=3)
    assert (await incident()).status is Status.RUNNING
    await pass_time(minutes=1)
    found = await incident()
    given_up, started = found.last(Kind.UNKNOWN), found.last(Kind.STARTED)
    assert given_up.note == f"{UNDER_WAY.note}, for over 3 min; it is not repeated"
    assert given_up.at - started.at > world.rules.deploy_within
    await pass_time(minutes=1)
    assert rollback.calls == ["dep-0"]
    assert kinds(await incident(), Kind.STARTED, Kind.LEFT) == ["started", "left"]


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.UNCLEAR])
async def test_no_sign_of_it_is_unknown_soon(down, say_yes, pass_time, incident, rollback, answer):
    rollback.answer = Reply(answer, "Render: no answer in 10 s")
    await down()
    await say_yes()
    await pass_time(minutes=2)
    assert (await incident()).last(Kind.UNKNOWN).note == (
        "no sign that it happened, and no proof that it did not; it is not repeated"
    )
    assert (rollback.calls, rollback.secured) == (["dep-0"], [])


async def test_a_lost_answer_may_have_been_a_yes(down, say_yes, pass_time, incident, rollback):
    rollback.answer = Reply(Answer.UNCLEAR, "Render: no answer in 10 s")
    await down()
    await say_yes()
    rollback.course = DONE
    await pass_time(minutes=1)
    found = await incident()
    assert (found.status, rollback.calls) == (Status.VERIFYING, ["dep-0"])
    assert [e.note for e in found.left] == [ON_AGAIN]


async def test_blind_while_it_is_under_way_waits_for_sight(
    down, say_yes, pass_time, incident, rollback, back
):
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=1)
    rollback.unreadable = "Render: HTTP 503"
    await pass_time(minutes=2)
    assert (await incident()).status is Status.RUNNING
    rollback.unreadable = ""
    back()
    await pass_time(minutes=1)
    assert (await incident()).status is Status.VERIFYING


async def test_blind_for_ever_is_unknown(down, say_yes, pass_time, incident, rollback):
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=1)
    rollback.unreadable = "Render: HTTP 503"
    await pass_time(minutes=3)
    found = await incident()
    assert found.last(Kind.UNKNOWN).note == (
        "it was under way, then I lost sight of it (Render: HTTP 503); it is not repeated"
    )
    assert rollback.calls == ["dep-0"]


async def test_out_of_sight_is_unknown_too(down, say_yes, pass_time, incident, rollback):
    """It can be read, and what was under way is not there any more."""
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=1)
    rollback.course = None
    await pass_time(minutes=3)
    note = (await incident()).last(Kind.UNKNOWN).note
    assert note == "it was under way, then I lost sight of it; it is not repeated"


async def test_refused_is_not_done(down, say_yes, settle, incident, rollback):
    rollback.answer = Reply(Answer.REFUSED, "Render: HTTP 400 (its artifact is gone)")
    await down()
    await say_yes()
    await settle()
    found = await incident()
    assert (found.status, found.left, rollback.secured) == (Status.OPEN, (), [])


async def test_a_push_between_the_offer_and_the_call_holds_it_back(
    world, down, say_yes, incident, rollback
):
    await down()
    await say_yes()
    rollback.now_live = replace(AS_OFFERED, deploy="dep-9", auto_deploy="commit")
    await act(world)
    assert rollback.calls == []
    assert "a newer deploy (dep-9)" in (await incident()).last(Kind.WITHDRAWN).note


# Two acts in one incident


async def test_a_restart_first_and_a_rollback_after_it(
    down, say_yes, pass_time, incident, restart, rollback, back
):
    await down()
    await say_yes("restart")
    await pass_time(minutes=3.5)  # it did not help
    assert (await incident()).status is Status.OPEN
    assert (await incident()).left == ()
    await say_yes("rollback")
    rollback.course = UNDER_WAY
    await pass_time(minutes=1)
    back()
    await pass_time(minutes=3)
    found = await incident()
    assert (restart.calls, rollback.calls, rollback.secured) == (["srv-1"], ["dep-0"], ["commit"])
    acts = kinds(found, Kind.STARTED, Kind.LEFT, Kind.RAN)
    assert acts == ["started", "ran", "started", "left", "ran"]
    assert (found.status, found.act.offer) == (Status.CLOSED, found.approved.id)


async def test_a_rollback_first_and_a_restart_after_it(
    rolled_back, say_yes, pass_time, incident, restart, service_check, rollback
):
    await rolled_back(minutes=0.5)
    service_check.fails("crashed", "the process exited with code 1")
    await pass_time(minutes=3)
    assert (await incident()).status is Status.OPEN
    restart.on_run = service_check.heals
    await say_yes("restart")
    await pass_time(minutes=3)
    found = await incident()
    assert found.status is Status.CLOSED
    assert [(e.step, e.note) for e in found.left] == [(1, ON_AGAIN)]
    assert (rollback.secured, restart.calls) == (["commit"], ["srv-1"])


async def test_two_rollbacks_leave_two_things(
    rolled_back, say_yes, pass_time, incident, service_check, rollback, back
):
    await rolled_back()
    service_check.fails("crashed", "the process exited with code 1")
    await pass_time(minutes=1)  # a relapse: somebody has switched it on and pushed
    rollback.course = UNDER_WAY
    await say_yes()
    await pass_time(minutes=1)
    back()
    await pass_time(minutes=3)
    found = await incident()
    assert (found.relapses, found.status) == (1, Status.CLOSED)
    assert [e.step for e in found.left] == [1, 2]
    assert rollback.calls == ["dep-0"] * 2


# Working it off


async def test_it_is_done_once_by_who_may(world, rolled_back, incident):
    await rolled_back(minutes=1)
    for person, why in ((SAM, "not on the on-call list"), (VIC, "takes a responder")):
        with pytest.raises(Refused, match=why):
            await desk.settle(world, 1, 1, person, "tg:9")
    done = await desk.settle(world, 1, 1, BEN, "tg:10")
    assert done.left == ()
    assert (done.timeline[-1].kind, done.timeline[-1].by) == (Kind.SETTLED, "Ben")
    assert (await desk.settle(world, 1, 1, BEN, "tg:10")).version == done.version  # told twice
    with pytest.raises(Refused, match="done already"):
        await desk.settle(world, 1, 1, ANN, "tg:11")
    assert (await incident()).status is Status.VERIFYING
    assert await world.store.proven(1)


async def test_numbers_of_nothing(world, rolled_back, incident):
    await rolled_back(minutes=1)
    before = await incident()
    for step in (0, 2, 10**30):
        with pytest.raises(Refused, match=f"there is no to-do 1.{step}; /todo lists them"):
            await desk.settle(world, 1, step, ANN, "tg:9")
    with pytest.raises(Refused, match="there is no incident #7"):
        await desk.settle(world, 7, 1, ANN, "tg:9")
    assert await incident() == before


async def test_it_may_be_done_while_the_proof_goes_on(world, rolled_back, incident, pass_time):
    await rolled_back(minutes=1)
    assert (await desk.settle(world, 1, 1, ANN, "tg:9")).status is Status.VERIFYING
    await pass_time(minutes=3)
    found = await incident()
    assert (found.status, found.left) == (Status.CLOSED, ())


async def test_done_while_the_act_goes_on_is_not_left_again(
    world, down, say_yes, pass_time, incident, rollback
):
    await down()
    await say_yes()
    rollback.course = UNDER_WAY
    await pass_time(minutes=1)
    await desk.settle(world, 1, 1, ANN, "tg:9")
    await pass_time(minutes=1)
    assert kinds(await incident(), Kind.LEFT, Kind.SETTLED) == ["left", "settled"]


def verbs(post):
    return [button.verb for row in post.message.rows for button in row]


async def test_the_chat_shows_it_until_it_is_done(world, rolled_back, settle, shown):
    await rolled_back()
    posts = await shown()
    assert verbs(posts["card:1:0"]) == ["settle", "yes", "no"]
    assert "Still to do" in posts["clear:1:0"].message.html
    await desk.settle(world, 1, 1, ANN, "tg:9")
    await settle()
    posts = await shown()
    assert verbs(posts["card:1:0"]) == ["yes", "no"]  # to mend it for good
    for name in ("card:1:0", "clear:1:0"):
        assert "Still to do" not in posts[name].message.html
    assert sum(name.startswith(("clear", "report")) for name in posts) == 2  # nothing sent anew


async def test_what_is_left_outlasts_a_relapse(
    world, rolled_back, incident, pass_time, service_check
):
    await rolled_back()
    service_check.fails("crashed", "again")
    await pass_time(minutes=1)
    found = await incident()
    assert (found.status, [e.step for e in found.left]) == (Status.OPEN, [1])
    assert (await desk.settle(world, 1, 1, ANN, "tg:9")).status is Status.OPEN


# By name


async def test_an_act_that_is_not_on_offer_is_not_asked_for(world, down, incident, rollback):
    with pytest.raises(Refused, match="nothing is wrong, so no rollback is on offer"):
        await ask_by_name(world, "rollback", "", ANN, "tg:1")
    rollback.offered = False
    await down()
    with pytest.raises(Refused, match="a rollback is not on offer"):
        await ask_by_name(world, "rollback", "", ANN, "tg:2")
    with pytest.raises(Refused, match="a database restart is nothing that I may do here"):
        await ask_by_name(world, "restart-database", "", ANN, "tg:3")
    assert (await incident()).asked is None


async def test_an_act_that_cannot_help_is_refused_with_its_reason(
    world, clock, pass_time, restart, incident
):
    database, restart.offered = FakeCheck(clock, "postgres", "answers"), False
    world.checks.append(database)
    world.sources.append(
        FakeSource("B1", "database", "it refuses connections", (("state", "refused"),))
    )
    database.fails("refused", "it refuses connections")
    await pass_time(minutes=2)
    with pytest.raises(Refused, match="a fresh start would not reach it either"):
        await ask_by_name(world, "restart", "", ANN, "tg:1")
    assert (await incident()).asked is None


async def test_restart_database_is_asked_for_by_its_own_name(world, down, say_yes, settle, clock):
    database = FakeRestart(clock)
    database.name = "restart-database"
    world.actions.append(database)
    await down()
    await say_yes("restart-database")
    await settle()
    assert database.calls == ["srv-1"]
