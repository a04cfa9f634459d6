"""Which option? A way out is chosen by a tap; a checklist is ticked by whoever did the step."""

import asyncio
import re
from dataclasses import replace

import pytest

from bot.adapters.store import open_store
from bot.domain.chosen import checklists, current
from bot.domain.incident import Event, Refused
from bot.domain.moves import Kind, Status
from bot.domain.past.memory import memory_of
from bot.flows import desk, ways
from bot.views.report import report
from tests.cast import ANN, BEN, SAM, VIC
from tests.conftest import FakeSource

CODE = (
    ("category", "code_error"),
    ("verdict", "confirmed"),
    ("top_error", "EOFError: Ran out of input"),
    ("suggests", "fix_code"),
)
MEND = "Mend the code"


@pytest.fixture
def logs_source():
    return FakeSource("L1", "logs", "EOFError ×4 in memory.load", CODE, ("EOFError: no input",))


@pytest.fixture
async def down(service_check, pass_time):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)


@pytest.fixture
def choose(world):
    async def go(letter="B", by=ANN, key="c1", **what):
        return await ways.choose(world, 1, letter, by, key, **what)

    return go


@pytest.fixture
def tick(world):
    async def go(step, by=ANN, of="B", key=""):
        return await ways.tick(world, 1, (of, step), by, key or f"t{step}{by.id}")

    return go


def refused(why):
    return pytest.raises(Refused, match=f"^{re.escape(why)}")


async def text_of(world, settle, key):
    await settle()
    return (await world.store.posted(key)).post.message


def labels(message):
    return [button.label for row in message.rows for button in row]


async def test_from_the_letters_to_the_proof(world, down, choose, tick, settle, incident, clock):
    card = await text_of(world, settle, "card:1:0")
    assert "<b>Which option?</b>\n<b>A</b> Restart, about a minute (recommended)" in card.html
    assert "<b>B</b> Mend the code, 15 min to hours" in card.html
    assert labels(card) == ["A 🔁 Restart…", "B 🧭 Mend the code", "👀 I have it"]

    found = await choose(name=MEND)
    list_ = await text_of(world, settle, f"way:1:{found.version}")
    assert list_.html.startswith("<b>🧭 B: Mend the code</b>\n<i>#1 · Ann chose it")
    assert labels(list_) == ["☑️ 1 done", "☑️ 2 done", "☑️ 3 done", "↩️ Another way"]
    card = await text_of(world, settle, "card:1:0")
    assert "🧭 <b>B: Mend the code</b> · 0 of 3 done, below" in card.html
    assert labels(card) == ["🔁 Restart…"]

    await tick(1)
    await tick(2, by=BEN)
    await tick(3)
    list_ = await text_of(world, settle, f"way:1:{found.version}")
    assert (
        "✅ 2. Write a test that fails as it did, then the fix. <i>Ben 03:13 UTC</i>" in list_.html
    )
    assert labels(list_) == ["🏁 All done → verify now", "↩️ Another way"]

    await desk.resolve(world, 1, "", ANN, "v1")
    found = await incident()
    assert found.status is Status.VERIFYING
    assert found.timeline[-1].note == "Ann says it is fixed (“Mend the code”: 3 of 3 steps)"
    list_ = await text_of(world, settle, f"way:1:{current(found).number}")
    assert (labels(list_), "It is being verified" in list_.html) == ([], True)
    log = (await world.store.posted("log:1:0")).post.message.html
    assert "🧭 Ann chose B: Mend the code" in log
    assert "☑️ Ben did: Write a test" in log


async def test_the_report_and_the_memory_know_who_did_what(
    world, down, choose, tick, service_check, pass_time, incident
):
    await choose()
    for step in (1, 2, 3):
        await tick(step, by=BEN)
    await desk.resolve(world, 1, "", ANN, "v1")
    service_check.heals()
    await pass_time(minutes=30)
    found = await incident()
    assert found.status is Status.CLOSED
    text = report(found, world.rules)
    assert "Way out chosen (Ann): B · Mend the code" in text
    assert "Step done (Ben): B2 · Write a test that fails as it did, then the fix." in text
    assert memory_of(found).helped == "a person: Mend the code (3 of 3 steps)"
    list_ = (await world.store.posted(f"way:1:{checklists(found)[0].number}")).post.message
    assert (labels(list_), "The incident is over." in list_.html) == ([], True)


