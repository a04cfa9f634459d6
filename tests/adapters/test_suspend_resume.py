"""Suspend and resume: asked for once each, and seen by what Render says and by what runs."""

from __future__ import annotations

import httpx
import pytest

from bot.adapters.actions.resume import LIFTED_BY_OTHERS, UNSEEN, Resume
from bot.adapters.actions.suspend import Suspend
from bot.adapters.sources.service import ServiceState
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.ports import Unavailable
from tests.adapters.emulated import now as real_now
from tests.adapters.emulated import until
from tests.adapters.render_kit import NOW, SRV, begun, deploy, healthy, stamp

SERVICE = f"/services/{SRV}"
DEPLOYS, INSTANCES = f"{SERVICE}/deploys", f"{SERVICE}/instances"
LIVE = "b" * 40
BEFORE = Live("dep-2", "", (), "", "suspended")
RAN = [deploy("dep-2", "live", 120, LIVE), deploy("dep-1", "deactivated", 600)]


def now():
    return NOW


def made(act, api):
    return act("life-os", SRV, api.render(), now)


def suited(act, evidence, wish=None):
    return made(act, healthy()).suits(evidence, wish)


def service(state="running", by=""):
    facts = {"state": state, "deploy": "dep-2", "restart": "", "suspended_by": by}
    return [Evidence("S1", "service", Found.SOMETHING, "…", tuple(facts.items()))]


def proposal(name):
    return Proposal(f"1.{name}", name, SRV, Risk.HIGH, "", "", (), BEFORE, NOW)


def suspended(*by, instances=()):
    api = healthy()
    api[SERVICE] |= {"suspended": "suspended", "suspenders": list(by)}
    api[INSTANCES] = [{"id": one, "createdAt": stamp(NOW)} for one in instances]
    return api


# When they are offered


def test_resume_takes_one_tap_and_suspend_two():
    assert (suited(Resume, service("suspended", "user")).live, Resume.risk) == (
        Live("dep-2", "", state="suspended"),
        Risk.LOW,
    )
    assert Suspend.risk is Risk.HIGH


@pytest.mark.parametrize(
    ("by", "why", "likely"),
    [
        ("user", "somebody suspended it", True),
        ("", "does not say by whom", True),
        ("novel", "does not say by whom", True),
        ("stuck_crashlooping", "what crashed it will do so again", False),
        ("user,stuck_crashlooping", "what crashed it will do so again", False),
    ],
)
def test_resume_is_offered_while_it_is_suspended(by, why, likely):
    reason = suited(Resume, service("suspended", by))
    assert why in reason.why
    assert (reason.target, reason.likely) == (SRV, likely)
    assert reason.brief == (("Suspended by", by.replace(",", ", ") or "not known"),)


@pytest.mark.parametrize("by", LIFTED_BY_OTHERS)
@pytest.mark.parametrize("wish", [None, ""])
def test_what_others_lift_is_barred(by, wish):
    evidence = service("suspended", f"user,{by}")
    assert suited(Resume, evidence, wish) == Barred(LIFTED_BY_OTHERS[by])


@pytest.mark.parametrize(
    ("act", "evidence", "why"),
    [
        (Resume, service(), "it is not suspended"),
        (Resume, service("deploying"), "it is not suspended"),
        (Resume, [], UNSEEN),
        (Suspend, service("suspended"), "it is suspended already"),
        (Suspend, [], UNSEEN),
        (Suspend, service(""), UNSEEN),
    ],
)
def test_who_asks_in_vain_is_told_why_and_nobody_else_is(act, evidence, why):
    assert suited(act, evidence, "") == Barred(why)
    assert suited(act, evidence) is None


@pytest.mark.parametrize("state", ["running", "crash loop", "deploying"])
def test_suspend_is_never_offered_and_asked_for_by_name(state):
    assert suited(Suspend, service(state)) is None
    reason = suited(Suspend, service(state), "")
    assert (reason.target, reason.likely) == (SRV, False)
    assert reason.effect.startswith("Stops every instance of life-os, ")
    assert reason.live == Live("dep-2", "", state="switched on")


async def test_what_triage_saw_is_what_is_compared_before_the_act():
    api, incident = suspended("user"), Incident.opened(1, "life-os", Event(Kind.DETECTED, NOW))
    api[DEPLOYS] = RAN
    seen = [await ServiceState("life-os", SRV, api.render(), now).gather(incident)]
    resume = made(Resume, api)
    reason = resume.suits(seen)
    assert changed(reason.live, await resume.live()) is None
    api[SERVICE] |= {"suspended": "not_suspended", "suspenders": []}
    said = "it is switched on now, not suspended any more"
    assert changed(reason.live, await resume.live()) == said


# The one call


