"""No call leaves without money, and no cap is passed: adapter, book and emulator together."""

from __future__ import annotations

import asyncio
import shutil

import pytest
import pytest_asyncio
from claude_desk import LARGE, SMALL, Looking

from bot.adapters.store import open_store
from bot.domain.narration.spend import DOLLAR, Caps, Usage, Wish, cost
from bot.ports import Unavailable
from bot.sandbox.claude import data, tool_use
from tests.briefs import brief, note, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")

NIGHT = brief()


@pytest_asyncio.fixture(loop_scope="module")
async def store(tmp_path, migrated, clock):
    copy = shutil.copy(migrated, tmp_path / "store.db")
    opened = await open_store(f"sqlite:///{copy}", clock)
    yield opened
    await opened.close()


async def test_sixty_at_once_never_pass_the_cap(make, emulator, store, clock):
    caps = Caps.of(0.50, 5.00, calls=1_000)
    claude = make(book=store, caps=caps)
    seen = []

    async def ask():
        try:
            told = await claude.explain(NIGHT)
        except Unavailable as gone:
            return str(gone)
        finally:
            seen.append((await store.spent(clock())).day)
        return told

    done = await asyncio.gather(*(ask() for _ in range(60)))
    told = [one for one in done if not isinstance(one, str)]
    lines = {one for one in done if isinstance(one, str)}
    assert told
    assert all(line.startswith("spending cap of $0.50 a day reached") for line in lines)
    assert max(seen) <= caps.day
    real = sum(cost(t.model, t.usage) for t in told)
    assert (await store.spent(clock())).day == real <= caps.day
    assert len(emulator.asked) == len(told)


async def test_sixty_that_hang_keep_their_worst_case_and_stay_below(make, emulator, store, clock):
    caps = Caps.of(0.50, 5.00, calls=1_000)
    claude = make(book=store, caps=caps)
    emulator.switch("hang", on=True)
    tasks = [asyncio.create_task(claude.explain(NIGHT)) for _ in range(60)]
    async with asyncio.timeout(30):
        while sum(task.done() for task in tasks) + len(emulator.journal) < 60:
            await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    hanging = sum(isinstance(one, asyncio.CancelledError) for one in done)
    assert 0 < hanging == len(emulator.journal) < 60
    assert all(isinstance(one, Unavailable | asyncio.CancelledError) for one in done)
    assert hanging * 1_000 < (await store.spent(clock())).day <= caps.day


@pytest.mark.parametrize(("spent", "model"), [(0.0, LARGE), (0.2, SMALL), (0.29, SMALL)])
async def test_down_the_ladder_by_what_is_left(make, book, clock, spent, model):
    """The large one while there is enough, then the small one."""
    book.bookings.append([Wish("x", "note", round(spent * DOLLAR), clock()), None, ""])
    told = await make(caps=Caps.of(0.30, 5.00)).explain(NIGHT)
    assert told.model == model


async def test_at_the_end_of_the_ladder_nobody_is_asked(make, emulator, book, clock):
    book.bookings.append([Wish("x", "note", round(0.299 * DOLLAR), clock()), None, ""])
    claude = make(caps=Caps.of(0.30, 5.00))
    with pytest.raises(Unavailable, match=r"^spending cap of \$0.30 a day reached \(\$0.30 spent"):
        await claude.explain(NIGHT)
    assert emulator.journal == []


async def test_a_cap_of_nothing_asks_nobody(make, emulator):
    claude = make(caps=Caps.of(0, 0))
    with pytest.raises(Unavailable, match="spending on Claude is switched off"):
        await claude.explain(NIGHT)
    assert emulator.journal == []


async def test_calls_of_one_incident_are_counted(make, emulator, store):
    claude = make(book=store, caps=Caps.of(100, 100, calls=3))
    for _ in range(3):
        await claude.explain(NIGHT)
    with pytest.raises(Unavailable, match="asked 3 times about this incident"):
        await claude.explain(NIGHT)


async def test_each_turn_is_booked_before_it_leaves(make, emulator, book):
    call = tool_use("search_logs", {"text": "x", "minutes": 5})
    emulator.script(call, data(reply()))
    await make().answer(NIGHT, "why?", Looking(search_logs="x" * 200))
    first, second = (wish.amount for wish, _, _ in book.bookings)
    assert second > first > 0.06 * DOLLAR
    assert all(0 < paid < wish.amount for wish, paid, _ in book.bookings)


async def test_money_that_ends_in_the_middle_is_said(make, emulator, book):
    emulator.script(tool_use("database", {}), data(reply()))

    async def look(name, wish):
        book.bookings[0][1] = 100 * DOLLAR
        return "fine"

    with pytest.raises(Unavailable, match="spending cap of"):
        await make().answer(NIGHT, "why?", look)


async def test_the_worst_case_holds_for_what_the_emulator_counts(make, emulator, book):
    emulator.script(data(note()))
    told = await make().explain(brief(note="ж" * 300))
    [[wish, paid, _]] = book.bookings
    assert paid == cost(LARGE, told.usage) < wish.amount
    assert told.usage != Usage()
