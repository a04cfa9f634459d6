"""Set a variable: only what the settings list, called once, seen by its value at the platform."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.adapters.actions.redeploy import Redeploy
from bot.adapters.actions.set_variable import DEPLOYING, NO_VALUE, SetVariable
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.service import ServiceState
from bot.adapters.sources.variables import Variables
from bot.domain.evidence import Evidence, Found, found_by
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.domain.variables import facts, known
from bot.ports import Unavailable
from tests.adapters.emulated import now as real_now
from tests.adapters.emulated import until
from tests.adapters.render_kit import NOW, SRV, deploy, healthy

SERVICE = f"/services/{SRV}"
VARIABLE, DEPLOYS = f"{SERVICE}/env-vars/LOG_LEVEL", f"{SERVICE}/deploys"
LISTED = ("LOG_LEVEL", "WORKERS")
STATE = "set to LOG_LEVEL=INFO, WORKERS unset"
BEFORE = Live("dep-2", "", (), "", STATE)


def now():
    return NOW


def made(api, settable=LISTED):
    return SetVariable("life-os", SRV, api.render(), now, settable)


def service(state="running"):
    facts = (("state", state), ("deploy", "dep-2"), ("restart", ""))
    return Evidence("S1", "service", Found.SOMETHING, "…", facts)


def variables(level="INFO"):
    found = known({"LOG_LEVEL": level, "WORKERS": None})
    return Evidence("V1", "variables", Found.SOMETHING, "…", facts(found))


def suited(wish, *evidence, settable=LISTED):
    return made(healthy(), settable).suits(evidence or (service(), variables()), wish)


def proposal(target="LOG_LEVEL=DEBUG"):
    return Proposal("1", "set-variable", target, Risk.HIGH, "", "", (), BEFORE, NOW)


def test_who_asks_reads_what_was_and_what_will_be():
    reason = suited("LOG_LEVEL=DEBUG")
    assert (reason.target, reason.evidence) == ("LOG_LEVEL=DEBUG", ("S1", "V1"))
    assert reason.effect == (
        "Sets LOG_LEVEL of life-os to “DEBUG” at Render, in place of “INFO”. What runs does not "
        "change before a deploy takes it up."
    )
    assert reason.undo == "Set LOG_LEVEL to “INFO” again, and redeploy."
    assert reason.brief == (("Was", "INFO"), ("Will be", "DEBUG"), ("Then", "redeploy"))
    assert reason.live == Live("dep-2", "", state=STATE)
    fresh = suited(" WORKERS = 2 ")
    assert (fresh.target, fresh.undo) == ("WORKERS=2", "Delete WORKERS there, and redeploy.")


def test_it_is_never_offered():
    assert suited(None) is None


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        *((wish, NO_VALUE) for wish in ("", "LOG_LEVEL", "LOG_LEVEL=", "=x")),
        ("log_level=x", "only what the settings call settable: LOG_LEVEL, WORKERS"),
        ("API_KEY=x", "only what the settings call settable: LOG_LEVEL, WORKERS"),
        ("LOG_LEVEL=INFO", "LOG_LEVEL is “INFO” already"),
        ("LOG_LEVEL=" + "x" * 201, "a value has 1 to 200 characters"),
    ],
)
def test_barred_with_the_reason(wish, why):
    assert suited(wish) == Barred(why)


def test_a_secret_is_refused_even_if_it_is_listed():
    said = suited("API_KEY=x", settable=("API_KEY",))
    assert said == Barred("API_KEY may be a secret: set it on the dashboard")


def test_barred_by_how_things_stand():
    wish = "LOG_LEVEL=DEBUG"
    assert suited(wish, service("deploying"), variables()) == Barred(DEPLOYING)
    assert suited(wish, service()) == Barred("its variables cannot be seen now")
    assert "cannot be seen" in suited(wish, variables()).why
    assert "may be a secret" in suited(wish, service(), variables("x" * 300)).why


@pytest.fixture
def api():
    found = healthy()
    found[VARIABLE] = {"key": "LOG_LEVEL", "value": "INFO"}
    found[f"{SERVICE}/env-vars"] = [
        {"envVar": {"key": "LOG_LEVEL", "value": "INFO"}, "cursor": "c"}
    ]
    return found


async def test_what_triage_saw_is_what_is_compared_before_the_act(api):
    incident = Incident.opened(1, "life-os", Event(Kind.DETECTED, NOW))
    render = api.render()
    sources = (
        ServiceState("life-os", SRV, render, now),
        Variables("life-os", SRV, render, LISTED),
    )
    seen = [await one.gather(incident) for one in sources]
    assert seen[1].summary == "LOG_LEVEL=INFO, WORKERS unset"
    act = made(api)
    reason = act.suits(seen, "LOG_LEVEL=DEBUG")
    assert changed(reason.live, await act.live()) is None
    api[VARIABLE] = {"key": "LOG_LEVEL", "value": "ERROR"}
    assert "it is set to LOG_LEVEL=ERROR" in changed(reason.live, await act.live())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(200, json={"key": "LOG_LEVEL", "value": "DEBUG"}), Answer.ACCEPTED),
        (httpx.Response(400), Answer.REFUSED),
        (httpx.ConnectError("x"), Answer.REFUSED),
        (httpx.ReadTimeout("x"), Answer.UNCLEAR),
        (httpx.Response(502), Answer.UNCLEAR),
    ],
)
async def test_called_once(api, answer, said):
    api[VARIABLE] = answer
    assert (await made(api).run(proposal())).answer is said
    assert api.sent == [("PUT", VARIABLE, {"value": "DEBUG"})]


@pytest.mark.parametrize("target", ["DATABASE_URL=x", "LOG_LEVEL=", "LOG_LEVEL", "x"])
async def test_what_is_not_listed_is_never_sent(api, target):
    assert (await made(api).run(proposal(target))).answer is Answer.REFUSED
    assert api.asked == []


async def test_its_value_is_what_proves_it(api):
    act = made(api)
    assert await act.effect_since(proposal(), BEFORE, NOW) is None
    api[VARIABLE] = {"key": "LOG_LEVEL", "value": "DEBUG"}
    said = "LOG_LEVEL is “DEBUG” at Render now; a redeploy takes it up"
    assert await act.effect_since(proposal(), BEFORE, NOW) == Effect(Course.DONE, said)
    api[VARIABLE] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await act.effect_since(proposal(), BEFORE, NOW)


def set_at(at, one):
    incident = Incident.opened(1, "life-os", Event(Kind.DETECTED, at, check="logs"))
    for kind in (Kind.TRIAGED, Kind.APPROVED, Kind.STARTED, Kind.INTERIM):
        incident = incident.after(Event(kind, at, offer=one.id, proposals=(one,)))
    return incident


async def test_then_a_redeploy_is_offered_until_a_deploy_took_it_up(api):
    api[VARIABLE] = {"key": "LOG_LEVEL", "value": "DEBUG"}
    api[DEPLOYS] = [deploy("dep-2", "live", 5, "b" * 40)]
    incident, render = set_at(NOW, proposal()), api.render()

    async def offered():
        sources = (
            ServiceState("life-os", SRV, render, now),
            Deploys("life-os", SRV, render, now),
            Variables("life-os", SRV, render, LISTED),
        )
        seen = [await one.gather(incident) for one in sources]
        return Redeploy("life-os", SRV, render, now).suits(seen), found_by("variables", seen)

    reason, seen = await offered()
    assert reason.why.startswith("LOG_LEVEL is set, and what runs was started before that")
    assert reason.likely
    assert seen.summary.endswith("; not taken up by what runs: LOG_LEVEL")
    api[DEPLOYS] = [deploy("dep-3", "live", -3, "b" * 40)]
    assert (await offered())[0] is None


async def test_on_the_platform_it_waits_for_a_deploy(platform, service, render):
    service.settings.env["LOG_LEVEL"] = "INFO"
    act = SetVariable("life-os", service.id, render, real_now, ("LOG_LEVEL",))
    incident = Incident.opened(1, "life-os", Event(Kind.DETECTED, real_now()))
    seen = await asyncio.gather(
        ServiceState("life-os", service.id, render, real_now).gather(incident),
        Variables("life-os", service.id, render, ("LOG_LEVEL",)).gather(incident),
    )
    reason = act.suits(seen, "LOG_LEVEL=DEBUG")
    before, at = await act.live(), real_now()
    assert changed(reason.live, before) is None
    asked = Proposal("1", act.name, reason.target, act.risk, "", "", (), before, at)
    assert (await act.run(asked)).answer is Answer.ACCEPTED
    assert (await act.effect_since(asked, before, at)).course is Course.DONE
    assert "LOG_LEVEL" not in service.serving[0].release.env

    reply, id = await render.deploy(service.id)

    async def live():
        return service.history.live.id == id

    assert reply.answer is Answer.ACCEPTED
    await until(live)
    assert service.serving[0].release.env["LOG_LEVEL"] == "DEBUG"
    assert [c.method for c in platform.journal if c.method != "GET"] == ["PUT", "POST"]
