"""What can be looked up by typing: cause, log, one source; for people of the house only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.runbooks import load
from bot.chat.commands import Typed, carry_out
from bot.domain.incident import Refused
from bot.domain.logs.lines import LogLine
from tests.cast import ANN, SAM
from tests.conftest import FakeSource
from tests.stories.test_lookup import FakeJournal


@pytest.fixture
def journal(clock):
    at = clock() - timedelta(minutes=5)
    texts = [f"INFO handled <b> {n}" for n in range(30)] + ["ERROR Timeout while asking"]
    lines = [LogLine(at + timedelta(seconds=n), text) for n, text in enumerate(texts)]
    return FakeJournal(lines)


@pytest.fixture
def broken(triaged):
    return triaged


async def asked(world, name, text="", by=ANN):
    return await carry_out(world, Typed(name, text), by, "tg:1")


async def test_the_log_by_word_and_whole_as_a_file(world, journal):
    known = replace(world, journals=[journal])
    said = await asked(known, "logs", "timeout")
    assert "1 of the last 31 lines that hold “timeout”" in said.message.minimal
    assert "ERROR Timeout while asking" in said.message.html
    assert said.document is None
    every = await asked(known, "logs")
    assert "&lt;b&gt;" in every.message.html
    assert every.document.text.count("\n") == 30
    nothing = await asked(known, "logs", "no such word")
    assert "Nothing." in nothing.message.html


async def test_the_cause_of_the_incident_at_hand(world, broken):
    said = (await asked(world, "diagnose")).message
    assert "Incident #1" in said.html
    assert "cause" in said.html.casefold()
    with pytest.raises(Refused, match="no such incident"):
        await asked(world, "diagnose", "7")


async def test_one_source_now(world):
    usage = FakeSource("M1", "metrics", "210 of 512 MB", lines=("06:00 180 MB",))
    said = (await asked(replace(world, deeper=[usage]), "metrics")).message
    assert said.html.startswith("<b>Usage</b>\n<b>life-os</b>: 210 of 512 MB")
    assert "06:00 180 MB" in said.html
    with pytest.raises(Refused, match="nothing is set up"):
        await asked(world, "db")


async def test_the_runbook_that_fits_with_its_checks_answered(world, broken):
    known = replace(world, runbooks=load().runbooks)
    said = (await asked(known, "runbook")).message
    assert said.minimal.startswith("Runbook: ")
    assert "Quick checks" in said.html
    with pytest.raises(Refused, match="no runbook fits #1"):
        await asked(world, "runbook")


async def test_what_was_like_it(world, broken):
    assert "no past incident" in (await asked(world, "similar")).message.html.casefold()


@pytest.mark.parametrize(
    "name", ["logs", "diagnose", "db", "similar", "changes", "deps", "metrics", "runbook"]
)
async def test_strangers_learn_nothing(world, name):
    with pytest.raises(Refused, match="not on the on-call list"):
        await asked(world, name, by=SAM)


LACKS = (("missing", "DATABASE_URL"),)
PURPOSE = "❌ DATABASE_URL: not set (all it remembers is there)"


async def test_what_lacks_in_the_environment_with_the_way_there(world):
    lacks = FakeSource("E1", "environment", "DATABASE_URL is not set", LACKS, (PURPOSE,))
    places = {"life-os": {"service_id": "srv-1", "kind": "worker"}}
    said = (await asked(replace(world, deeper=[lacks], places=places), "env")).message.html
    assert "DATABASE_URL is not set" in said
    assert 'href="https://dashboard.render.com/worker/srv-1/env"' in said
