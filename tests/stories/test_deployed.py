"""People push a fix while an incident is open: it is written down, proved, and named at the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.evidence import Evidence, Found
from bot.domain.moves import Kind, Status
from bot.domain.past.memory import memory_of
from bot.flows import desk
from bot.flows.deployed import deployed
from bot.views.outcome import how_it_ended
from tests.cast import ANN
from tests.conftest import FakeSource
from tests.stories.conftest import FLOWS

BAD, FIX = "a" * 40, "b" * 40


class FakeDeploys(FakeSource):
    def __init__(self, clock):
        super().__init__("D1", "deploys", "what runs")
        self.clock = clock
        self.runs("dep-1", BAD, "Break it")

    def runs(self, deploy, commit, title="Fix it"):
        at = self.clock()
        facts = {
            "runs": deploy,
            "runs_commit": commit,
            "runs_said": f"{commit[:7]} “{title}”",
            "runs_since": at.isoformat(),
            "runs_made": (at - timedelta(seconds=20)).isoformat(),
            "runs_service": "life-os",
        }
        self.evidence = Evidence("D1", "deploys", Found.SOMETHING, "", tuple(facts.items()))


@pytest.fixture
def deploys(clock):
    return FakeDeploys(clock)


@pytest.fixture
def world(world, deploys):
    return replace(world, sources=[*world.sources, deploys])


@pytest.fixture
def flows():
    return (*FLOWS, deployed)


@pytest.fixture
def down(service_check, pass_time, settle):
    async def go():
        await pass_time(minutes=2)
        service_check.fails("crashed", "exited with code 1")
        await pass_time(minutes=2)

    return go


def noted(incident):
    return [(e.code, e.note) for e in incident.timeline if e.kind is Kind.DEPLOYED]


async def test_the_deploy_that_helped_is_named(
    down, deploys, service_check, pass_time, incident, shown, archive
):
    await down()
    deploys.runs("dep-2", FIX)
    await pass_time(minutes=1)
    assert noted(await incident()) == [("dep-2", "bbbbbbb “Fix it”")]
    card = (await shown())["card:1:0"].message.html
    assert "🚀 A new deploy went live at 03:16 UTC: bbbbbbb “Fix it”; watching" in card
    service_check.heals()
    await pass_time(minutes=30)
    found = await incident()
    assert found.status is Status.CLOSED
    assert len(noted(found)) == 1
    assert how_it_ended(found) == "Recovered after deploy bbbbbbb “Fix it”"
    assert "by itself" not in found.last(Kind.HEALED).note
    [text] = archive.files.values()
    assert "Recovered after deploy bbbbbbb “Fix it”" in text
    assert "Other code live: bbbbbbb “Fix it”" in text
    assert memory_of(found).helped == "a person: deploy bbbbbbb “Fix it”"


async def test_the_same_code_again_is_no_fix(down, deploys, pass_time, incident):
    await down()
    deploys.runs("dep-2", BAD)
    await pass_time(minutes=1)
    assert noted(await incident()) == []


async def test_what_cannot_be_read_accuses_and_credits_nobody(down, deploys, pass_time, incident):
    deploys.broken = "Render: HTTP 503"
    await down()
    deploys.broken = ""
    deploys.runs("dep-2", FIX)
    await pass_time(minutes=1)
    assert noted(await incident()) == []


async def test_the_deploy_of_our_own_act_is_ours(
    world, down, deploys, pass_time, incident, restart, service_check
):
    restart.name = "rollback"
    await down()
    found = await incident()
    asked = await desk.ask(world, found.id, found.proposals[0].id, ANN, "tg:1")

    def rolled_back():
        service_check.heals()
        deploys.runs("dep-3", FIX)

    restart.on_run = rolled_back
    restart.course = replace(restart.course, note="Render put bbbbbbb (dep-3) live")
    await desk.approve(world, asked.asked.ask, ANN, "tg:2")
    await pass_time(minutes=30)
    found = await incident()
    assert noted(found) == []
    assert how_it_ended(found) == "Recovered after rollback, approved by Ann"


async def test_other_code_in_the_middle_of_the_proof_begins_it_anew(
    world, down, deploys, pass_time, incident, restart, service_check
):
    await down()
    found = await incident()
    asked = await desk.ask(world, found.id, found.proposals[0].id, ANN, "tg:1")
    restart.on_run = service_check.heals
    await desk.approve(world, asked.asked.ask, ANN, "tg:2")
    await pass_time(minutes=15)
    deploys.runs("dep-2", FIX)
    await pass_time(minutes=15)
    found = await incident()
    assert found.status is Status.VERIFYING
    await pass_time(minutes=15)
    found = await incident()
    [event] = [e for e in found.timeline if e.kind is Kind.DEPLOYED]
    assert found.last(Kind.RECOVERED).at - event.at >= timedelta(minutes=22)
    assert how_it_ended(found) == (
        "Recovered after restart, approved by Ann; deploy bbbbbbb “Fix it” followed"
    )
