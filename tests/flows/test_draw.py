"""Each incident gets one picture, edited once when it is over; nothing else waits for it."""

import asyncio
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event
from bot.domain.measures.points import packed
from bot.domain.moves import Kind, Status
from bot.flows import draw as drawing
from bot.flows.announce import announce
from bot.flows.draw import draw
from bot.flows.investigate import investigate
from bot.flows.triage import triage
from bot.flows.watch import watch
from bot.ports import Lane, Unavailable
from tests.conftest import FakeCheck, FakeSource

PNG = b"\x89PNG drawn"


class FakeArtist:
    """`broken` is why it cannot draw; a hanging one never ends."""

    def __init__(self):
        self.charts, self.broken, self.hangs = [], "", False
        self.size = len(PNG)

    async def draw(self, chart):
        self.charts.append(chart)
        if self.broken:
            raise Unavailable(self.broken)
        if self.hangs:
            await asyncio.Event().wait()
        return PNG.ljust(self.size, b".")


@pytest.fixture
def artist():
    return FakeArtist()


@pytest.fixture
def world(world, artist):
    return replace(world, artist=artist)


@pytest.fixture
def opened(triaged):
    return triaged


@pytest.fixture
def shown(world):
    async def post(key="chart:1:0"):
        found = await world.store.posted(key)
        return found and found.post

    return post


@pytest.fixture
def over(world, clock):
    """The incident ends by the word of a person."""

    async def go():
        clock.tick(minutes=9)
        incident = await world.store.latest("life-os")
        ended = Event(Kind.OVERRIDDEN, clock(), by="Ann", by_id=1, note="fine again")
        return await world.store.record(incident, ended)

    return go


def log(clock, counts, began=20):
    """Evidence L1 with so many errors in each of the last minutes."""
    begins = clock() - timedelta(minutes=began)
    points = [(clock() - timedelta(minutes=n), count) for n, count in enumerate(counts)]
    facts = (("errors_points", packed(points)), ("log_begins", begins.isoformat()))
    return Evidence("L1", "logs", Found.SOMETHING, "errors", facts)


async def test_one_picture_in_the_thread_of_the_card_without_a_sound(world, opened, artist, shown):
    assert await draw(world)
    assert not await draw(world)
    post = await shown()
    assert b64decode(post.picture.png) == PNG
    assert (post.silent, post.reply_to, post.lane) == (True, "card:1:0", Lane.THREAD)
    assert post.message.html.startswith("📈 Checks · life-os: service failing now, of 2 checks;")
    assert len(artist.charts) == 1


async def test_without_an_artist_nothing_is_drawn(world, opened, shown):
    assert not await draw(replace(world, artist=None))
    assert await shown() is None


async def test_it_waits_for_the_second_look(world, opened, artist):
    slow = FakeSource("C1", "changes", "suspect: deploy dep-2")
    world = replace(world, deeper=[slow])
    assert not await draw(world)
    await investigate(world)
    assert await draw(world)
    assert len(artist.charts) == 1


async def test_it_is_drawn_again_once_when_it_is_over(world, opened, artist, shown, over, clock):
    clock.tick(seconds=20)
    await draw(world)
    assert not await draw(world)
    ended = await over()
    assert await draw(world)
    assert not await draw(world)
    first, second = artist.charts
    assert first.spells[-1].end == first.end
    assert second.spells[-1].end == ended.timeline[-1].at == clock()
    assert "over 03:22; times in UTC." in (await shown()).message.html


async def test_what_was_shown_stays_when_the_second_cannot_be_drawn(
    world, opened, artist, shown, over
):
    await draw(world)
    before = await shown()
    await over()
    artist.broken = "the drawing process did not start"
    assert await draw(world)
    assert not await draw(world)
    assert await shown() == before


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"broken": "exit 1 <b>"}, "No picture: exit 1 &lt;b&gt;."),
        ({"hangs": True}, "No picture: drawing it took too long."),
        ({"size": 300_001}, "No picture: it is too large."),
    ],
)
async def test_its_words_alone_when_it_cannot_be_drawn(
    world, opened, artist, shown, monkeypatch, trouble, said
):
    monkeypatch.setattr(drawing, "WITHIN", 0.01)
    for name, value in trouble.items():
        setattr(artist, name, value)
    assert await draw(world)
    assert not await draw(world)
    post = await shown()
    assert post.picture is None
    assert post.message.html.splitlines() == [post.message.html.splitlines()[0], said]
    assert "service failing now" in post.message.html


