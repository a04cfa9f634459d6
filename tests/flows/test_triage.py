"""When a look is due, and what becomes of a source that cannot be asked."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.check import Result, Seen, Verdict
from bot.domain.evidence import Found
from bot.domain.incident import Event
from bot.domain.moves import Kind
from bot.domain.severity import Severity
from bot.flows import desk
from bot.flows.triage import triage
from bot.flows.watch import Weighed, follow
from tests.cast import ANN


@pytest.fixture
async def incident(world, clock):
    found = Event(Kind.DETECTED, clock(), check="service", code="crashed", note="exited")
    return await world.store.open("life-os", found)


def late_look(clock):
    """A look that began five seconds ago and has only now ended."""
    at = clock() - timedelta(seconds=5)
    return Result("life-os", "http", Seen.FAIL, at, "refused", "connection refused")


async def looks(world, id):
    newest = await world.store.incident(id)
    return [e for e in newest.timeline if e.kind is Kind.TRIAGED]


async def test_one_look_and_not_another_at_once(world, incident):
    assert await triage(world)
    assert not await triage(world)
    assert len(await looks(world, incident.id)) == 1


async def test_a_check_that_joins_is_looked_at_even_if_its_look_began_before_ours(
    world, incident, clock
):
    await triage(world)
    await follow(world, Weighed(late_look(clock), Severity.P0), Verdict.FAILING)
    assert await triage(world)
    assert not await triage(world)


async def test_but_never_under_the_finger_of_somebody_about_to_say_yes(world, incident, clock):
    await triage(world)
    offer = (await world.store.incident(incident.id)).proposals[0]
    asked = await desk.ask(world, incident.id, offer.id, ANN, "tg:1")
    await follow(world, Weighed(late_look(clock), Severity.P0), Verdict.FAILING)
    assert not await triage(world)
    await desk.deny(world, asked.asked.ask, ANN, "tg:2")
    assert await triage(world)


async def test_a_look_is_renewed_when_its_offers_have_expired(world, incident, clock):
    await triage(world)
    clock.tick(minutes=15)
    assert not await triage(world)
    clock.tick(seconds=1)
    assert await triage(world)


async def test_what_cannot_be_asked_is_evidence_of_not_knowing(world, incident, logs_source):
    logs_source.broken = "Render: HTTP 503"
    await triage(world)
    [look] = await looks(world, incident.id)
    found = {e.source: (e.found, e.summary) for e in look.evidence}
    assert found["service"] == (Found.SOMETHING, "crashed, exit 1")
    assert found["logs"] == (Found.UNREADABLE, "Render: HTTP 503")


async def test_a_source_that_hangs_delays_no_look_for_ever(world, incident, logs_source):
    async def gather(incident):
        await asyncio.Event().wait()

    logs_source.gather = gather
    soon = replace(world.rules, triage_within=timedelta(seconds=0.02))
    await triage(replace(world, rules=soon))
    [look] = await looks(world, incident.id)
    assert look.evidence[1].summary == "no answer in time"


async def test_no_act_of_ours_renews_a_certificate(world, clock):
    ends = Event(Kind.DETECTED, clock(), check="certificate:public", code="expiring", note="5 days")
    opened = await world.store.open("life-os", ends)
    await triage(world)
    looked = await world.store.incident(opened.id)
    assert looked.proposals == ()
    assert [o.name for o in looked.cause.options] == ["Have the certificate renewed"]
