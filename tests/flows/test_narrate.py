"""A model's say on the cause: asked once, checked, never in the way of people."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cause import RULES, Cause, Claim, Sure
from bot.domain.moves import Kind
from bot.domain.narration.brief import Told
from bot.domain.narration.spend import Usage
from bot.flows import desk
from bot.flows.narrate import SENT, narrate
from bot.ports import Unavailable
from tests.cast import ANN


class FakeModel:
    """Says `cause`, or is gone; `meanwhile` happens while it reads."""

    def __init__(self):
        self.briefs, self.gone, self.last_sent = [], "", ""
        claim = Claim("it is cut", "L1", "EOFError: Ran out of input <b>&")
        self.cause = Cause("", "the memory file is cut", Sure.LIKELY, "none", (claim,), by="claude")

    async def meanwhile(self):
        """Nothing."""

    async def explain(self, brief):
        self.briefs.append(brief)
        self.last_sent = '{"model": "claude"}'
        await self.meanwhile()
        if self.gone:
            raise Unavailable(self.gone)
        return Told(self.cause, "claude", 0.01, Usage(), ("req_1",), self.last_sent)


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
async def asked(world, model, triaged):
    """A world with a model, and an incident that triage has looked at."""
    model.cause = replace(model.cause, category=triaged.cause.category)
    return replace(world, model=model)


@pytest.fixture
def incident(world):
    async def newest():
        return await world.store.latest("life-os")

    return newest


async def test_without_a_model_nothing_is_asked(world, asked, incident):
    assert not await narrate(world)
    assert (await incident()).last(Kind.EXPLAINED) is None


async def test_its_note_stands_on_the_card_and_it_is_asked_once(asked, model, incident):
    assert await narrate(asked)
    found = await incident()
    assert (found.cause.by, found.cause.cause) == ("claude", "the memory file is cut")
    assert not await narrate(asked)
    (brief,) = model.briefs
    assert [e.id for e in brief.evidence if e.id in {"S1", "L1"}] == ["S1", "L1"]
    assert await asked.store.memo(SENT) == model.last_sent


async def test_what_it_finds_where_the_rules_find_nothing_stands_and_is_not_asked_again(
    asked, model, incident, clock
):
    model.cause = replace(model.cause, category="disk_full")
    await narrate(asked)
    assert (await incident()).cause.category == "disk_full"
    clock.tick(minutes=30)
    assert not await narrate(asked)


async def test_why_it_has_no_say_is_one_line_beside_the_rules_note(asked, model, incident, clock):
    before = (await incident()).cause
    model.gone = "Claude did not answer in 60 s"
    assert await narrate(asked)
    after = (await incident()).cause
    assert after == replace(before, unsaid="Claude did not answer in 60 s")
    assert after.by == RULES
    assert not await narrate(asked)
    clock.tick(minutes=11)
    assert await narrate(asked)
    clock.tick(minutes=11)
    assert await narrate(asked)
    clock.tick(minutes=60)
    assert not await narrate(asked)
    assert len(model.briefs) == 3


async def test_it_waits_until_the_second_look_is_done(asked, model, logs_source):
    assert not await narrate(replace(asked, deeper=[logs_source]))
    assert model.briefs == []


async def test_a_tap_while_it_reads_is_not_lost(asked, model, incident):
    async def somebody_taps():
        found = await incident()
        await desk.ask(asked, found.id, found.proposals[0].id, ANN, "tg:1")

    model.meanwhile = somebody_taps
    assert await narrate(asked)
    found = await incident()
    assert found.asked.by == "Ann"
    assert found.cause.by == "claude"


async def test_another_trouble_is_asked_about_anew(asked, model, incident):
    await narrate(asked)
    found = await incident()
    other = replace(found.cause, by=RULES, category="disk_full")
    event = replace(found.last(Kind.TRIAGED), at=asked.now() + timedelta(seconds=1), cause=other)
    found = await asked.store.record(found, event)
    assert (found.cause.by, found.cause.category) == (RULES, "disk_full")
    assert await narrate(asked)
    assert len(model.briefs) == 2
