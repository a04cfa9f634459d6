"""What a model may look up: bounded, read only, honest about what was not read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.check import Result, Seen
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event
from bot.domain.logs.lines import LogLine
from bot.domain.measures.points import packed
from bot.domain.moves import Kind, Status
from bot.flows.looking import MOST_LINES, look, told
from bot.ports import Unavailable
from tests.conftest import FakeSource
from tests.stories.test_lookup import FakeJournal


class FakeDiffs:
    service = "life-os"

    async def diff(self, deploy):
        return [f"{deploy}: Tidy", *(f"+ line {n}" for n in range(99))] if deploy == "dep-1" else []


@pytest.fixture
def lines(clock):
    begin = clock() - timedelta(minutes=5)
    texts = ["INFO start", "ERROR Timeout one", "INFO fine", "ERROR timeout two", "INFO fine"]
    return [LogLine(begin + timedelta(minutes=n), text) for n, text in enumerate(texts)]


@pytest.fixture
async def incident(world, clock):
    return await world.store.open("life-os", Event(Kind.DETECTED, clock(), check="http"))


@pytest.fixture
def looks(world, incident):
    async def go(asked, changes=(), /, **wish):
        return await look(replace(world, **dict(changes)), incident, asked, wish)

    return go


async def test_the_log_by_a_text_and_how_far_it_was_read(looks, lines):
    known = {"journals": [FakeJournal(lines)]}
    found = await looks("search_logs", known, text="timeout", minutes=60)
    assert found.splitlines() == [
        "life-os: 2 of 5 lines have it; the oldest read is of 03:07:00",
        "03:08:00 ERROR Timeout one",
        "03:10:00 ERROR timeout two",
    ]
    recent = await looks("search_logs", known, text="timeout", minutes=3)
    assert recent.startswith("life-os: 1 of 3 lines have it")
    none = await looks("search_logs", known, text="disk", minutes=60)
    assert none == "life-os: 0 of 5 lines have it; the oldest read is of 03:07:00"
    assert await looks("search_logs", {"journals": [FakeJournal()]}, text="x", minutes=60) == ""


async def test_a_log_full_of_it_is_cut(looks, lines):
    many = {"journals": [FakeJournal(lines[:1] * 500)]}
    found = await looks("search_logs", many, text="start", minutes=60)
    assert len(found.splitlines()) == MOST_LINES + 1


async def test_what_a_deploy_brought(looks):
    known = {"diffs": [FakeDiffs()]}
    found = (await looks("deploy_diff", known, deploy="dep-1")).splitlines()
    assert found[0] == "dep-1: Tidy"
    assert len(found) == MOST_LINES
    assert await looks("deploy_diff", known, deploy="dep-9") == ""


async def test_errors_in_each_minute(looks, lines):
    known = {"journals": [FakeJournal(lines)]}
    found = await looks("metric", known, name="errors_per_minute", minutes=60)
    assert found == (
        "life-os: errors_per_minute in errors a minute: lowest 0 at 03:07, highest 1 at 03:08,"
        " latest 0 at 03:11; 5 values since 03:07"
    )


async def test_how_long_answers_took(looks, world, clock):
    for seconds in (0.1, 2.5, 0.2):
        clock.tick(minutes=1)
        at = clock()
        await world.store.keep(Result("life-os", "http", Seen.PASS, at, value=seconds))
    await world.store.write_down()
    found = await looks("metric", name="response_time", minutes=60)
    assert found.startswith("life-os http: response_time in s, the slowest of each minute: ")
    assert "highest 2.5 at 03:14, latest 0.2 at 03:15; 3 values" in found


async def test_a_measured_series(looks, clock):
    points = packed((clock() - timedelta(minutes=n), 500.0 - n) for n in range(50))
    usage = FakeSource("M1", "metrics", "500 MB", (("memory_points", points),))
    found = await looks("metric", {"deeper": [usage]}, name="memory", minutes=10)
    assert "memory in MB: lowest 490" in found
    assert "latest 500 at 03:12" in found
    assert await looks("metric", {"deeper": [usage]}, name="cpu", minutes=10) == ""


async def test_the_database_and_what_is_leaned_on(looks):
    base = FakeSource("B1", "database", "answers in 3 ms", (("state", "ok"),), ("7 of 100",))
    assert await looks("database", {"sources": [base]}) == "answers in 3 ms\nstate: ok\n7 of 100"
    facts = (("anthropic.state", "down"), ("render.state", "up"))
    leaned = FakeSource("U1", "dependencies", "Anthropic is down", facts)
    known = {"sources": [leaned]}
    found = await looks("dependency", known, name="Anthropic")
    assert found == "Anthropic is down\nanthropic.state: down"
    other = await looks("dependency", known, name="github")
    assert other == "no dependency is called github\nAnthropic is down"


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("search_logs", {"text": "x", "minutes": 5}),
        ("deploy_diff", {"deploy": "dep-1"}),
        ("metric", {"name": "memory", "minutes": 5}),
        ("metric", {"name": "errors_per_minute", "minutes": 5}),
        ("database", {}),
        ("dependency", {"name": "x"}),
        ("restart", {}),
    ],
)
async def test_what_nobody_could_look_at_is_not_nothing(looks, name, wish):
    with pytest.raises(Unavailable):
        await looks(name, **wish)


async def test_a_source_that_fails_is_not_nothing(looks):
    gone = FakeSource("B1", "database", "")
    gone.broken = "Render: HTTP 503"
    with pytest.raises(Unavailable, match="Render: HTTP 503"):
        await looks("database", {"sources": [gone]})


async def test_of_other_services_nothing_is_told(looks):
    other = FakeSource("B1", "database", "fine")
    other.service = "other"
    with pytest.raises(Unavailable, match="nothing is set up"):
        await looks("database", {"sources": [other]})


async def test_of_what_is_over_only_memory_can_tell(world, incident, looks):
    over = replace(incident, status=Status.CLOSED)
    base = FakeSource("B1", "database", "fine")
    with pytest.raises(Unavailable, match="the incident is closed"):
        await look(replace(world, sources=[base]), over, "database", {})
    assert await look(world, over, "past_incidents", {"words": "EOFError"}) == ""


def test_facts_for_charts_are_kept_out():
    one = Evidence("M1", "metrics", Found.SOMETHING, "s", (("cpu_points", "1 2"), ("cpu", "3")))
    assert list(told(one)) == ["s", "cpu: 3"]
