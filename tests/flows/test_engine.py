"""Duties keep turning: rung awake, one apart from another, and never stuck for ever."""

import asyncio
import logging

import pytest

from bot.flows.engine import Bell, Duty, News, run
from bot.ports import Stale, Unavailable

NEVER = 3600.0  # seconds: only the bell wakes a duty of that pace
SOON = 0.02
PATIENCE = 5.0  # seconds after which a test has failed


class Turns:
    """A duty that counts its turns; each does what the script says next, the last one for good."""

    def __init__(self, *script):
        self.script = list(script)
        self.count = 0
        self.turned = asyncio.Condition()

    async def turn(self):
        self.count += 1
        async with self.turned:
            self.turned.notify_all()
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await step() if callable(step) else step

    async def reach(self, count):
        async with asyncio.timeout(PATIENCE), self.turned:
            await self.turned.wait_for(lambda: self.count >= count)


def raising(error):
    async def fail():
        raise error

    return fail


async def hang():
    await asyncio.Event().wait()


async def quiet():
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def bell():
    return Bell()


@pytest.fixture
async def engine(bell):
    """Run duties until the test ends."""
    running = []

    def start(*duties):
        running.append(asyncio.create_task(run(duties, bell)))

    yield start
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def duty(turns, name="one", every=NEVER, **more):
    return Duty(name, turns.turn, every, **more)


async def test_a_ring_wakes_each_duty_once(engine, bell):
    one, other = Turns(False), Turns(False)
    engine(duty(one), duty(other, "other"))
    await quiet()
    assert (one.count, other.count) == (1, 1)
    bell.ring()
    await quiet()
    assert (one.count, other.count) == (2, 2)


async def test_rings_at_the_same_moment_are_one(engine, bell):
    one = Turns(False)
    engine(duty(one))
    await quiet()
    bell.ring()
    bell.ring()
    await quiet()
    assert one.count == 2


NOTHING = frozenset()
POST, UPDATE = frozenset({News.POST}), frozenset({News.UPDATE})


async def test_news_wakes_those_who_heed_it_and_nobody_else(engine, bell):
    sender, reader, timed = Turns(False), Turns(False), Turns(False)
    engine(
        duty(sender, "sender", heeds=POST),
        duty(reader, "reader", heeds=UPDATE),
        duty(timed, "timed", heeds=NOTHING),
    )
    await quiet()
    bell.ring(News.POST)
    await quiet()
    assert (sender.count, reader.count, timed.count) == (2, 1, 1)
    bell.ring(News.UPDATE, News.INCIDENT)
    await quiet()
    assert (sender.count, reader.count, timed.count) == (2, 2, 1)
    bell.ring()
    await quiet()
    assert (sender.count, reader.count, timed.count) == (3, 3, 2)


async def test_what_a_duty_did_is_news_of_its_own_kind(engine):
    writer, sender, reader = Turns(False, True, False), Turns(False), Turns(False)
    engine(
        duty(writer, "writer", every=SOON, makes=POST),
        duty(sender, "sender", heeds=POST),
        duty(reader, "reader", heeds=UPDATE),
    )
    await sender.reach(2)
    await writer.reach(4)
    assert (sender.count, reader.count) == (2, 1)


async def test_one_that_makes_no_news_wakes_nobody(engine):
    worker, other = Turns(False, True, False), Turns(False)
    engine(duty(worker, every=SOON, makes=NOTHING), duty(other, "other"))
    await worker.reach(4)
    assert other.count == 1


async def test_one_that_yields_lets_the_others_go_first(engine, bell):
    order = []

    def noting(name):
        async def turn():
            order.append(name)
            return False

        return turn

    patient = Turns(noting("patient"))
    engine(duty(patient, "patient", yields=SOON), duty(Turns(noting("prompt")), "prompt"))
    await quiet()
    order.clear()
    bell.ring()
    await patient.reach(2)
    assert order == ["prompt", "patient"]


async def test_without_a_ring_a_duty_turns_at_its_own_pace(engine):
    one = Turns(False)
    engine(duty(one, every=SOON))
    await one.reach(3)


async def test_who_did_something_turns_again_at_once_and_wakes_the_others(engine):
    worker, other = Turns(False, True, True, False), Turns(False)
    engine(duty(worker, every=SOON), duty(other, "other"))
    await other.reach(2)
    await worker.reach(4)


async def test_a_bug_in_one_duty_stops_no_other(engine, bell, caplog):
    broken, sound = Turns(raising(ZeroDivisionError("a bug"))), Turns(False)
    with caplog.at_level(logging.ERROR, "bot.flows.engine"):
        engine(duty(broken, "broken"), duty(sound, "sound"))
        await quiet()
        bell.ring()
        await quiet()
    assert (broken.count, sound.count) == (2, 2)
    assert [(r.message, r.duty) for r in caplog.records] == [("duty.crashed", "broken")] * 2
    assert "a bug" in caplog.text


async def test_a_hanging_turn_is_cut_off_and_begun_anew(engine, caplog):
    stuck, sound = Turns(hang, False), Turns(False)
    engine(duty(stuck, "stuck", every=SOON, deadline=SOON), duty(sound, "sound"))
    await stuck.reach(2)
    assert sound.count == 1
    [record] = caplog.records
    assert (record.message, record.duty) == ("duty.crashed", "stuck")


async def test_stale_leads_to_an_immediate_second_turn(engine):
    late = Turns(raising(Stale("somebody was faster")), False)
    engine(duty(late))
    await quiet()
    assert late.count == 2


async def test_unavailable_waits_for_the_next_tick(engine, bell, caplog):
    waiting = Turns(raising(Unavailable("Render: HTTP 503")))
    with caplog.at_level(logging.WARNING, "bot.flows.engine"):
        engine(duty(waiting, "waiting"))
        await quiet()
        assert waiting.count == 1
        bell.ring()
        await quiet()
    assert waiting.count == 2
    said = [(r.message, r.duty, getattr(r, "for")) for r in caplog.records]
    assert said == [("duty.waits", "waiting", "Render: HTTP 503")] * 2


async def test_told_to_stop_a_duty_finishes_its_turn_unless_it_is_abrupt(bell):
    stop, go, finished = asyncio.Event(), asyncio.Event(), []

    async def slow():
        await go.wait()
        finished.append("slow")
        return True

    thorough, abrupt = Turns(slow), Turns(hang)
    duties = duty(thorough, "thorough"), duty(abrupt, "abrupt", abrupt=True)
    engine = asyncio.create_task(run(duties, bell, stop))
    await quiet()
    stop.set()
    await quiet()
    assert not engine.done()
    go.set()
    async with asyncio.timeout(PATIENCE):
        await engine
    assert (finished, thorough.count, abrupt.count) == (["slow"], 1, 1)


async def test_told_to_stop_those_who_wait_do_not_turn_again(bell):
    stop, idle = asyncio.Event(), Turns(False)
    engine = asyncio.create_task(run([duty(idle)], bell, stop))
    await quiet()
    stop.set()
    async with asyncio.timeout(PATIENCE):
        await engine
    assert idle.count == 1


async def test_a_ring_during_a_turn_is_not_missed(bell, engine):
    """It may have come after the turn had looked: the next turn follows at once."""
    turns = []

    async def turn():
        turns.append(len(turns))
        if len(turns) == 1:
            bell.ring()
        return False

    engine(Duty("busy", turn, NEVER))
    await quiet()
    assert turns == [0, 1]
