"""Scale: offered on facts, sent once, and seen by the instances that run."""

from __future__ import annotations

import httpx
import pytest

from bot.adapters.actions.scale import FULL_CPU, FULL_MEMORY, MOST, POLLS, UNSEEN, Scale
from bot.adapters.sources.service import ServiceState
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.ports import Unavailable
from tests.adapters.emulated import now as real_now
from tests.adapters.emulated import until
from tests.adapters.render_kit import NOW, SRV, healthy, metric, stamp

SERVICE = f"/services/{SRV}"
SCALE, INSTANCES = f"{SERVICE}/scale", f"{SERVICE}/instances"
BEFORE = Live("dep-2", "", (f"{SRV}-aaaaa",), "", "scaled to 2")
NO_NUMBER = Barred(f"it needs a whole number of instances, from 1 to {MOST}")


def now():
    return NOW


def scale(api, *, polls=False):
    return Scale("life-os", SRV, api.render(), now, polls)


def suited(evidence, wish=None, *, polls=False):
    return scale(healthy(), polls=polls).suits(evidence, wish)


def service(state="running", scaled_to="2", **facts):
    facts = {"state": state, "deploy": "dep-2", "restart": "", "scaled_to": scaled_to, **facts}
    known = tuple((name, value) for name, value in facts.items() if value)
    return [Evidence("S1", "service", Found.SOMETHING, "…", known)]


def proposal(target="3"):
    return Proposal("1.scale", "scale", target, Risk.HIGH, "", "", (), BEFORE, NOW)


# When it is offered


def test_who_asks_reads_what_will_be_done_and_how_it_is_undone():
    reason = suited(service(), "3")
    assert (reason.target, reason.why, reason.likely) == ("3", "you asked for it", False)
    assert reason.effect == "Runs 3 instances of life-os in place of 2; each one is paid for."
    assert reason.undo == "Scale it back to 2."
    assert reason.brief == (("Service", SRV), ("Instances", "2 → 3"))
    fewer = suited(service(), " 1 ")
    assert fewer.effect.endswith(
        "1 instance of life-os in place of 2; what the stopped ones are doing is cut off."
    )
    assert fewer.undo == "Scale it back to 2."


@pytest.mark.parametrize(
    ("facts", "why", "likely"),
    [
        ({"cpu_throughout": "90 %"}, FULL_CPU, True),
        ({"cpu_throughout": "99 %", "memory_throughout": "99 %"}, FULL_CPU, True),
        ({"memory_throughout": "92 %"}, FULL_MEMORY, False),
    ],
)
def test_offered_with_one_more_when_it_has_long_been_full(facts, why, likely):
    reason = suited(service(**facts))
    assert (reason.target, reason.why, reason.likely) == ("3", why, likely)
    assert reason.live == Live("dep-2", "", state="scaled to 2")


def test_a_bot_that_polls_is_brought_back_to_one():
    reason = suited(service(), polls=True)
    assert (reason.target, reason.likely) == ("1", True)
    assert reason.why == "its bot polls Telegram, and 2 instances fight for its messages"


@pytest.mark.parametrize(
    "evidence",
    [
        [],
        service(),
        service(cpu_throughout="89 %", memory_throughout="89 %"),
        service(scaled_to="", cpu_throughout="99 %"),
        [Evidence("", "service", Found.UNREADABLE, "HTTP 503")],
    ],
)
def test_not_offered(evidence):
    assert suited(evidence) is None


@pytest.mark.parametrize(
    ("evidence", "wish", "polls", "why"),
    [
        ([], "3", False, UNSEEN),
        (service(scaled_to=""), "3", False, UNSEEN),
        (service("suspended"), "3", False, "it is suspended: it has to be resumed first"),
        (service("deploying"), "3", False, "a deploy is under way"),
        (
            service(autoscaled="yes"),
            "3",
            False,
            "autoscaling is on, and Render ignores any other number then",
        ),
        (
            service(disk="yes", scaled_to="1"),
            "2",
            False,
            "it has a disk, which only one instance can have",
        ),
        (
            service(plan="free", scaled_to="1"),
            "2",
            False,
            "its plan is the free one, which has one instance",
        ),
        (service(scaled_to="1"), "2", True, POLLS),
        (service(scaled_to="3"), "2", True, POLLS),
        (service(scaled_to="1"), "1", True, "it has 1 instance already"),
        (service(), "2", False, "it has 2 instances already"),
        (service(scaled_to="1", cpu_throughout="99 %"), None, True, POLLS),
        (service("deploying", cpu_throughout="99 %"), None, False, "a deploy is under way"),
    ],
)
def test_barred_with_the_reason(evidence, wish, polls, why):
    assert suited(evidence, wish, polls=polls) == Barred(why)


@pytest.mark.parametrize("wish", ["", "0", "11", "-1", "2.5", "two", "٣", "3 4", "9" * 5000])
def test_what_is_no_number_of_instances(wish):
    assert suited(service(), wish) == NO_NUMBER


