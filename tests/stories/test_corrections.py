"""Was there a recent deployment? The data answers, and people put it right."""

import re
from dataclasses import replace

import pytest

from bot.domain.incident import Refused
from bot.flows import corrections
from bot.views.card import card
from bot.views.lookup import diagnosis
from tests.cast import ANN, BEN, VIC
from tests.conftest import FakeSource

NEWEST = (("latest", "dep-2"), ("latest_commit", "bbbbbbb22"), ("commits", "bbbbbbb22,aaaaaaa11"))
SUSPECT = (("suspect", "dep-2"), ("suspect_why", "went live 4 min before"), ("strength", "strong"))


def deploys(minutes):
    facts = (*NEWEST, ("minutes_before", str(minutes)))
    return FakeSource("D1", "deploys", "latest is live", facts)


@pytest.fixture
def world(world):
    changes = FakeSource("C1", "changes", "suspect: bbbbbbb", SUSPECT)
    return replace(world, sources=[*world.sources, deploys(4)], deeper=[changes])


@pytest.fixture
async def down(service_check, pass_time):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)


@pytest.fixture
def told(world, incident):
    async def now():
        shown = diagnosis(await incident(), world.rules)
        return shown.html, [button.label for row in shown.rows for button in row]

    return now


def refused(why):
    return pytest.raises(Refused, match=f"^{re.escape(why)}")


async def test_not_it_clears_the_suspect(world, down, told, incident):
    html, labels = await told()
    assert "Was there a recent deployment?</b> Yes: bbbbbbb, 4 min before." in html
    assert "deploy dep-2: went live 4 min before" in html
    assert labels == ["👍 Right", "👎 Not it"]
    found = await corrections.say(world, 1, "not bbbbbbb", ANN, "k1")
    assert await corrections.say(world, 1, "not bbbbbbb", ANN, "k1") == found
    html, labels = await told()
    assert "went live 4 min before" not in html
    assert "deploy bbbbbbb: Ann says that it is not it" in html
    assert labels == []
    with refused("that has been said already"):
        await corrections.say(world, 1, "not bbbbbbb", BEN, "k2")


async def test_where_the_data_says_no_it_is_asked_which(world, down, told, incident):
    known = replace(world, sources=[*world.sources[:-1], deploys(2040)])
    world.sources[-1].evidence = known.sources[-1].evidence
    found = await incident()
    evidence = (*found.triage.evidence[:-1], world.sources[-1].evidence)
    timeline = tuple(
        replace(e, evidence=evidence) if e is found.triage else e for e in found.timeline
    )
    shown = diagnosis(replace(found, timeline=timeline), world.rules)
    assert "No: the newest is bbbbbbb, 34 h before." in shown.html
    assert [b.label for b in shown.rows[-1]] == ["👍 Right", "It was bbbbbbb", "It was aaaaaaa"]


async def test_it_was_another(world, down, told):
    await corrections.say(world, 1, "was aaaaaaa", BEN, "k1")
    html, _ = await told()
    assert "deploy aaaaaaa: Ben says that it came with it" in html


async def test_what_is_not_understood_changes_nothing(world, down, incident):
    before = await incident()
    for said in ("", "not", "perhaps bbbbbbb", "right bbbbbbb"):
        with refused("say which: /deployed right, /deployed not 8e1f0a2"):
            await corrections.say(world, 1, said, ANN, "k1")
    with refused("that deploy is not among the newest any more"):
        await corrections.say(world, 1, "not ccccccc", ANN, "k1")
    with refused("that takes a responder"):
        await corrections.say(world, 1, "right", VIC, "k1")
    assert await incident() == before


ANOTHER = (
    *(("suspect", "dep-1"), ("suspect_commit", "aaaaaaa11"), ("cleared", "dep-2")),
    *(("suspect_why", "went live 9 min before"), ("strength", "strong")),
)
LINE = "<b>Was there a recent deployment?</b> Yes: bbbbbbb, 4 min before"


@pytest.fixture
def second_look(world):
    def finds(*facts):
        world.deeper[0].evidence = replace(world.deeper[0].evidence, facts=facts)

    return finds


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ((("cleared", "dep-2"),), f"{LINE}; it is not behind this."),
        ((("cleared", "dep-1"),), f"{LINE}; not ruled out."),
        (SUSPECT, ""),  # the note on the cause says it
        (ANOTHER, ""),  # and what came after it is beside the point
    ],
)
async def test_the_card_says_it_where_the_note_does_not(
    world, second_look, facts, line, service_check, pass_time, incident
):
    second_look(*facts)
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    shown = card(await incident(), world.rules, world.now()).html
    assert ("recent deployment" in shown, line in shown) == (bool(line), True)


async def test_the_card_does_not_ask_of_what_is_long_ago(
    world, second_look, service_check, pass_time, incident
):
    world.sources[-1].evidence = deploys(2040).evidence
    second_look()
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    assert "recent deployment" not in card(await incident(), world.rules, world.now()).html


async def test_what_somebody_has_cleared_stands_on_the_card(world, down, incident):
    found = await corrections.say(world, 1, "not bbbbbbb", ANN, "k1")
    assert f"{LINE}; it is not behind this." in card(found, world.rules, world.now()).html


async def test_right_is_a_note(world, down):
    found = await corrections.say(world, 1, "right", ANN, "k1")
    assert (
        found.timeline[-1].note == "recently deployed? yes, that is right (bbbbbbb, 4 min before)"
    )
