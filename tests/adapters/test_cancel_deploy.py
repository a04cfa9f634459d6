"""Cancel a deploy: offered when it takes too long, called once, proved by the deploy's own end."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.adapters.actions.cancel_deploy import CancelDeploy
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.service import ServiceState
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Reason, Risk, changed
from bot.ports import Unavailable
from bot.sandbox.render import preparing
from tests.adapters.emulated import now as real_now
from tests.adapters.emulated import until
from tests.adapters.render_kit import NOW, SRV, TO_A_WRITE, deploy, event, healthy

SERVICE = f"/services/{SRV}"
DEPLOYS, EVENTS = f"{SERVICE}/deploys", f"{SERVICE}/events"
CANCEL = f"{DEPLOYS}/dep-3/cancel"
BEFORE = Live("dep-3", "evt-7", (f"{SRV}-aaaaa",), state="busy with deploy dep-3")
RAN = [deploy("dep-2", "live", 60, "b" * 40), deploy("dep-1", "deactivated", 600, "a" * 40)]


def now():
    return NOW


def going(minutes, status="build_in_progress", id="dep-3"):
    return deploy(id, status, minutes, "d" * 40)  # created two minutes before that


@pytest.fixture
def api():
    found = healthy()
    found[DEPLOYS] = [going(28), *RAN]
    return found


@pytest.fixture
def cancel(api):
    return CancelDeploy("life-os", SRV, api.render(), now)


def proposal(target="dep-3"):
    name = "cancel-deploy"
    return Proposal(f"1.{name}", name, target, Risk.HIGH, "", "", (), BEFORE, NOW)


def service(state="deploying", **facts):
    facts = {"state": state, "deploy": "dep-3", "restart": "evt-7", **facts}
    return Evidence("S1", "service", Found.SOMETHING, "…", tuple(facts.items()))


def history(took="30.0", usual="3.0", **facts):
    facts = {
        "under_way": "dep-3",
        "under_way_commit": "d" * 40,
        "under_way_status": "build_in_progress",
        "under_way_minutes": took,
        "usual_minutes": usual,
        "waiting": "",
        **facts,
    }
    known = tuple((name, value) for name, value in facts.items() if value is not None)
    return Evidence("D1", "deploys", Found.SOMETHING, "…", known)


QUIET = Evidence("D1", "deploys", Found.SOMETHING, "…", (("latest", "dep-2"),))


# When it is offered


def test_it_says_what_it_does_to_whom_and_the_way_back(cancel):
    assert (cancel.name, cancel.service, cancel.risk) == ("cancel-deploy", "life-os", Risk.HIGH)
    assert all(text.endswith(".") for text in (cancel.effect, cancel.radius, cancel.undo))


@pytest.mark.parametrize(
    ("took", "usual", "why"),
    [
        ("30.0", "3.0", "a deploy has been in progress for 30 min; usually it takes 3 min"),
        ("8.1", "3.0", "a deploy has been in progress for 8 min; usually it takes 3 min"),
        ("16.1", "8.0", "a deploy has been in progress for 16 min; usually it takes 8 min"),
        ("20.1", "15.0", "a deploy has been in progress for 20 min; usually it takes 15 min"),
        ("20.1", None, "a deploy has been in progress for 20 min"),
        ("180.0", "0.0", "a deploy has been in progress for 3 h"),
    ],
)
def test_offered_for_one_that_is_stuck(cancel, took, usual, why):
    reason = cancel.suits([service(), history(took, usual)])
    assert (reason.why, reason.target, reason.likely) == (why, "dep-3", True)
    assert reason.evidence == ("S1", "D1")
    assert reason.live == Live("dep-3", "evt-7", state="busy with deploy dep-3")
    assert reason.effect == (
        "Ends deploy dep-3 (ddddddd) of life-os before it goes live; what runs goes on running."
    )


@pytest.mark.parametrize(
    ("took", "usual"), [("7.9", "3.0"), ("15.9", "8.0"), ("19.9", None), (None, "3.0")]
)
def test_one_that_takes_its_time_can_be_asked_for(cancel, took, usual):
    evidence = [service(), history(took, usual)]
    assert cancel.suits(evidence) is None
    for wish in ("", "dep-3"):
        reason = cancel.suits(evidence, wish)
        assert (reason.target, reason.likely) == ("dep-3", False)
        assert "in progress" in reason.why


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ([], "its deploys cannot be seen now"),
        ([service()], "its deploys cannot be seen now"),
        ([history()], "its deploys cannot be seen now"),
        ([service("running"), QUIET], "no deploy is in progress"),
    ],
)
def test_nothing_to_cancel(cancel, evidence, why):
    assert cancel.suits(evidence) is None
    assert cancel.suits(evidence, "") == Barred(why)


def test_another_than_the_one_in_progress_is_not_canceled_instead(cancel):
    said = cancel.suits([service(), history()], "dep-1")
    assert said == Barred("the deploy in progress is dep-3")


@pytest.mark.parametrize(
    ("waiting", "then"),
    [("", "no other deploy waits"), ("dep-4", "dep-4 waits and starts at once")],
)
def test_what_one_must_know_before_saying_yes(cancel, waiting, then):
    assert cancel.suits([service(), history(waiting=waiting)]).brief == (
        ("Deploy", "dep-3"),
        ("Commit", "d" * 40),
        ("Step", "build in progress"),
        ("Then", then),
    )


# What triage sees is what is compared before the act


async def seen(api):
    began = Event(Kind.DETECTED, NOW - timedelta(minutes=2), check="service", code="deploy_stuck")
    incident, render = Incident.opened(1, "life-os", began), api.render()
    sources = (ServiceState("life-os", SRV, render, now), Deploys("life-os", SRV, render, now))
    return [await source.gather(incident) for source in sources]


async def test_what_triage_saw_is_what_is_compared_before_the_act(api, cancel):
    api[EVENTS] = [event("evt-7", "server_restarted", 90)]
    reason = cancel.suits(await seen(api))
    assert reason.why == "a deploy has been in progress for 30 min; usually it takes 2 min"
    live = await cancel.live()
    assert live == BEFORE
    assert changed(reason.live, live) is None
    api[DEPLOYS] = [going(28, "live"), *RAN]
    said = changed(reason.live, await cancel.live())
    assert said == "it is not deploying now, not busy with deploy dep-3 any more"


async def test_one_that_waits_is_not_the_one_that_is_stuck(api, cancel):
    api[DEPLOYS] = [going(1, "queued", "dep-4"), going(28), *RAN]
    reason = cancel.suits(await seen(api))
    assert reason.target == "dep-3"
    assert dict(reason.brief)["Then"] == "dep-4 waits and starts at once"
    assert changed(reason.live, await cancel.live()) is None
    api[DEPLOYS] = [going(1, "queued", "dep-4"), going(9, "queued"), *RAN]
    assert cancel.suits(await seen(api), "").target == "dep-3"


@pytest.mark.parametrize("path", [DEPLOYS, EVENTS, f"{SERVICE}/instances"])
async def test_live_that_cannot_be_read(api, cancel, path):
    api[path] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await cancel.live()


# The one call


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(200, json={"id": "dep-3", "status": "canceled"}), Answer.ACCEPTED),
        (httpx.Response(202), Answer.ACCEPTED),
        *TO_A_WRITE,
    ],
)
async def test_run_calls_once_and_never_raises(api, cancel, answer, said):
    api[CANCEL] = answer
    assert (await cancel.run(proposal())).answer is said
    assert api.sent == [("POST", CANCEL, None)]


async def test_run_elsewhere_never_leaves_the_house(api):
    reply = await CancelDeploy("life-os", "srv-other", api.render(), now).run(proposal())
    assert api.refused_by_us(reply)


# What is seen of it


@pytest.mark.parametrize(
    ("status", "effect"),
    [
        ("canceled", Effect(Course.DONE, "Render canceled the deploy dep-3")),
        ("live", Effect(Course.FAILED, "the deploy dep-3 went live before it was canceled")),
        ("deactivated", Effect(Course.FAILED, "the deploy dep-3 went live before it was canceled")),
        ("build_failed", Effect(Course.FAILED, "the deploy dep-3 ended first: its build failed")),
        ("build_in_progress", None),
        ("queued", None),
        ("hibernating", None),
        (None, None),
    ],
)
async def test_its_own_end_is_what_is_believed(api, cancel, status, effect):
    api[DEPLOYS] = [going(28, status), deploy("dep-9", "canceled", 1), *RAN]
    assert await cancel.effect_since(proposal(), BEFORE, NOW) == effect


async def test_out_of_sight_is_no_sign(api, cancel):
    api[DEPLOYS] = RAN
    assert await cancel.effect_since(proposal(), BEFORE, NOW) is None
    api[DEPLOYS] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await cancel.effect_since(proposal(), BEFORE, NOW)


async def test_nothing_is_left_behind(api, cancel):
    assert await cancel.secure(BEFORE) is None
    assert api.asked == []


# Over HTTP, with the emulated platform


@pytest.fixture
async def stuck(service, render, monkeypatch):
    monkeypatch.setattr(preparing, "BUILD_SECONDS", 400_000.0)
    _, id = await render.deploy(service.id, "a" * 40)
    return id


async def looked_at(service, render):
    incident = Incident.opened(1, "s", Event(Kind.DETECTED, real_now()))
    sources = (ServiceState, Deploys)
    return [await one("s", service.id, render, real_now).gather(incident) for one in sources]


async def test_one_that_hangs_is_ended_and_the_old_one_serves_on(platform, service, render, stuck):
    serving = [one.id for one in service.serving]
    cancel = CancelDeploy("s", service.id, render, real_now, within=timedelta(minutes=-1))
    reason = cancel.suits(await looked_at(service, render))
    assert (reason.target, reason.likely) == (stuck, True)
    before, at = await cancel.live(), real_now()
    assert changed(reason.live, before) is None
    assert await cancel.effect_since(proposal(stuck), before, at) is None
    assert (await cancel.run(proposal(stuck))).answer is Answer.ACCEPTED
    seen = await until(lambda: cancel.effect_since(proposal(stuck), before, at))
    assert seen == Effect(Course.DONE, f"Render canceled the deploy {stuck}")
    assert [one.id for one in service.serving] == serving
    assert "not deploying now" in changed(reason.live, await cancel.live())
    assert cancel.suits(await looked_at(service, render), "").why == "no deploy is in progress"
    again = await cancel.run(proposal(stuck))
    assert again.answer is Answer.REFUSED


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error", "hang"])
async def test_an_answer_that_is_lost_is_settled_by_what_is_seen(
    platform, service, render, stuck, kind
):
    render._within = 0.5
    cancel = CancelDeploy("s", service.id, render, real_now)
    before, at = await cancel.live(), real_now()
    platform.faults.arm(kind, method="POST", path="/cancel", status=503)
    assert (await cancel.run(proposal(stuck))).answer is Answer.UNCLEAR
    if kind == "drop_after":
        assert await until(lambda: cancel.effect_since(proposal(stuck), before, at))
    else:
        assert await cancel.effect_since(proposal(stuck), before, at) is None


async def test_a_wish_for_what_has_just_ended(service, render, stuck):
    cancel = CancelDeploy("s", service.id, render, real_now)
    evidence = await looked_at(service, render)
    assert isinstance(cancel.suits(evidence, ""), Reason)
    await render.cancel_deploy(service.id, stuck)
    assert isinstance(cancel.suits(await looked_at(service, render), ""), Barred)
