"""Not hearing of what is known: typed, seen to hold, undone, and over by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.store import open_store
from bot.domain.incident import Refused
from bot.domain.moves import Kind, Status
from bot.domain.silence import LONGEST, covers
from bot.flows import desk, quiet
from bot.ports import Lane
from bot.views.silence import silenced
from tests.cast import ANN, BEN, CHAT, SAM, VIC


@pytest.fixture
def flows(flows):
    return (quiet.expire, *flows)


@pytest.fixture
def posted(world):
    """The message of a silence, as handlers post it."""

    async def go(silence):
        await quiet.tell(world, silence)

    return go


async def test_nothing_opens_while_it_lasts_and_the_looks_are_kept(
    world, incident, pass_time, http_check
):
    await quiet.silence(world, "http 1h because of a deploy", ANN, "tg:1")
    http_check.fails("status", "HTTP 500")
    await pass_time(minutes=59, in_between=30)
    assert await incident() is None
    assert len(await world.store.results("life-os", "http", limit=200)) == 118
    await pass_time(minutes=1.5)
    assert (await incident()).status is Status.OPEN


async def test_what_is_not_covered_opens(world, incident, pass_time, http_check, service_check):
    await quiet.silence(world, "http 1h", ANN, "tg:1")
    http_check.fails("status", "HTTP 500")
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=5)
    found = await incident()
    assert [e.check for e in found.failing] == ["service"]


async def test_a_text_covers_what_says_it(world, incident, pass_time, http_check):
    await quiet.silence(world, "“http 500” 1h", ANN, "tg:1")
    http_check.fails("status", "HTTP 500 in 0.1 s")
    await pass_time(minutes=5)
    assert await incident() is None
    http_check.fails("status", "HTTP 418 in 0.1 s")
    await pass_time(minutes=1)
    assert (await incident()).failing[0].note.endswith("HTTP 418 in 0.1 s")


async def test_a_relapse_is_not_heard_either(world, incident, pass_time, service_check):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    await desk.resolve(world, 1, "known", ANN, "tg:1")
    await quiet.silence(world, "life-os 30m", ANN, "tg:2")
    await pass_time(minutes=29)
    assert (await incident()).relapses == 0
    await pass_time(minutes=2)
    assert (await incident()).relapses == 1


async def test_undone_it_opens_at_the_next_look(world, incident, pass_time, http_check):
    begun = await quiet.silence(world, "http", ANN, "tg:1")
    http_check.fails("status", "HTTP 500")
    await pass_time(minutes=10)
    assert await incident() is None
    await quiet.lift(world, begun.id, BEN, "tg:2")
    await pass_time(minutes=0.5)
    assert (await incident()).status is Status.OPEN


async def test_a_running_incident_goes_on_but_a_maintenance_keeps_it_from_paging(
    world, incident, pass_time, service_check
):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    await quiet.maintenance(world, "30m life-os new disk", ANN, "tg:1")
    await pass_time(minutes=29)
    found = await incident()
    assert found.status is Status.OPEN
    assert Kind.REMINDED not in [e.kind for e in found.timeline]
    await pass_time(minutes=1)
    assert (await incident()).timeline[-1].kind is Kind.REMINDED


async def test_a_silence_stops_no_page_of_what_is_open(world, incident, pass_time, service_check):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    await quiet.silence(world, "life-os 30m", ANN, "tg:1")
    await pass_time(minutes=6)
    assert Kind.REMINDED in [e.kind for e in (await incident()).timeline]


async def test_its_message_says_that_it_is_over(world, posted, pass_time, shown, clock):
    begun = await quiet.silence(world, "http 30m because of a deploy", ANN, "tg:1")
    await posted(begun)
    before = (await shown())["silence:1"]
    assert before.message.html.startswith("<b>🔕 Silence until 03:42 UTC (30 min): http</b>")
    assert "of a deploy" in before.message.html
    assert [b.label for row in before.message.rows for b in row] == ["↩️ Undo"]
    await pass_time(minutes=30)
    after = (await shown())["silence:1"]
    assert after.message.minimal == "🔔 Heard again: http · silence 1 ended at 03:42 UTC"
    assert (after.silent, after.lane, after.chat) == (True, Lane.ANSWER, CHAT)
    assert after.message.rows == ()


async def test_it_is_told_once_and_not_forgotten_over_a_restart(world, clock):
    await quiet.silence(world, "http 30m", ANN, "tg:1")
    clock.tick(days=3)
    assert await quiet.expire(world)
    assert not await quiet.expire(world)
    await quiet.silence(world, "http 30m", ANN, "tg:2")
    clock.tick(minutes=31)
    assert await quiet.expire(world)
    assert not await quiet.expire(world)


async def test_what_a_person_lifted_does_not_end_again(world, posted, pass_time, shown):
    begun = await quiet.silence(world, "life-os 30m", ANN, "tg:1")
    await posted(begun)
    await pass_time(minutes=5)
    await quiet.lift(world, begun.id, BEN, "tg:2")
    await pass_time(minutes=30)
    said = (await shown())["silence:1"].message.minimal
    assert said == "🔔 Heard again: life-os · Ben lifted silence 1 at 03:17 UTC"


async def test_a_wish_that_comes_twice_is_one(world, clock):
    first = await quiet.silence(world, "http 1h", ANN, "tg:1")
    clock.tick(minutes=1)
    assert await quiet.silence(world, "http 1h", ANN, "tg:1") == first
    lifted = await quiet.lift(world, first.id, BEN, "tg:2")
    clock.tick(minutes=1)
    assert await quiet.lift(world, first.id, BEN, "tg:2") == lifted
    with pytest.raises(Refused, match="no silence 1 is in force"):
        await quiet.lift(world, first.id, BEN, "tg:3")


async def test_it_survives_a_restart(world, clock, tmp_path):
    begun = await quiet.silence(world, "http 1h", ANN, "tg:1")
    await world.store.close()
    again = await open_store(f"sqlite:///{tmp_path / 'store.db'}", clock)
    assert await again.silences(clock()) == [begun]
    assert covers(await again.silences(clock()), "life-os", "http", "", clock()) == begun
    await again.close()


@pytest.mark.parametrize("person", [VIC, SAM])
async def test_who_may_not_changes_nothing(world, clock, person):
    begun = await quiet.silence(world, "http 1h", ANN, "tg:1")
    for wish in (
        quiet.silence(world, "all 1h", person, "tg:2"),
        quiet.maintenance(world, "1h", person, "tg:3"),
        quiet.lift(world, begun.id, person, "tg:4"),
    ):
        with pytest.raises(Refused):
            await wish
    assert await world.store.silences(clock()) == [begun]


async def test_none_lasts_longer_than_a_week(world, clock):
    begun = await quiet.maintenance(world, "7d", ANN, "tg:1")
    assert begun.ends - begun.begins == LONGEST
    assert await world.store.silences(clock() + LONGEST) == []
    with pytest.raises(Refused, match="at most 7d"):
        await quiet.maintenance(world, "7d1m", ANN, "tg:2")


async def test_the_day_is_told_where_it_is_another(world):
    begun = await quiet.maintenance(world, "2d life-os", ANN, "tg:1")
    said = silenced(begun, world.rules, world.now()).minimal
    assert said.startswith("🔧 Maintenance until Sat 3 Jan 03:12 UTC (48 h): life-os")
    over = replace(begun, lifted_at=begun.begins + timedelta(days=1), lifted_by="Ben")
    assert silenced(over, world.rules, over.lifted_at).minimal == (
        "🔔 Heard again: life-os · Ben lifted maintenance 1 at Fri 2 Jan 03:12 UTC"
    )
