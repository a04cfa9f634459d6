"""A variable is missing: a person adds it, the names are read again, a redeploy is asked for."""

import re
from dataclasses import replace

import pytest

from bot.domain.evidence import Found
from bot.domain.incident import Refused
from bot.domain.moves import Status
from bot.domain.remedy import Live, Reason
from bot.flows import variables
from tests.cast import ANN, VIC
from tests.conftest import FakeRestart, FakeSource

NAME = "DATABASE_URL"
PURPOSE = f"❌ {NAME}: not set (all it remembers is there)"
LACKS = (("all_set", "no"), ("missing", NAME), ("named", NAME))
THERE = (("all_set", "yes"), ("set", NAME), ("late", NAME))
MISSED = (
    ("category", "missing_env_var"),
    ("verdict", "confirmed"),
    ("top_error", f"KeyError: '{NAME}'"),
)
PLACES = {"life-os": {"service_id": "srv-1", "kind": "worker"}}
BUTTON = "🚀 I have added it → redeploy"


class FakeRedeploy(FakeRestart):
    """Its reason is what the names of the variables say, as the real one's is."""

    name, effect = "redeploy", "Builds the same commit once more."

    def suits(self, evidence, wish=None):
        seen = next((e for e in evidence if e.source == "environment"), None)
        why = "it is set: a deploy takes it up" if seen and seen.fact("late") else "set it first"
        return Reason(why, "abc1234", ("E1",), Live("dep-1", "evt-0", ("srv-1-a",)))


@pytest.fixture
def logs_source():
    return FakeSource("L1", "logs", f"KeyError: '{NAME}'", MISSED, (f"KeyError: '{NAME}'",))


@pytest.fixture
def names():
    return FakeSource("E1", "environment", f"{NAME} is not set", LACKS, (PURPOSE,))


@pytest.fixture
def world(world, names, clock):
    return replace(world, deeper=[names], actions=[FakeRedeploy(clock)], places=PLACES)


@pytest.fixture
async def down(service_check, pass_time):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)


@pytest.fixture
def add(names):
    def go():
        said = f"{NAME} is set, though the log says otherwise: a deploy takes it up"
        names.evidence = replace(names.evidence, found=Found.NOTHING, summary=said, facts=THERE)

    return go


@pytest.fixture
def card(world, settle):
    async def now():
        await settle()
        return (await world.store.posted("card:1:0")).post.message

    return now


def refused(why):
    return pytest.raises(Refused, match=f"^{re.escape(why)}")


async def test_the_card_says_what_it_is_for_and_where_it_is_added(world, down, card):
    shown = await card()
    assert PURPOSE in shown.html
    assert "https://dashboard.render.com/worker/srv-1/env" in shown.html
    assert [b.label for b in shown.rows[0]] == [BUTTON]


async def test_still_missing_does_nothing(world, down, incident):
    before = await incident()
    with refused(f"{NAME} is not set. Nothing was done; /act redeploy"):
        await variables.added(world, "life-os", ANN, "a1")
    assert await incident() == before


async def test_what_cannot_be_read_does_nothing(world, down, incident, names):
    names.broken = "Render: HTTP 503"
    before = await incident()
    with refused("the names cannot be read now (Render: HTTP 503); nothing was done"):
        await variables.added(world, "life-os", ANN, "a1")
    assert await incident() == before


async def test_there_now_asks_for_the_redeploy(world, down, add, card, incident):
    add()
    found = await variables.added(world, "life-os", ANN, "a1")
    assert (found.status, found.asked.by) == (Status.OPEN, "Ann")
    offer = found.proposal(found.asked.offer)
    assert (offer.action, offer.why) == ("redeploy", "it is set: a deploy takes it up")
    assert await variables.added(world, "life-os", ANN, "a1") == found
    shown = await card()
    assert [b.verb for b in shown.rows[0]] == ["approve", "deny"]
    assert PURPOSE not in shown.html


async def test_the_question_does_not_quote_a_look_before_a_fresh_one(world, down, add, incident):
    """A fresh first look has been recorded, the second one of it is still due."""
    known = await incident()
    again = replace(known.triage, at=world.now())
    known = await world.store.record(known, again)
    assert known.needs_investigation
    assert world.actions[0].suits(known.evidence).why == "set it first"
    add()
    found = await variables.added(world, "life-os", ANN, "a1")
    assert found.proposal(found.asked.offer).why == "it is set: a deploy takes it up"
    assert [e.id for e in found.evidence].count("E1") == 1
    assert not found.needs_investigation


async def test_who_may_not(world, down, add):
    add()
    with refused("that takes a responder"):
        await variables.added(world, "life-os", VIC, "a1")


async def test_nothing_is_wrong(world, names, add):
    add()
    with refused("nothing is wrong, so no redeploy is on offer"):
        await variables.added(world, "", ANN, "a1")
