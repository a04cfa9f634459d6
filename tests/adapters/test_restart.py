"""Restart: offered on facts, called once, seen by its effect."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.adapters.actions.restart import Restart
from bot.adapters.sources.service import ServiceState
from bot.domain.evidence import Evidence, Found
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, ago, event, healthy

EVENTS, INSTANCES = f"/services/{SRV}/events", f"/services/{SRV}/instances"
RESTART = f"/services/{SRV}/restart"
BEFORE = Live("dep-2", "evt-7", (f"{SRV}-aaaaa",))


def now():
    return NOW


@pytest.fixture
def api():
    return healthy()


@pytest.fixture
def restart(api):
    return Restart("life-os", SRV, api.render(), now)


def service(state="running", **facts):
    facts = {"state": state, "deploy": "dep-2", "restart": "evt-7", "instances": "i1,i2", **facts}
    return Evidence("S1", "service", Found.SOMETHING, "…", tuple(facts.items()))


def database(state):
    return Evidence("B1", "database", Found.SOMETHING, "…", (("state", state),))


def history(minutes):
    known = () if minutes is None else (("live_minutes_before", minutes),)
    return Evidence("D1", "deploys", Found.SOMETHING, "…", known)


def proposal(target=SRV):
    return Proposal("1.restart", "restart", target, Risk.HIGH, "", "", (), BEFORE, NOW)


def restarted(id, seconds):
    return event(id, "server_restarted", -seconds / 60, triggeredByUser="usr-1")


def test_it_is_risky_and_says_what_it_does(restart):
    assert (restart.name, restart.service, restart.risk) == ("restart", "life-os", Risk.HIGH)
    assert "unsaved work in memory is lost" in restart.effect


@pytest.mark.parametrize(
    ("evidence", "why", "ids"),
    [
        ([service()], "a fresh start clears whatever is stuck in memory", ("S1",)),
        ([service("crashed")], "it is crashed; a fresh start may bring it back", ("S1",)),
        ([service("crash loop")], "it is crash loop", ("S1",)),
        ([service(memory_mb="500", memory_limit_mb="512")], "nearly full", ("S1",)),
        ([service(memory_mb="100", memory_limit_mb="512")], "clears whatever", ("S1",)),
        ([service(), database("ok")], "clears whatever", ("S1",)),
        ([service(), database("slow")], "clears whatever", ("S1",)),
        ([database("refused"), service()], "may not help while the database", ("S1", "B1")),
    ],
)
def test_offered_with_a_reason(restart, evidence, why, ids):
    reason = restart.suits(evidence)
    assert why in reason.why
    assert (reason.target, reason.evidence) == (SRV, ids)
    assert reason.live == Live("dep-2", "evt-7", ("i1", "i2"))


@pytest.mark.parametrize(
    ("evidence", "likely", "why"),
    [
        ([service()], True, "clears whatever"),
        ([service("crashed")], True, "it is crashed"),
        ([service(memory_mb="500", memory_limit_mb="512")], True, "nearly full"),
        ([service(), database("refused")], False, "while the database is in trouble"),
        ([service(), database("refused"), history("3.0")], False, "while the database"),
        ([service("crashed"), history("3.0")], False, "the trouble began with the newest deploy"),
        ([service(), history("-0.5")], False, "with the newest deploy"),
        ([service(), history("31.0")], True, "clears whatever"),
        ([service(), history("-5.0")], True, "clears whatever"),
        ([service(), history(None)], True, "clears whatever"),  # there is no way back
    ],
)
def test_offered_first_only_where_it_is_likely_to_help(restart, evidence, likely, why):
    reason = restart.suits(evidence)
    assert reason.likely is likely
    assert why in reason.why
    assert reason.brief == (("Service", SRV), ("Deploy", "dep-2"))


@pytest.mark.parametrize(
    "evidence",
    [
        [],
        [database("ok")],
        [Evidence("", "service", Found.UNREADABLE, "Render: HTTP 503")],
    ],
)
def test_not_offered(restart, evidence):
    assert restart.suits(evidence) is None
    assert isinstance(restart.suits(evidence, ""), Barred)


@pytest.mark.parametrize(
    ("state", "why"), [("suspended", "resumed first"), ("deploying", "a deploy is under way")]
)
def test_held_back_with_the_reason(restart, state, why):
    for wish in (None, ""):
        assert why in restart.suits([service(state)], wish).why


async def test_what_triage_saw_is_what_is_compared_before_the_act(api, restart):
    api[EVENTS] = [restarted("evt-7", -3600), restarted("evt-6", -7200)]
    source = ServiceState("life-os", SRV, api.render(), now)
    offered = restart.suits([await source.gather(None)]).live
    live = await restart.live()
    assert offered == live == BEFORE
    assert changed(offered, live) is None


async def test_live_without_any_history(api, restart):
    api[EVENTS], api[INSTANCES], api[f"/services/{SRV}/deploys"] = [], [], []
    assert await restart.live() == Live()


async def test_live_that_cannot_be_read(api, restart):
    api[INSTANCES] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await restart.live()


async def test_nothing_is_left_behind(api, restart):
    assert await restart.secure(BEFORE) is None
    assert api.asked == []


async def test_run_calls_once(api, restart):
    api[RESTART] = httpx.Response(200)
    reply = await restart.run(proposal())
    assert reply.answer is Answer.ACCEPTED
    assert [(method, path) for method, path, _ in api.asked] == [("POST", RESTART)]


async def test_run_never_raises(api, restart):
    api[RESTART] = httpx.ReadTimeout("x")
    assert (await restart.run(proposal())).answer is Answer.UNCLEAR
    reply = await restart.run(proposal("srv-other"))
    assert reply.answer is Answer.REFUSED
    assert "may not ask" in reply.note


@pytest.mark.parametrize(
    ("events", "seen"),
    [
        ([], None),
        ([restarted("evt-8", 3)], "Render recorded the restart at 12:00:03 UTC (evt-8)"),
        ([restarted("evt-8", -4)], "Render recorded the restart at 11:59:56 UTC (evt-8)"),
        ([restarted("evt-8", -6)], None),
        ([restarted("evt-7", -2)], None),
        ([restarted("evt-6", -4), restarted("evt-7", -2)], None),
        ([restarted("evt-7", -2), restarted("evt-8", 2)], "at 12:00:02 UTC (evt-8)"),
        ([event("evt-8", "server_available", -0.1)], None),
    ],
)
async def test_effect_by_event(api, restart, events, seen):
    api[EVENTS] = events
    found = await restart.effect_since(proposal(), BEFORE, NOW)
    assert found is None if seen is None else seen in found.note
    (asked,) = api.calls(EVENTS)
    assert asked["startTime"] == ago(seconds=5)
    assert asked["type"] == "server_restarted"


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        (("a", "b"), ("c", "d"), True),
        (("a", "b"), ("b", "c"), False),
        (("a",), (), False),
        ((), ("c",), False),
        (("a",), ("a",), False),
    ],
)
async def test_effect_by_instances(api, restart, before, after, seen):
    api[EVENTS] = []
    api[INSTANCES] = [{"id": id} for id in after]
    found = await restart.effect_since(proposal(), Live("dep-2", "", before), NOW)
    assert found == (Effect(Course.DONE, "every instance is new: c, d") if seen else None)


async def test_an_event_a_minute_late_is_still_the_effect(api):
    late = Restart("life-os", SRV, api.render(), lambda: NOW + timedelta(seconds=90))
    api[EVENTS] = [restarted("evt-8", 1)]
    assert "evt-8" in (await late.effect_since(proposal(), BEFORE, NOW)).note


async def test_no_sight_is_no_effect_but_unavailable(api, restart):
    api[EVENTS] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await restart.effect_since(proposal(), BEFORE, NOW)
