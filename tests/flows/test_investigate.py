"""The second look: slower evidence beside the first, runbooks, the cause weighed anew."""

from dataclasses import replace

import pytest

from bot.adapters.runbooks import load
from bot.domain.cause import RULES, Cause, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Refused
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Barred, HeldBack
from bot.flows import desk
from bot.flows.by_name import ask_by_name
from bot.flows.investigate import investigate
from bot.flows.triage import triage
from bot.flows.watch import watch
from tests.cast import ANN
from tests.conftest import FakeRestart, FakeSource


@pytest.fixture
def opened(triaged):
    return triaged


@pytest.fixture
def slow():
    facts = (("suspect_why", "touches memory.py"), ("strength", "strong"), ("suspect", "dep-2"))
    return FakeSource("C1", "changes", "suspect: deploy dep-2", facts)


async def test_nothing_is_recorded_where_nothing_slow_is_set_up(world, opened):
    assert not await investigate(world)
    assert (await world.store.incident(opened.id)).version == opened.version


async def test_slow_evidence_stands_beside_the_first_and_the_cause_uses_both(world, opened, slow):
    world = replace(world, deeper=[slow])
    assert await investigate(world)
    found = await world.store.incident(opened.id)
    assert found.last(Kind.INVESTIGATED).evidence[0].id == "C1"
    assert [e.id for e in found.evidence] == ["S1", "L1", "C1"]
    assert found.cause.contributing == ("deploy dep-2: touches memory.py",)
    assert found.proposals == opened.proposals


async def test_once_for_each_first_look(world, opened, slow):
    world = replace(world, deeper=[slow])
    assert await investigate(world)
    assert not await investigate(world)
    found = await world.store.incident(opened.id)
    await world.store.record(found, Event(Kind.TRIAGED, world.now(), evidence=found.first_evidence))
    assert await investigate(world)
    assert [e.id for e in (await world.store.incident(opened.id)).evidence] == ["S1", "L1", "C1"]


async def test_a_slow_source_that_fails_is_evidence_of_not_knowing(world, opened, slow):
    slow.broken = "GitHub: HTTP 503"
    world = replace(world, deeper=[slow])
    await investigate(world)
    found = await world.store.incident(opened.id)
    assert found.evidence[-1].found is Found.UNREADABLE
    assert found.cause.not_checked == ("changes: GitHub: HTTP 503",)


async def test_a_runbook_that_fits_is_named_and_proves_nothing(world, opened):
    world = replace(world, runbooks=load().runbooks)
    await investigate(world)
    found = await world.store.incident(opened.id)
    assert found.evidence[-1].id == "R1"
    assert found.evidence[-1].fact("best")
    assert "R1" not in {c.evidence for c in found.cause.claims}


async def test_what_a_model_said_stands_until_the_rules_find_another_trouble(world, opened):
    told = Cause("it is down", "the cache is cut", Sure.LIKELY, opened.cause.category, by="claude")
    event = Event(Kind.EXPLAINED, world.now(), cause=told)
    after = await world.store.record(opened, event)
    again = Event(Kind.TRIAGED, world.now(), cause=opened.cause, evidence=opened.evidence)
    after = await world.store.record(after, again)
    assert after.cause.by == "claude"
    other = replace(opened.cause, category="disk_full")
    after = await world.store.record(after, replace(again, cause=other))
    assert (after.cause.by, after.cause.category) == (RULES, "disk_full")
    assert after.status is Status.OPEN


def test_evidence_without_id_is_no_claim(opened):
    blind = Evidence("", "logs", Found.UNREADABLE, "gone")
    assert blind.id not in {c.evidence for c in opened.cause.claims}


class Choosy(FakeRestart):
    """Barred once the slow evidence is there, but not for whoever asks for it by name."""

    def suits(self, evidence, wish=None):
        if wish is None and any(e.id == "C1" for e in evidence):
            return Barred("a migration lies between the two")
        return super().suits(evidence, wish)


async def test_what_the_second_look_bars_is_taken_off_the_card_with_its_reason(
    world, clock, service_check, slow
):
    world = replace(world, deeper=[slow], actions=[Choosy(clock)])
    service_check.fails("crashed", "exited with code 1")
    for _ in range(2):
        clock.tick(seconds=30)
        await watch(world, service_check)
    await triage(world)
    first = await world.store.latest("life-os")
    assert [p.action for p in first.proposals] == ["restart"]
    await investigate(world)
    found = await world.store.latest("life-os")
    assert found.proposals == ()
    assert found.held_back == (HeldBack("restart", "a migration lies between the two", "life-os"),)
    with pytest.raises(Refused, match="not on offer any more"):
        await desk.ask(world, found.id, first.proposals[0].id, ANN, "tap-1")
    asked = await ask_by_name(world, "restart", "", ANN, "tap-2")
    assert asked.asked.proposals[0].action == "restart"


async def test_a_tap_that_comes_with_the_second_look_is_refused_with_the_reason(
    world, opened, slow, clock
):
    """The renewed first look offers it again for a moment; the evidence is there already."""
    world = replace(world, deeper=[slow], actions=[Choosy(clock)])
    await investigate(world)
    offers = opened.proposals
    event = Event(Kind.TRIAGED, world.now(), evidence=opened.first_evidence, proposals=offers)
    await world.store.record(await world.store.latest("life-os"), event)
    with pytest.raises(Refused, match="a migration lies between the two"):
        await desk.ask(world, opened.id, offers[0].id, ANN, "tap-1")
