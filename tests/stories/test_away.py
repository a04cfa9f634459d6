"""We were away longer than a tap lives: the cards that wait are posted anew, once."""

from datetime import timedelta

import pytest

from bot.domain.moves import Kind, Status
from bot.flows import desk
from bot.flows.announce import announce
from bot.flows.presence import presence
from bot.ports import Stale, Update
from bot.views.card import card
from bot.views.report import report
from tests.cast import ANN

LINE = "I was away from 03:13 to 03:18: taps of that time may be lost"


@pytest.fixture
def heard(world, clock):
    """Telegram has answered just now."""

    async def now():
        return await presence(world, clock())

    return now


@pytest.fixture
async def waits(world, triaged, heard):
    """A card stands in the chat, and the watchdog has heard from Telegram when it was posted."""
    await heard()
    await announce(world)


async def told(world):
    return [e.note for e in (await world.store.incident(1)).timeline if e.kind is Kind.RETURNED]


async def test_the_card_is_posted_anew_and_the_old_one_loses_its_buttons(
    world, waits, heard, clock, shown
):
    clock.tick(minutes=5)
    assert await heard()
    await announce(world)
    posts = await shown()
    new, old = posts["card:1:1"], posts["card:1:0"]
    assert LINE in new.message.html
    assert [b.verb for row in new.message.rows for b in row] == ["ask", "ack"]
    assert not new.silent
    assert (old.message.html, old.message.rows) == ("⚪ #1 life-os: newer card below.", ())
    assert posts["card:1:0"].silent


async def test_once_for_each_absence(world, waits, heard, clock):
    for seconds in (300, 25, 25, 25):
        clock.tick(seconds=seconds)
        await heard()
    assert await told(world) == [LINE]
    clock.tick(seconds=151)
    await heard()
    assert len(await told(world)) == 2


async def test_a_tap_lives_as_long_as_that(world, waits, heard, clock):
    clock.tick(seconds=150)
    assert not await heard()
    assert await told(world) == []


async def test_a_crash_in_the_middle_of_it_tells_nobody_twice(world, waits, heard, clock):
    """Two incidents wait; we die between the two."""
    one = (await world.store.incident(1)).timeline[0]
    await world.store.open("other", one)
    clock.tick(minutes=5)
    record, done = world.store.record, []

    async def dies(incident, event):
        if done:
            raise Stale("the process ends here")
        done.append(await record(incident, event))
        return done[0]

    world.store.record = dies
    with pytest.raises(Stale):
        await heard()
    world.store.record = record
    clock.tick(seconds=10)
    assert await heard()
    incidents = [await world.store.incident(id) for id in (1, 2)]
    assert [sum(e.kind is Kind.RETURNED for e in i.timeline) for i in incidents] == [1, 1]
    clock.tick(seconds=25)
    assert not await heard()


async def test_not_before_what_has_arrived_is_handled(world, waits, heard, clock):
    clock.tick(minutes=5)
    await world.store.take_in([Update(7, "{}")], clock())
    assert not await heard()
    await world.store.handled(7, "done")
    assert await heard()


async def test_only_what_waits_for_people(world, waits, heard, clock, restart):
    offer = (await world.store.incident(1)).proposals[0].id
    ask = (await desk.ask(world, 1, offer, ANN, "tg:1")).asked.ask
    await desk.approve(world, ask, ANN, "tg:2")
    clock.tick(minutes=5)
    assert not await heard()
    assert await told(world) == []
    assert (await world.store.incident(1)).status is Status.APPROVED


async def test_the_line_stands_until_somebody_acts(world, waits, heard, clock):
    clock.tick(minutes=5)
    await heard()
    incident = await desk.acknowledge(world, 1, ANN, "tg:1")
    assert "I was away" not in card(incident, world.rules, clock()).html
    assert f"Card posted anew: {LINE}" in report(incident, world.rules)


async def test_the_page_is_not_repeated_on_top_of_it(world, waits, heard, clock, settle):
    clock.tick(minutes=6)
    await heard()
    await settle()
    assert (await world.store.incident(1)).last(Kind.REMINDED) is None
    clock.tick(minutes=5)
    await settle()
    assert (await world.store.incident(1)).last(Kind.REMINDED)


async def test_a_first_start_and_a_clock_that_was_set_back_are_no_absence(world, triaged, clock):
    assert not await presence(world, None)
    assert not await presence(world, clock())
    assert not await presence(world, clock() - timedelta(hours=1))
    assert not await presence(world, clock() - timedelta(minutes=58))
    assert await told(world) == []
