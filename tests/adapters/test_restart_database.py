"""Restart of the database: offered when it does not answer, called once, proved by its start."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.adapters.actions.restart_database import RestartDatabase
from bot.adapters.postgres import Finding
from bot.adapters.postgres_codes import CODES
from bot.adapters.render_writes import Verb
from bot.adapters.sources.database import Database
from bot.domain.evidence import Evidence, Found
from bot.domain.remedy import UNKNOWN, Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, FakeApi

DPG = "dpg-cu2k7g0gph6c73ffc4h0-a"
POSTGRES, RESTART = f"/postgres/{DPG}", f"/postgres/{DPG}/restart"
STARTED = NOW - timedelta(days=3)
BEFORE = Live(restart=STARTED.isoformat())
REFUSED = Finding("refused", "nothing listens at its address")
FULL = Finding("saturated", "every connection is taken")
BLIND = Finding("", "our own network is down", blind=True)


def now():
    return NOW


def answers(started=STARTED, code=""):
    """What it says of itself when it lets us in."""
    return Finding(code, "answered in 12 ms", 0.012, False, "16.4", 7, 100, started)


class FakeProbe:
    """Finds one thing after the other; the last one stays."""

    def __init__(self, *found):
        self.found = list(found) or [REFUSED]

    async def figures(self):
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]


@pytest.fixture
def api():
    found = FakeApi()
    found[POSTGRES] = {"id": DPG, "name": "db", "status": "available", "suspended": "not_suspended"}
    return found


@pytest.fixture
def acting(api):
    """The act, with a database that is found like this."""

    def made(*found):
        render = api.render(may={DPG: Verb})
        return RestartDatabase("life-os", DPG, render, now, FakeProbe(*found))

    return made


def database(state, **facts):
    facts = {"state": state, "detail": "nothing listens at its address", **facts}
    return Evidence("B1", "database", Found.SOMETHING, "…", tuple(facts.items()))


def proposal(target=DPG):
    name = "restart-database"
    return Proposal(f"1.{name}", name, target, Risk.HIGH, "", "", (), BEFORE, NOW)


# When it is offered


def test_it_is_risky_and_says_what_it_does(acting):
    act = acting()
    assert (act.name, act.service, act.risk) == ("restart-database", "life-os", Risk.HIGH)
    assert "every connection is cut" in act.effect
    assert "committed data stays" in act.effect


@pytest.mark.parametrize(
    ("state", "likely", "served"),
    [
        ("refused", True, "nobody is served"),
        ("timeout", True, "nobody is served"),
        ("error", True, "nobody is served"),
        ("saturated", False, "this cuts off those still served"),
        ("slow", False, "this cuts off those still served"),
    ],
)
def test_offered_with_a_reason(acting, state, likely, served):
    reason = acting().suits([database(state, hosted="available")])
    assert reason.why == f"{served}: nothing listens at its address"
    assert (reason.target, reason.evidence, reason.likely) == (DPG, ("B1",), likely)
    assert reason.live == Live(restart=UNKNOWN)
    assert reason.brief == (("Database", DPG), ("Render says", "available"))


def test_what_it_rests_on_is_its_start_as_far_as_that_is_known(acting):
    reason = acting().suits([database("slow", started=STARTED.isoformat())])
    assert reason.live == BEFORE
    assert ("Render says", "nothing about it") in reason.brief


@pytest.mark.parametrize(
    "evidence",
    [
        [],
        [database("ok")],
        [database("auth")],
        [database("name")],
        [database("starting")],
        [database("new word")],
        [Evidence("B1", "database", Found.SOMETHING, "…")],
        [Evidence("", "database", Found.UNREADABLE, "our own network is down")],
    ],
)
def test_not_offered(acting, evidence):
    assert acting().suits(evidence) is None
    assert isinstance(acting().suits(evidence, ""), Barred)


@pytest.mark.parametrize(
    "hosted", ["suspended", "creating", "maintenance_in_progress", "recovery_in_progress"]
)
def test_held_back_while_the_platform_has_it(acting, hosted):
    for wish in (None, ""):
        held = acting().suits([database("refused", hosted=hosted)], wish)
        assert held.why == f"Render says that it is {hosted.replace('_', ' ')}"


def test_every_state_of_the_probe_is_decided_on(acting):
    """A new code must be put on one side or the other."""
    offered = {code for code in {c for c, _ in CODES.values()} if acting().suits([database(code)])}
    assert offered == {"saturated", "timeout", "refused"}


# What triage sees


async def seen_by_triage(api, *found):
    render = api.render(may={DPG: Verb})
    return await Database("life-os", FakeProbe(*found), render, DPG).gather(None)


async def test_what_triage_is_told(api):
    found = await seen_by_triage(api, answers(code="slow"))
    assert dict(found.facts) == {
        "state": "slow",
        "detail": "answered in 12 ms",
        "ms": "12",
        "version": "16.4",
        "connections": "7",
        "max": "100",
        "started": STARTED.isoformat(),
        "hosted": "available",
    }
    assert found.summary == (
        "answered in 12 ms, 7 of 100 connections taken, version 16.4; Render says available"
    )


@pytest.mark.parametrize(
    ("answer", "hosted"),
    [
        ({"status": "unavailable"}, "unavailable"),
        ({"status": "available", "suspended": "suspended"}, "suspended"),
        ({"status": None}, None),
        (httpx.Response(503), None),
        (httpx.Response(404), None),
    ],
)
async def test_the_platforms_word_for_it_as_far_as_it_can_be_read(api, answer, hosted):
    api[POSTGRES] = answer
    found = await seen_by_triage(api, REFUSED)
    assert (found.fact("state"), found.fact("hosted")) == ("refused", hosted)


async def test_without_the_platforms_id_it_is_not_asked(api):
    found = await Database("life-os", FakeProbe(REFUSED), api.render()).gather(None)
    assert (found.fact("hosted"), found.summary) == (None, "nothing listens at its address")
    assert api.asked == []


async def test_what_triage_saw_is_what_is_compared_before_the_act(api, acting):
    for found in (REFUSED, answers(code="slow")):
        act = acting(found)
        reason = act.suits([await seen_by_triage(api, found)])
        assert changed(reason.live, await act.live()) is None


async def test_a_restart_by_somebody_else_is_seen(acting):
    live = await acting(answers(NOW)).live()
    assert changed(BEFORE, live) == "it has been restarted since"


@pytest.mark.parametrize(
    ("then", "now_found"),
    [
        (answers(code="slow"), FULL),  # it answered once more, then it was too full to say
        (FULL, answers(code="slow")),  # and the other way round
        (REFUSED, answers(code="slow")),
    ],
)
async def test_a_start_that_is_not_known_is_no_restart(api, acting, then, now_found):
    act = acting(now_found)
    reason = act.suits([await seen_by_triage(api, then)])
    assert changed(reason.live, await act.live()) is None


async def test_live_while_it_does_not_answer_and_while_we_are_blind(acting):
    assert await acting(REFUSED).live() == Live(restart=UNKNOWN)
    with pytest.raises(Unavailable, match="our own network"):
        await acting(BLIND).live()


# The one call


async def test_run_calls_once(api, acting):
    api[RESTART] = httpx.Response(202)
    reply = await acting().run(proposal())
    assert (reply.answer, reply.note) == (Answer.ACCEPTED, "Render accepted it")
    assert api.sent == [("POST", RESTART, None)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(404), Answer.REFUSED),
        (httpx.ConnectError("x"), Answer.REFUSED),
        (httpx.ReadTimeout("x"), Answer.UNCLEAR),
        (httpx.Response(500), Answer.UNCLEAR),
    ],
)
async def test_run_never_raises_and_never_repeats(api, acting, answer, said):
    api[RESTART] = answer
    assert (await acting().run(proposal())).answer is said
    assert len(api.asked) == 1


async def test_run_elsewhere_never_leaves_the_house(api, acting):
    reply = await acting().run(proposal("dpg-other"))
    assert api.refused_by_us(reply)


# What is seen of it


def after(seconds):
    return NOW + timedelta(seconds=seconds)


SEEN = Effect(Course.DONE, "PostgreSQL says that it started at 12:00:09 UTC")


@pytest.mark.parametrize(
    ("found", "before", "seen"),
    [
        (REFUSED, BEFORE, None),
        (FULL, BEFORE, None),
        (Finding("starting", "it is starting up or recovering"), BEFORE, None),
        (answers(), BEFORE, None),
        (answers(), Live(restart=UNKNOWN), None),  # it is from long before
        (answers(after(-6)), BEFORE, None),
        (answers(after(9)), BEFORE, SEEN),
        (answers(after(9)), Live(restart=UNKNOWN), SEEN),
        (answers(after(9), "slow"), BEFORE, SEEN),
        (
            answers(after(-4)),
            BEFORE,
            Effect(Course.DONE, "PostgreSQL says that it started at 11:59:56 UTC"),
        ),
    ],
)
async def test_effect(acting, found, before, seen):
    assert await acting(found).effect_since(proposal(), before, NOW) == seen


async def test_it_is_away_for_a_while_and_then_back(acting):
    act = acting(answers(), REFUSED, Finding("starting", "…"), answers(after(9)))
    seen = [await act.effect_since(proposal(), BEFORE, NOW) for _ in range(4)]
    assert seen == [None, None, None, SEEN]


async def test_no_sight_is_no_effect_but_unavailable(acting):
    with pytest.raises(Unavailable):
        await acting(BLIND).effect_since(proposal(), BEFORE, NOW)


async def test_nothing_is_left_behind(api, acting):
    assert await acting().secure(BEFORE) is None
    assert api.asked == []