async def test_an_act_is_asked_for_as_its_own_button_would(world, down, choose, incident):
    found = await choose("A", name="Restart")
    assert found.timeline[-1].kind is Kind.ASKED
    assert found.proposal(found.asked.offer).action == "restart"
    assert checklists(found) == ()


# Twice, at once, and after a restart


async def test_what_comes_twice_is_recorded_once(world, down, choose, tick):
    assert await choose() == await choose()
    assert await tick(1) == await tick(1)
    with refused("Ann has ticked that already"):
        await tick(1, by=BEN)
    with refused("Ann has chosen that already; its steps are below the card"):
        await choose(by=BEN, key="c2")


async def test_two_people_at_once_tick_one_step_once(world, down, choose, tick, incident):
    await choose()
    came = await asyncio.gather(tick(1), tick(1, by=BEN), tick(2, by=BEN), return_exceptions=True)
    assert sum(isinstance(one, Refused) for one in came) == 1
    assert set(current(await incident()).ticks) == {1, 2}
    assert await world.store.proven(1)


async def test_what_is_chosen_and_ticked_survives(world, down, choose, tick, clock, tmp_path):
    await choose()
    before = await tick(1)
    await world.store.close()
    again = await open_store(f"sqlite:///{tmp_path / 'store.db'}", clock)
    assert await again.incident(1) == before
    assert current(before).ticks[1].by == "Ann"
    await again.close()


# Another way


async def test_another_way_brings_the_letters_back(world, down, choose, tick, settle, incident):
    first = (await choose()).version
    await tick(1)
    await ways.another(world, 1, BEN, "a1", which=str(first))
    list_ = await text_of(world, settle, f"way:1:{first}")
    assert (labels(list_), "↩️ Ben laid it aside." in list_.html) == ([], True)
    both = ["A 🔁 Restart…", "B 🧭 Mend the code"]
    assert labels(await text_of(world, settle, "card:1:0")) == both
    with refused("that list is laid aside; use the newest card"):
        await tick(2, of=str(first))
    again = await choose(key="c2")
    assert set(current(again).ticks) == {1}  # what is done is done
    with refused("that list is laid aside"):
        await ways.another(world, 1, ANN, "a2", which=str(first))


async def test_it_did_not_help(world, down, choose, settle, pass_time, incident):
    number = (await choose()).version
    await desk.resolve(world, 1, "", ANN, "v1")
    await pass_time(minutes=7)
    found = await incident()
    assert (found.status, current(found)) == (Status.OPEN, None)
    assert "It was not over after this." in (await text_of(world, settle, f"way:1:{number}")).html
    assert "B 🧭 Mend the code" in labels(await text_of(world, settle, "card:1:0"))


# What has changed since


async def test_a_list_says_when_the_cause_is_seen_differently(world, down, choose, tick, settle):
    found = await choose()
    other = replace(found.cause, category="disk_full")
    await world.store.record(found, Event(Kind.INVESTIGATED, world.now(), cause=other))
    list_ = await text_of(world, settle, f"way:1:{found.version}")
    assert "⚠️ The cause is seen differently now" in list_.html
    assert not current(await tick(1)).fits


async def test_a_letter_that_stands_for_something_else_now_chooses_nothing(
    world, down, choose, incident
):
    before = await incident()
    with refused("the options have changed; use the newest card"):
        await choose(name="Make room on the disk")
    with refused("say which: A, B"):
        await choose("C")
    assert await incident() == before


@pytest.mark.parametrize("who", [SAM, VIC])
async def test_who_may_not(world, down, choose, tick, incident, who):
    before = await incident()
    for wish in (choose(by=who), tick(1, by=who), ways.another(world, 1, who, "a")):
        with pytest.raises(Refused):
            await wish
    assert await incident() == before


async def test_nothing_is_chosen_when_it_is_not_the_turn(world, down, choose, tick, incident):
    with refused("nobody has chosen B; /option B does"):
        await tick(1)
    with refused("nothing is chosen"):
        await ways.another(world, 1, ANN, "a1")
    await choose()
    with refused("B has the steps 1 to 3"):
        await tick(4)
    await desk.resolve(world, 1, "", ANN, "v1")
    with refused("#1 is being verified"):
        await choose("A", key="c2")
    with refused("#1 is being verified"):
        await ways.another(world, 1, ANN, "a2")
    assert (await tick(2)).last(Kind.TICKED).step == 2  # what was under way is written down
    await desk.resolve(world, 1, "it works", ANN, "v2")
    with refused("#1 is resolved"):
        await tick(3)
