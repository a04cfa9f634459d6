"""Whatever Render answers: an act is called once, and believed to be done only where it says so."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.actions.cancel_deploy import CancelDeploy
from bot.adapters.actions.clear_cache import ClearCache
from bot.adapters.actions.deploy import Deploy
from bot.adapters.actions.redeploy import Redeploy
from bot.adapters.actions.restart import Restart
from bot.adapters.actions.restart_database import RestartDatabase
from bot.adapters.actions.rollback import Rollback
from bot.adapters.render_answers import moment
from bot.adapters.render_writes import Verb
from bot.domain.remedy import Answer, Course, Live, Proposal, Risk
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, ago, deploy, event, healthy, stamp
from tests.fuzz import BODIES, JSON, STATUS, fuzz, spoilt, word

SERVICE = f"/services/{SRV}"
DEPLOYS, EVENTS, INSTANCES = (f"{SERVICE}/{what}" for what in ("deploys", "events", "instances"))
BAD, GOOD = "b" * 40, "a" * 40
CALLED = NOW - timedelta(seconds=20)
SOON = timedelta(seconds=5)  # how far clocks may be apart
BEFORE = Live("dep-2", "evt-7", (f"{SRV}-aaaaa", f"{SRV}-bbbbb"), "commit")
BODY_OR_BREAK = STATUS.flatmap(lambda status: BODIES.map(lambda body: (status, body)))
BREAKS = [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x"), OSError()]
WORDS = ("live", "rollback", "manual", "server_restarted", "evt-8", "dep-3", BAD, GOOD)
TIMES = (stamp(NOW), ago(seconds=10), ago(seconds=23), ago(minutes=1))
VALUES = JSON | st.sampled_from([*WORDS, *TIMES])
# Nothing has come of the call yet.
STANDS = {
    DEPLOYS: [
        deploy("dep-2", "live", 5, BAD, trigger="manual"),
        deploy("dep-1", "deactivated", 600, GOOD, trigger="manual"),
    ],
    EVENTS: [event("evt-7", "server_restarted", 90)],
    INSTANCES: [{"id": one, "createdAt": ago(minutes=90)} for one in BEFORE.instances],
    SERVICE: healthy()[SERVICE] | {"autoDeployTrigger": "commit"},
}


def now():
    return NOW


def proposal(name, target):
    return Proposal(f"1.{name}", name, target, Risk.HIGH, "", "", (), BEFORE, NOW)


def api_of(answers):
    api = healthy()
    api.answers = {path: httpx.Response(200, content=json.dumps(a)) for path, a in answers.items()}
    return api


def asked(what):
    """What comes of it; None where the world did not answer."""
    try:
        return asyncio.run(what)
    except Unavailable:
        return None


def rows(data, wrapper=""):
    for row in data if isinstance(data, list) else []:
        if isinstance(row, dict):
            inner = row.get(wrapper)
            yield inner if isinstance(inner, dict) else row


def recent(value):
    at = moment(value)
    return at is not None and CALLED - SOON <= at <= NOW + timedelta(minutes=1)


def named(row, *known):
    return isinstance(row.get("id"), str) and row["id"].strip() not in {"", *known}


@fuzz
@given(st.one_of(BODY_OR_BREAK, st.sampled_from(BREAKS)), st.integers(0, 6))
def test_one_call_whatever_is_answered(answer, which):
    api = healthy()
    render = api.render(may={SRV: Verb, "dpg-1-a": Verb})
    act, target, path = (
        (Restart("life-os", SRV, render, now), SRV, f"{SERVICE}/restart"),
        (Rollback("life-os", SRV, render, now), "dep-1", f"{SERVICE}/rollback"),
        (
            RestartDatabase("life-os", "dpg-1-a", render, now, None),
            "dpg-1-a",
            "/postgres/dpg-1-a/restart",
        ),
        (Deploy("life-os", SRV, render, now), GOOD, DEPLOYS),
        (Redeploy("life-os", SRV, render, now), BAD, DEPLOYS),
        (ClearCache("life-os", SRV, render, now), BAD, DEPLOYS),
        (CancelDeploy("life-os", SRV, render, now), "dep-3", f"{DEPLOYS}/dep-3/cancel"),
    )[which]
    broken = isinstance(answer, Exception)
    api[path] = answer if broken else httpx.Response(answer[0], content=answer[1])
    reply = asyncio.run(act.run(proposal(act.name, target)))
    assert len(api.asked) == len(api.sent) == 1
    status = 0 if broken else answer[0]
    assert (reply.answer is Answer.ACCEPTED) is (200 <= status < 300)
    assert (reply.answer is Answer.REFUSED) is (status in {400, 401, 403, 404})
    assert len(reply.note.splitlines()) == 1
    assert len(reply.note) < 300
    reply.note.encode()


@fuzz
@given(spoilt(STANDS, VALUES))
def test_what_an_approval_rests_on(answers):
    api = api_of(answers)
    for kind in (Restart, Rollback, Deploy, CancelDeploy):
        act = kind("s", SRV, api.render(), now)
        live = asked(act.live())
        if live is None:
            continue
        texts = (live.deploy, live.restart, live.auto_deploy, *live.instances)
        assert all(isinstance(text, str) and len(text) <= 200 for text in texts)
        assert len(live.state.splitlines()) <= 1
        assert all(live.instances)
        assert len(live.instances) == len(answers[INSTANCES])
    assert api.sent == []


@fuzz
@given(spoilt({path: STANDS[path] for path in (EVENTS, INSTANCES)}, VALUES))
def test_a_restart_is_done_only_where_the_platform_says_so(answers):
    api = api_of(answers)
    act = Restart("life-os", SRV, api.render(), now)
    effect = asked(act.effect_since(proposal("restart", SRV), BEFORE, CALLED))
    assert api.sent == []
    if effect is None:
        return
    running = answers.get(INSTANCES)
    recorded = any(
        str(row.get("type")).strip() == "server_restarted"
        and named(row, "evt-7")
        and recent(row.get("timestamp"))
        for row in rows(answers.get(EVENTS), "event")
    )
    replaced = bool(running) and all(
        isinstance(row, dict) and named(row, *BEFORE.instances) for row in running
    )
    assert effect.course is Course.DONE
    assert recorded or replaced


@fuzz
@given(spoilt(STANDS[DEPLOYS], VALUES))
def test_a_rollback_has_begun_only_where_the_platform_says_so(deploys):
    api = api_of({DEPLOYS: deploys})
    act = Rollback("life-os", SRV, api.render(), now)
    effect = asked(act.effect_since(proposal("rollback", "dep-1"), BEFORE, CALLED))
    assert api.sent == []
    assert effect is None or any(
        named(row, "dep-1", "dep-2") and recent(row.get("createdAt"))
        for row in rows(deploys, "deploy")
    )


@fuzz
@given(spoilt(STANDS[DEPLOYS], VALUES | st.just("api")))
def test_a_deploy_has_begun_only_where_the_platform_says_so(deploys):
    api = api_of({DEPLOYS: deploys})
    act = Deploy("life-os", SRV, api.render(), now)
    effect = asked(act.effect_since(proposal("deploy", GOOD), BEFORE, CALLED))
    assert api.sent == []
    assert effect is None or any(
        named(row, "dep-2") and recent(row.get("createdAt")) and GOOD in json.dumps(row)
        for row in rows(deploys, "deploy")
    )


@fuzz
@given(spoilt(STANDS[DEPLOYS], VALUES | st.just("canceled")))
def test_a_deploy_is_canceled_only_where_the_platform_says_so(deploys):
    api = api_of({DEPLOYS: deploys})
    act = CancelDeploy("life-os", SRV, api.render(), now)
    effect = asked(act.effect_since(proposal("cancel-deploy", "dep-1"), BEFORE, CALLED))
    assert api.sent == []
    done = effect is not None and effect.course is Course.DONE
    assert not done or any(
        str(row.get("id")).strip() == "dep-1" and str(row.get("status")).strip() == "canceled"
        for row in rows(deploys, "deploy")
    )


@fuzz
@given(st.one_of(spoilt(STANDS[SERVICE], VALUES | st.just("off")), JSON), STATUS)
def test_auto_deploy_is_off_only_where_the_platform_says_so(service, status):
    api = api_of({})
    api[SERVICE] = httpx.Response(status, content=json.dumps(service))
    left = asked(Rollback("life-os", SRV, api.render(), now).secure(BEFORE))
    assert len(api.asked) == 1
    if left is not None:
        assert 200 <= status < 300
        assert "off" in str(word(service, "autoDeployTrigger")) or (
            word(service, "autoDeploy") == "no"
        )


# What was found so, by example


@pytest.mark.parametrize(
    "running",
    [
        [{"id": None}],
        [{"id": 7}],
        [{}],
        [None],
        [[]],
        [{"id": "new"}, None],
        [{"id": "new"}, {"created": "x"}],
    ],
)
async def test_an_instance_without_a_name_may_be_the_old_one(running):
    act = Restart("life-os", SRV, api_of({EVENTS: [], INSTANCES: running}).render(), now)
    with pytest.raises(Unavailable, match="unknown form"):
        await act.effect_since(proposal("restart", SRV), BEFORE, CALLED)


@pytest.mark.parametrize(
    ("id", "at"), [(None, ago(seconds=10)), (5, ago(seconds=10)), ("evt-8", "9999-12-31T23:59:59Z")]
)
async def test_a_restart_without_a_name_or_of_the_far_future_proves_nothing(id, at):
    odd = event(id, "server_restarted", 0)
    odd["event"]["timestamp"] = at
    api = api_of({EVENTS: [odd], INSTANCES: STANDS[INSTANCES]})
    act = Restart("life-os", SRV, api.render(), now)
    assert await act.effect_since(proposal("restart", SRV), BEFORE, CALLED) is None


@pytest.mark.parametrize("at", [stamp(NOW), ago(seconds=10), "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("id", ["dep-1", None, "dep-2", 7])
async def test_the_target_itself_is_never_taken_for_the_rollback(id, at):
    row = deploy(id, "deactivated", 600, GOOD, trigger="manual")
    row["deploy"]["createdAt"] = at
    old = deploy("dep-1", "deactivated", 600, GOOD, trigger="manual")
    act = Rollback("life-os", SRV, api_of({DEPLOYS: [row, old]}).render(), now)
    assert await act.effect_since(proposal("rollback", "dep-1"), BEFORE, CALLED) is None


async def test_a_rollback_of_the_far_future_is_none_of_ours():
    row = deploy("dep-3", "live", 0, GOOD, trigger="rollback")
    row["deploy"]["createdAt"] = "9999-12-31T23:59:59Z"
    act = Rollback("life-os", SRV, api_of({DEPLOYS: [row]}).render(), now)
    assert await act.effect_since(proposal("rollback", "dep-1"), BEFORE, CALLED) is None
