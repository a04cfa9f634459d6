"""It is over by a quick fix: is it to be mended for good, and are the users to be told?"""

import re

import pytest

from bot.domain.incident import Refused
from bot.domain.moves import Kind, Status
from bot.flows import desk
from bot.flows.afterwards import Matter, answer
from bot.flows.by_name import ask_by_name
from bot.views.todo import todos
from tests.cast import ANN, BEN, VIC
from tests.conftest import FakeSource

CODE = (("category", "code_error"), ("verdict", "confirmed"), ("suggests", "fix_code"))
FIX = "Mend the code (high priority, 15 min to hours)"


@pytest.fixture
def logs_source():
    return FakeSource("L1", "logs", "EOFError ×4 in memory.load", CODE, ("EOFError: no input",))


@pytest.fixture
async def over(world, service_check, pass_time, incident):
    """A restart has helped, and that is proved."""
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    asked = await ask_by_name(world, "restart", "", ANN, "r1")
    service_check.heals()
    await desk.approve(world, asked.asked.ask, ANN, "r2")
    await pass_time(minutes=30)
    assert (await incident()).status is Status.CLOSED


@pytest.fixture
def post(world, settle):
    async def now(key):
        await settle()
        found = await world.store.posted(key)
        return found.post.message if found else None

    return now


def refused(why):
    return pytest.raises(Refused, match=f"^{re.escape(why)}")


def labels(message):
    return [button.label for row in message.rows for button in row]


async def test_a_goal_is_on_the_list_until_it_is_done(world, over, post, incident):
    card = await post("card:1:0")
    assert f"A quick fix. For good: {FIX}.\n<b>Add to next session goals?</b>" in card.html
    assert labels(card) == ["📌 Yes, add it", "✖️ No"]
    found = await answer(world, 1, Matter.GOAL, BEN, "g1", yes=True)
    assert found == await answer(world, 1, Matter.GOAL, BEN, "g1", yes=True)
    assert FIX in todos([found], world.rules).html
    card = await post("card:1:0")
    assert ("Add to next" in card.html, labels(card)) == (False, ["☑️ To-do is done"])
    assert FIX in (await post("clear:1:0")).html
    with refused("nobody waits for an answer on a follow-up"):
        await answer(world, 1, Matter.GOAL, ANN, "g2", yes=True)
    await desk.settle(world, 1, 1, ANN, "s1")
    assert (await incident()).left == ()
    assert labels(await post("card:1:0")) == []  # and it is not asked once more


async def test_no_is_not_asked_again(world, over, post):
    for matter in Matter:
        await answer(world, 1, matter, ANN, f"n{matter}", yes=False)
    assert labels(await post("card:1:0")) == labels(await post("clear:1:0")) == []
    assert "✖️ Ann wants no follow-up" in (await post("log:1:0")).html
    assert await post("users:1:0") is None


async def test_the_words_for_users_are_handed_over_and_sent_nowhere(world, over, post, incident):
    clear = await post("clear:1:0")
    assert "📣 Send notification?" in clear.html
    assert labels(clear) == ["📣 Yes", "✖️ No"]
    await answer(world, 1, Matter.USERS, ANN, "u1", yes=True)
    words = (await post("users:1:0")).html
    assert words.startswith("We experienced a temporary issue with life-os.")
    assert "Impact: life-os was down for everyone." in words
    assert "Duration: 2 min." in words
    clear = await post("clear:1:0")
    assert ("I send nothing to users myself" in clear.html, labels(clear)) == (True, [])
    assert (await incident()).last(Kind.DRAFTED).by == "Ann"


async def test_what_went_by_itself_leaves_nothing_to_mend(world, service_check, pass_time, post):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=30)
    assert labels(await post("card:1:0")) == []
    assert labels(await post("clear:1:0")) == ["📣 Yes", "✖️ No"]


async def test_only_when_it_is_over_and_only_by_who_may(world, over, service_check, pass_time):
    with refused("that takes a responder"):
        await answer(world, 1, Matter.USERS, VIC, "v1", yes=True)
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)  # within the hour: the same incident
    with refused("#1 is not over"):
        await answer(world, 1, Matter.USERS, ANN, "u1", yes=True)