@pytest.mark.parametrize(("act", "name"), [(Resume, "resume"), (Suspend, "suspend")])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(202), Answer.ACCEPTED),
        (httpx.Response(400, json={"message": "no"}), Answer.REFUSED),
        (httpx.ConnectError("x"), Answer.REFUSED),
        (httpx.ReadTimeout("x"), Answer.UNCLEAR),
        (httpx.Response(502), Answer.UNCLEAR),
    ],
)
async def test_called_once(act, name, answer, said):
    api = healthy()
    api[f"{SERVICE}/{name}"] = answer
    assert (await made(act, api).run(proposal(name))).answer is said
    assert api.sent == [("POST", f"{SERVICE}/{name}", None)]


@pytest.mark.parametrize("act", [Resume, Suspend])
async def test_elsewhere_it_never_leaves_the_house(act):
    api = healthy()
    elsewhere = act("life-os", SRV, api.render(may={}), now)
    reply = await elsewhere.run(proposal(act.name))
    assert (reply.answer, api.asked) == (Answer.REFUSED, [])


# What is seen of it


def ours(status, trigger="service_resumed", seconds=2):
    return begun("dep-3", status, seconds, LIVE, trigger)


@pytest.mark.parametrize(
    ("api", "row", "course", "said"),
    [
        (suspended("user"), None, None, ""),
        (suspended("user"), ours("live"), None, ""),  # and suspended again
        (healthy(), None, Course.DONE, "not suspended any more, and an instance runs"),
        (healthy(), ours("created"), Course.UNDER_WAY, "is putting bbbbbbb (dep-3) in place"),
        (healthy(), ours("live"), Course.DONE, "put bbbbbbb (dep-3) live"),
        (healthy(), ours("build_failed"), Course.FAILED, "its build failed"),
        (healthy(), ours("created", "new_commit"), Course.DONE, "an instance runs"),
        (healthy(), ours("created", seconds=-9), Course.DONE, "an instance runs"),
    ],
)
async def test_how_far_resuming_has_come(api, row, course, said):
    api[DEPLOYS] = [*RAN, *([row] if row else [])]
    found = await made(Resume, api).effect_since(proposal("resume"), BEFORE, NOW)
    assert (found.course if found else None) is course
    assert said in (found.note if found else "")


async def test_resumed_and_nothing_runs_yet():
    api = healthy()
    api[INSTANCES] = []
    found = await made(Resume, api).effect_since(proposal("resume"), BEFORE, NOW)
    said = "Render says that it is not suspended any more; no instance runs yet"
    assert found == Effect(Course.UNDER_WAY, said)


@pytest.mark.parametrize(
    ("api", "course"),
    [
        (healthy(), None),
        (suspended("user", instances=["one"]), Course.UNDER_WAY),
        (suspended("user"), Course.DONE),
    ],
)
async def test_how_far_suspending_has_come(api, course):
    found = await made(Suspend, api).effect_since(proposal("suspend"), BEFORE, NOW)
    assert (found.course if found else None) is course


async def test_who_suspends_has_to_resume_later():
    suspend = made(Suspend, suspended("user"))
    todo = "life-os is suspended: resume it as soon as it does no harm"
    assert await suspend.secure(Live(state="switched on")) == todo
    assert await suspend.secure(Live(state="suspended")) is None
    assert await made(Resume, healthy()).secure(BEFORE) is None


@pytest.mark.parametrize("act", [Resume, Suspend])
async def test_no_sight_is_no_effect_but_unavailable(act):
    api = healthy()
    api[SERVICE] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await made(act, api).effect_since(proposal(act.name), BEFORE, NOW)


# On the emulated platform


async def test_the_platform_really_stops_it_and_starts_it_again(platform, service, render):
    looked = ServiceState("life-os", service.id, render, real_now)
    incident = Incident.opened(1, "life-os", Event(Kind.DETECTED, real_now()))
    process = service.serving[0].process
    for act, end in ((Suspend, Course.DONE), (Resume, Course.DONE)):
        one = act("life-os", service.id, render, real_now)
        reason = one.suits([await looked.gather(incident)], "")
        before, at = await one.live(), real_now()
        assert changed(reason.live, before) is None
        asked = Proposal("1", act.name, reason.target, act.risk, "", "", (), before, at)
        assert await one.effect_since(asked, before, at) is None
        assert (await one.run(asked)).answer is Answer.ACCEPTED

        async def over(one=one, asked=asked, before=before, at=at, end=end):
            found = await one.effect_since(asked, before, at)
            return found and found.course is end

        assert await until(over)
        if act is Suspend:
            assert service.serving == []

            async def ended():
                return not process.running

            await until(ended)
    assert service.port is not None
    assert service.serving[0].process.running
    newest = service.history.live
    assert newest.trigger == "service_resumed"
    posts = [c.path.rpartition("/")[2] for c in platform.journal if c.method == "POST"]
    assert posts == ["suspend", "resume"]
