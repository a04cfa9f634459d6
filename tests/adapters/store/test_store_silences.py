from __future__ import annotations

from datetime import timedelta

from store_examples import MINUTE, NOON, Clock

from bot.adapters.store import known, open_store
from bot.domain.people import Person
from bot.domain.silence import Silence, Sort

ADA, BOB = Person(2**40, "Ada · “on call”"), Person(7, "Bob")
HOUR = timedelta(hours=1)


def wanted(minutes=60, **what):
    fields = {"service": "svc", "check": "http:login", "pattern": "a\x00b 🚨", "note": "why <b>"}
    fields |= {"begins": NOON, "ends": NOON + minutes * MINUTE, "by": ADA.name, "by_id": ADA.id}
    return Silence(**({"id": 0} | fields | what))


async def test_every_field_comes_back(store):
    kept = await store.silence(wanted(kind=Sort.MAINTENANCE, pattern="a b"), "tg:1")
    assert kept == wanted(kind=Sort.MAINTENANCE, id=kept.id, pattern="a b")
    assert await store.silences(NOON) == [kept]


async def test_one_wish_is_recorded_once(store, sql, all_at_once):
    done = await all_at_once(*(store.silence(wanted(), "tg:1") for _ in range(5)))
    assert len({s.id for s in done}) == 1
    assert sql("SELECT count(*) FROM silence") == [(1,)]
    other = await store.silence(wanted(), "tg:2")
    assert other.id > done[0].id


async def test_it_is_in_force_until_its_end(store):
    short, long = [await store.silence(wanted(n), f"tg:{n}") for n in (10, 60)]
    assert await store.silences(NOON - MINUTE) == []
    assert await store.silences(NOON) == [short, long]
    assert await store.silences(NOON + 10 * MINUTE) == [long]
    assert await store.silences(NOON + HOUR) == []


async def test_it_shows_soon_what_another_process_silenced_and_lifted(url, store, monkeypatch):
    other = await open_store(url, Clock())
    assert await store.silences(NOON) == []
    one = await other.silence(wanted(), "tg:1")
    with monkeypatch.context() as later:
        later.setattr(known, "FRESH", 0.0)  # as when a second has passed
        assert await store.silences(NOON) == [one]
        await other.lift(one.id, BOB, NOON, "tg:2")
        assert await store.silences(NOON) == []
    await other.close()


async def test_lifted_by_whom_and_when(store, sql):
    one = await store.silence(wanted(), "tg:1")
    lifted = await store.lift(one.id, BOB, NOON + MINUTE, "tg:2")
    assert (lifted.lifted_at, lifted.lifted_by) == (NOON + MINUTE, "Bob")
    assert sql("SELECT lifted_by, lifted_by_id, lifted_key FROM silence") == [("Bob", 7, "tg:2")]
    assert await store.silences(NOON + MINUTE) == []
    assert await store.silences(NOON) == [lifted]


async def test_lifting_twice_is_once(store):
    one = await store.silence(wanted(), "tg:1")
    first = await store.lift(one.id, BOB, NOON, "tg:2")
    assert await store.lift(one.id, BOB, NOON + MINUTE, "tg:2") == first
    assert await store.lift(one.id, ADA, NOON + MINUTE, "tg:3") is None
    assert await store.lift(one.id, ADA, NOON + MINUTE) is None


async def test_what_has_ended_or_never_was_cannot_be_lifted(store):
    one = await store.silence(wanted(), "tg:1")
    assert await store.lift(one.id, BOB, NOON + HOUR, "tg:2") is None
    assert await store.lift(one.id + 1, BOB, NOON, "tg:3") is None


async def test_of_two_who_lift_it_one_does(store, all_at_once):
    one = await store.silence(wanted(), "tg:1")
    done = await all_at_once(*(store.lift(one.id, BOB, NOON, f"tg:{n}") for n in range(2, 7)))
    assert sum(isinstance(d, Silence) for d in done) == 1


async def test_those_that_ran_out_in_a_time(store):
    one, two, three = [await store.silence(wanted(n), f"tg:{n}") for n in (10, 20, 30)]
    await store.lift(two.id, BOB, NOON, "tg:9")
    assert await store.ended(NOON, NOON + 9 * MINUTE) == []
    assert await store.ended(NOON, NOON + 10 * MINUTE) == [one]
    assert await store.ended(NOON + 10 * MINUTE, NOON + HOUR) == [three]


async def test_it_outlives_a_restart_and_the_pruning(store, url, clock):
    one = await store.silence(wanted(), "tg:1")
    await store.prune(NOON + timedelta(days=99))
    await store.close()
    again = await open_store(url, clock)
    assert await again.silences(NOON) == [one]
    await again.close()