async def test_killed_between_the_post_and_the_memo_it_is_the_same_post(world, opened, artist):
    await draw(world)
    await world.store.set_memo(drawing.DRAWN, "")
    assert await draw(world)
    charts = [p for p in await world.store.due(world.now()) if p.post.key.startswith("chart:")]
    assert len(charts) == 1


async def test_the_end_is_drawn_after_a_restart_too(world, opened, artist, over):
    await draw(world)
    await over()
    assert await draw(replace(world, artist=artist))
    assert len(artist.charts) == 2


async def test_a_relapse_has_a_picture_of_its_own(world, opened, shown, over, clock, service_check):
    await draw(world)
    await over()
    await draw(world)
    incident = await world.store.latest("life-os")
    clock.tick(minutes=1)
    again = replace(incident.timeline[0], at=clock())
    await world.store.record(incident, again)
    await triage(world)
    assert await draw(world)
    assert (await shown("chart:1:1")).reply_to == "card:1:1"


async def test_what_was_never_looked_into_has_none(world, service_check, clock, over, artist):
    service_check.fails("crashed", "exited with code 1")
    for _ in range(2):
        clock.tick(seconds=30)
        await watch(world, service_check)
    assert not await draw(world)
    await over()
    assert not await draw(world)
    assert artist.charts == []


async def test_a_storm_has_one_message_and_no_pictures(world, clock, artist):
    checks = [FakeCheck(clock, "http", "fine") for _ in range(6)]
    for n, check in enumerate(checks):
        check.service = f"site-{n}"
        check.fails("refused", "nobody answers")
    world = replace(world, checks=checks)
    for _ in range(2):
        clock.tick(seconds=10)
        for check in checks:
            await watch(world, check)
    await triage(world)
    await announce(world)
    assert len(await world.store.having(Status.OPEN)) == 6
    assert not await draw(world)
    assert artist.charts == []


async def test_errors_of_the_log_and_how_they_went_on(
    world, opened, artist, shown, clock, over, logs_source
):
    facts = (*log(clock, [9, 4, 2]).facts, ("errors", "15"))
    known = replace(opened.first_evidence[1], facts=facts)
    look = Event(Kind.TRIAGED, clock(), evidence=(opened.first_evidence[0], known))
    await world.store.record(opened, look)
    await draw(world)
    assert "Errors per minute · life-os: most 9 at 03:13" in (await shown()).message.html
    await over()
    logs_source.evidence = log(clock, [1], began=2)
    await draw(world)
    said = (await shown()).message.html
    assert "most 9 at 03:13" in said
    assert "03:13–03:20 not read" in said
    (row,) = artist.charts[-1].panels[0].rows
    assert [value for _, value in row.points] == [2, 4, 9, 1]


async def test_memory_against_its_limit_when_it_ran_out(world, service_check, clock, artist):
    service_check.fails("out_of_memory", "killed at 512 MB")
    for _ in range(2):
        clock.tick(seconds=30)
        await watch(world, service_check)
    row = packed((clock() - timedelta(minutes=n), 500 - 9 * n) for n in range(40))
    facts = (("memory_points", row), ("memory_limit_mb", "512"), ("memory_share", "0.98"))
    metrics = FakeSource("M1", "metrics", "98 %", facts)
    world = replace(world, deeper=[metrics])
    await triage(world)
    await investigate(world)
    await draw(world)
    memory = artist.charts[0].panels[0]
    assert artist.charts[0].title == "Memory and CPU · life-os"
    assert memory.limit.value == 512
    assert len(memory.rows[0].points) == 40


async def test_response_times_when_it_is_slow(world, http_check, clock, artist, shown):
    http_check.fails("slow", "HTTP 200 in 4.1 s")
    for _ in range(2):
        clock.tick(seconds=30)
        await watch(world, http_check)
    await triage(world)
    await draw(world)
    assert artist.charts[0].title == "Response times, http · life-os"
    assert "2 failed" in (await shown()).message.html
