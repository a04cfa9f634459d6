"""What is tapped and typed where a way out is chosen and gone step by step."""

from dataclasses import replace

import pytest

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event
from bot.domain.moves import Kind
from bot.flows.act import act
from tests.cast import ANN, BEN, VIC
from tests.conftest import FakeSource

CODE = (("category", "code_error"), ("verdict", "confirmed"), ("suggests", "fix_code"))


@pytest.fixture
def logs_source():
    return FakeSource("L1", "logs", "EOFError ×4 in memory.load", CODE, ("EOFError: no input",))


@pytest.fixture
def listed(chat, refreshed):
    """The checklist as it stands below the card."""

    async def newest():
        await refreshed()
        return next(m for m in reversed(chat()) if m["text"].startswith("🧭"))

    return newest


async def the_incident(world):
    return await world.store.latest("life-os")


def ticked(incident):
    return [(e.by, e.step) for e in incident.timeline if e.kind is Kind.TICKED]


async def test_chosen_and_ticked_by_tapping(world, card, tap, listed):
    said = await tap(ANN, card, "B")
    assert said == "B it is: Mend the code. Its steps are below the card."
    assert await tap(ANN, await listed(), "1 done") == "Ticked."
    list_ = await listed()
    assert await tap(BEN, list_, "2 done") == "Ticked."
    assert await tap(ANN, list_, "2 done") == "No: Ben has ticked that already"
    assert await tap(ANN, await listed(), "3 done") == "Ticked."
    assert ticked(await the_incident(world)) == [("Ann", 1), ("Ben", 2), ("Ann", 3)]
    assert await tap(ANN, await listed(), "verify now") == "It is being verified."


async def test_another_way_by_tapping(world, card, tap, listed, refreshed):
    await tap(ANN, card, "B")
    said = await tap(BEN, await listed(), "Another way")
    assert said == "Laid aside; the card has the options again."
    assert (await tap(BEN, await refreshed(), "A")).startswith("Confirm on the card, or type")


async def test_a_viewer_chooses_nothing(world, card, tap):
    before = await the_incident(world)
    assert await tap(VIC, card, "B") == "No: that takes a responder; you are a viewer"
    assert await the_incident(world) == before


async def test_the_typed_twins(world, card, say):
    chose = "B it is: Mend the code. Its steps are below the card."
    assert await say(ANN, "/option b") == chose
    assert await say(ANN, "/done 1.b1") == "Ticked."
    assert await say(BEN, "/done 1.B2") == "Ticked."
    assert await say(BEN, "/done 1.b9") == "No: B has the steps 1 to 3."
    assert await say(BEN, "/done 1.c1") == "No: nobody has chosen C; /option C does."
    assert await say(ANN, "/option none") == "Laid aside; the card has the options again."
    assert await say(BEN, "/option 1 B") == chose
    assert (await say(BEN, "/option A")).startswith("Confirm on the card, or type /approve 1-")
    assert await say(BEN, "/option") == "No: say which: A, B."
    assert await say(BEN, "/done 1.1") == "No: there is no to-do 1.1; /todo lists them."
    assert await say(BEN, "/done b1") == "No: say which: /done 12.1, as /todo lists it."
    assert ticked(await the_incident(world)) == [("Ann", 1), ("Ben", 2)]


async def test_the_whole_note_has_the_letters_too(world, card, say, chat, tap):
    answer = await say(ANN, "/diagnose")
    assert "\nA Restart · about a minute · medium risk · recommended\n+ clears what" in answer
    assert (await tap(ANN, chat()[-1], "B 🧭 Mend the code")).startswith("B it is: Mend the code")


async def test_a_letter_that_is_an_act_asks_for_it(world, card, say, chat, tap):
    await say(ANN, "/diagnose")
    note = chat()[-1]
    assert (await tap(ANN, note, "A 🔁 Restart…")).startswith("Confirm on the card, or type")


# A variable that is missing


LACKS = (("missing", "DATABASE_URL"),)
PURPOSE = "❌ DATABASE_URL: not set (all it remembers is there)"


@pytest.fixture
def names(world, handlers):
    lacks = FakeSource("E1", "environment", "DATABASE_URL is not set", LACKS, (PURPOSE,))
    handlers.world = replace(world, deeper=[lacks])
    return lacks


async def test_added_by_tapping_and_by_typing(world, card, names, say, chat, tap):
    answer = await say(VIC, "/env")
    assert PURPOSE in answer
    still = "DATABASE_URL is not set. Nothing was done; /act redeploy deploys all the same"
    assert await tap(ANN, chat()[-1], "I have added it") == f"No: {still}"
    assert await say(ANN, "/added") == f"No: {still}."
    names.evidence = replace(names.evidence, found=Found.NOTHING, facts=(), lines=())
    assert await say(ANN, "/added life-os") == (
        "No: a redeploy is nothing that I may do here; /act lists what is."
    )


# When it is over


@pytest.fixture
async def over(world, card, say, refreshed):
    """It is over after a restart, on a word."""
    ask = (await say(ANN, "/restart")).rpartition(" ")[2]
    await say(ANN, f"/approve {ask}")
    await act(world)
    await say(ANN, "/resolve 1 seen to work")
    return await refreshed()


async def test_a_goal_by_tapping(world, over, tap, say, refreshed):
    assert await tap(BEN, over, "Yes, add it") == "It is on the list: /todo."
    assert "Mend the code (high priority" in await say(ANN, "/todo")
    assert await say(ANN, "/done 1.1") == "Done; it is off the list."


async def test_no_goal_by_typing(world, over, say):
    assert await say(VIC, "/goal 1") == "No: that takes a responder; you are a viewer."
    assert await say(ANN, "/goal 1 no") == "You are not asked again."
    assert await say(ANN, "/goal") == "No: nobody waits for an answer on a follow-up."
    assert await say(ANN, "/notify") == "No: nobody waits for an answer on a message to users."


async def test_a_deploy_is_cleared_by_tapping_and_by_typing(world, card, say, chat, tap, triaged):
    newest = (("latest", "dep-2"), ("latest_commit", "bbbbbbb22"), ("commits", "bbbbbbb22"))
    seen = Evidence("D1", "deploys", Found.SOMETHING, "live", (*newest, ("minutes_before", "4")))
    await world.store.record(triaged, Event(Kind.INVESTIGATED, world.now(), evidence=(seen,)))
    assert "recent deployment? Yes: bbbbbbb, 4 min before." in await say(ANN, "/diagnose")
    noted = "Noted; the note on the cause says so."
    assert await tap(ANN, chat()[-1], "Right") == noted
    assert await say(ANN, "/deployed not bbbbbbb") == f"{noted}"
    assert await say(BEN, "/deployed not bbbbbbb") == "No: that has been said already."