def measured(*values):
    one = metric(0, "cpu")
    at = [NOW.replace(hour=11, minute=50 + n) for n in range(len(values))]
    told = [{"timestamp": stamp(t), "value": v} for t, v in zip(at, values, strict=True)]
    return [one | {"values": told}]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0.48, 0.47, 0.5, 0.49, 0.48), "94 %"),
        ((0.48, 0.1, 0.5, 0.49, 0.48), "20 %"),  # for a moment it had nothing to do
        ((0.48, 0.47, 0.5, 0.49), None),  # too few values
    ],
)
async def test_long_is_in_every_look(values, said):
    api = healthy()
    api["/metrics/cpu"] = measured(*values)
    api[SERVICE]["serviceDetails"] |= {"numInstances": 2, "autoscaling": {"enabled": True}}
    began = Incident.opened(1, "life-os", Event(Kind.DETECTED, NOW))
    found = await ServiceState("life-os", SRV, api.render(), now).gather(began)
    assert found.fact("cpu_throughout") == said
    assert (found.fact("scaled_to"), found.fact("autoscaled")) == ("2", "yes")
    assert found.fact("disk") is None


async def test_another_number_since_then_is_seen():
    api = healthy()
    api[SERVICE]["serviceDetails"] |= {"numInstances": 2}
    reason = suited(service(), "3")
    assert changed(reason.live, await scale(api).live()) is None
    api[SERVICE]["serviceDetails"] |= {"numInstances": 4}
    said = "it is scaled to 4 now, not scaled to 2 any more"
    assert changed(reason.live, await scale(api).live()) == said
    api[SERVICE] |= {"suspended": "suspended"}
    assert "it is suspended now" in changed(reason.live, await scale(api).live())


# The one call, and what is seen of it


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
async def test_called_once_with_the_number(answer, said):
    api = healthy()
    api[SCALE] = answer
    assert (await scale(api).run(proposal())).answer is said
    assert api.sent == [("POST", SCALE, {"numInstances": 3})]


@pytest.mark.parametrize(
    ("target", "polls"), [("0", False), ("11", False), ("x", False), ("2", True)]
)
async def test_what_it_may_not_have_is_never_sent(target, polls):
    api = healthy()
    assert (await scale(api, polls=polls).run(proposal(target))).answer is Answer.REFUSED
    assert api.asked == []


@pytest.mark.parametrize(
    ("wanted", "running", "seen"),
    [
        (2, 2, None),
        (4, 4, None),  # somebody wants another number meanwhile
        (3, 2, Effect(Course.UNDER_WAY, "Render wants 3 instances now; 2 there so far")),
        (3, 3, Effect(Course.DONE, "Render runs 3 instances, as asked")),
    ],
)
async def test_how_far_it_has_come(wanted, running, seen):
    api = healthy()
    api[SERVICE]["serviceDetails"] |= {"numInstances": wanted}
    api[INSTANCES] = [{"id": f"{SRV}-{n}", "createdAt": stamp(NOW)} for n in range(running)]
    assert await scale(api).effect_since(proposal(), BEFORE, NOW) == seen


async def test_no_sight_is_no_effect_but_unavailable():
    api = healthy()
    api[INSTANCES] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await scale(api).effect_since(proposal(), BEFORE, NOW)


@pytest.mark.parametrize(
    ("state", "there", "todo"),
    [
        (
            "scaled to 2",
            3,
            "life-os runs 3 instances instead of 2: scale it back to 2 when the load is over",
        ),
        ("scaled to 3", 1, None),
        ("scaled to 2", 2, None),
        ("", 3, None),
    ],
)
async def test_more_instances_are_a_to_do(state, there, todo):
    api = healthy()
    api[SERVICE]["serviceDetails"] |= {"numInstances": there}
    assert await scale(api).secure(Live(state=state)) == todo


# On the emulated platform


async def test_the_platform_really_runs_more_and_fewer(platform, service, render):
    act = Scale("life-os", service.id, render, real_now)
    looked = ServiceState("life-os", service.id, render, real_now)
    incident = Incident.opened(1, "life-os", Event(Kind.DETECTED, real_now()))
    for wish, done in (("3", "3 instances"), ("1", "1 instance")):
        reason = act.suits([await looked.gather(incident)], wish)
        before, at = await act.live(), real_now()
        assert changed(reason.live, before) is None
        asked = Proposal("1.scale", "scale", wish, Risk.HIGH, "", "", (), before, at)
        assert await act.effect_since(asked, before, at) is None
        assert (await act.run(asked)).answer is Answer.ACCEPTED

        async def seen(asked=asked, before=before, at=at):
            found = await act.effect_since(asked, before, at)
            return found if found and found.course is Course.DONE else None

        assert (await until(seen)).note == f"Render runs {done}, as asked"
        assert len(service.serving) == int(wish)

        async def lives():
            return all(one.process and one.process.pid for one in service.serving)

        assert await until(lives)
    posts = [c for c in platform.journal if c.method == "POST"]
    assert [c.path.rpartition("/")[2] for c in posts] == ["scale", "scale"]
