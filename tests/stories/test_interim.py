"""An act is done that ends no trouble by itself: it is people's turn again at once."""

from dataclasses import replace

import pytest

from bot.domain.moves import Kind, Status
from bot.domain.remedy import Course, Effect
from bot.flows import desk
from bot.flows.by_name import ask_by_name
from tests.cast import ANN

SET = "LOG_LEVEL is “DEBUG” at Render now; a deploy takes it up"


@pytest.fixture
def interim(restart):
    offered = restart.suits
    restart.suits = lambda evidence, wish=None: replace(offered(evidence, wish), mends=False)
    restart.course, restart.leaves = Effect(Course.DONE, SET), "put it back by day"
    return restart


@pytest.fixture
async def done(interim, world, service_check, pass_time, incident, settle):
    service_check.fails("crashed", "the process exited with code 1")
    await pass_time(minutes=1)
    asked = await ask_by_name(world, "restart", "", ANN, "ask")
    await desk.approve(world, asked.asked.ask, ANN, "yes")
    await settle()
    await settle()  # the engine goes round for ever
    return await incident()


async def test_no_proof_begins_and_the_next_offer_stands_at_once(done, interim):
    assert done.status is Status.OPEN
    assert [e.kind for e in done.timeline if e.kind in {Kind.RAN, Kind.CHECKED}] == []
    assert done.last(Kind.INTERIM).note == SET
    assert done.timeline.index(done.triage) > done.timeline.index(done.last(Kind.INTERIM))
    assert [p.action for p in done.proposals] == ["restart"]
    assert interim.calls == ["srv-1"]


async def test_what_it_leaves_is_a_to_do_and_the_card_says_how_far_it_is(done, shown):
    assert [e.note for e in done.left] == ["put it back by day"]
    card = (await shown())["card:1:0"].message.html
    assert f"🔬 The last act: {SET}" in card
    assert "📌" in card
