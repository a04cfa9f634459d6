"""What a person may look up: asked now, said plainly when it cannot be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.evidence import Found
from bot.domain.incident import Refused
from bot.domain.logs.lines import LogLine
from bot.flows import lookup
from bot.flows.close import close
from tests.cast import ANN, SAM
from tests.conftest import FakeJournal


async def test_one_source_is_asked(world):
    ((service, evidence),) = await lookup.look_up(world, "logs", "", ANN)
    assert (service, evidence.id) == ("life-os", "L1")


async def test_a_source_that_fails_says_so(world, logs_source):
    logs_source.broken = "Render: HTTP 503"
    ((_, evidence),) = await lookup.look_up(world, "logs", "life-os", ANN)
    assert (evidence.found, evidence.summary) == (Found.UNREADABLE, "Render: HTTP 503")


async def test_slow_sources_can_be_asked_too(world, logs_source):
    slow = replace(world, sources=[], deeper=[logs_source])
    assert len(await lookup.look_up(slow, "logs", "", ANN)) == 1


@pytest.mark.parametrize(
    ("source", "service", "why"),
    [
        ("database", "", "nothing is set up"),
        ("logs", "other", "not a service of mine; there is life-os"),
    ],
)
async def test_what_is_not_there(world, source, service, why):
    with pytest.raises(Refused, match=why):
        await lookup.look_up(world, source, service, ANN)


async def test_strangers_learn_nothing(world):
    for asked in (
        lookup.look_up(world, "logs", "", SAM),
        lookup.read_log(world, "", SAM),
        lookup.newest(world, None, SAM),
        lookup.like_this(world, None, SAM),
    ):
        with pytest.raises(Refused, match="not on the on-call list"):
            await asked


async def test_the_log(world, clock):
    lines = (LogLine(clock() - timedelta(minutes=1), "INFO handled"),)
    known = replace(world, journals=[FakeJournal(lines)])
    assert await lookup.read_log(known, "", ANN) == ("life-os", lines)
    with pytest.raises(Refused, match=r"cannot be read: Render: HTTP 503"):
        await lookup.read_log(
            replace(world, journals=[FakeJournal(broken="Render: HTTP 503")]), "", ANN
        )
    with pytest.raises(Refused, match="nothing is set up"):
        await lookup.read_log(world, "", ANN)


async def test_the_newest_incident_is_the_live_one(world, service_check, pass_time, incident):
    with pytest.raises(Refused, match="there has been no incident yet"):
        await lookup.newest(world, None, ANN)
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    assert (await lookup.newest(world, None, ANN)).id == (await incident()).id
    with pytest.raises(Refused, match="no such incident"):
        await lookup.newest(world, 99, ANN)


async def test_what_was_like_it_before_is_remembered_when_it_closes(
    world, service_check, pass_time, incident, clock
):
    for _ in range(2):
        service_check.fails("crashed", "exited with code 1")
        await pass_time(minutes=1)
        service_check.heals()
        await pass_time(minutes=30)
        clock.tick(minutes=61)
    assert (await incident()).id == 2
    await close(world)
    told = await lookup.like_this(world, 2, ANN)
    assert "#1" in told.html
    assert "memory, not proof" in told.html.casefold()
