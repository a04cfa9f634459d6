"""A checklist below the card, word for word, and how many buttons a card may have."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cause import Option
from bot.domain.chosen import checklists
from bot.domain.moves import Kind
from bot.views.card import card
from bot.views.card_buttons import MOST_ROWS
from bot.views.ways import checklist
from tests.cast import ANN, BEN
from tests.views.golden import golden, written
from tests.views.scenes import RULES, Night, by_hand


def chosen(night=None, letter="B"):
    night = night or Night().joined().triaged()
    option = night.incident.cause.options["ABC".index(letter)]
    return night.then(Kind.CHOSEN, 30, ANN, code=letter, option=option, note=option.name)


def ticked(night, *steps, by=BEN):
    option = checklists(night.incident)[-1].option
    for step in steps:
        what = {"code": "B", "option": option, "step": step, "note": option.steps[step - 1]}
        night.then(Kind.TICKED, 40, by, **what)
    return night


def laid_aside():
    return ticked(chosen(), 1).then(Kind.LAID_ASIDE, 5, BEN, code="B", note="Mend the code")


LISTS = {
    "checklist": chosen(),
    "checklist_ticked": ticked(chosen(), 1, 3),
    "checklist_done": ticked(chosen(), 1, 2, 3),
    "checklist_laid_aside": laid_aside(),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_checklist(name):
    incident = LISTS[name].incident
    text = written(checklist(incident, checklists(incident)[-1], RULES))
    assert text == golden(name, text)


def test_the_card_while_somebody_is_at_it():
    night = ticked(chosen(), 1)
    text = written(card(night.incident, RULES, night.at))
    assert text == golden("card_open_with_checklist", text)


def test_hostile_words_of_an_option_are_escaped():
    night = Night().triaged()
    option = Option("<b>x", "1 min", steps=("</i> tap <a href='x'>here</a>",))
    night.then(Kind.CHOSEN, 1, ANN, code="B", option=option, note=option.name)
    shown = checklist(night.incident, checklists(night.incident)[-1], RULES)
    assert "<a" not in shown.html
    assert "&lt;a href" in shown.html


def buttons_with(*offers):
    """Those of a card whose cause has the ways A, a restart, and B, a checklist."""
    night = Night().joined().triaged()
    triaged = night.incident.timeline[-1]
    late = night.incident.after(replace(triaged, proposals=offers))
    rows = card(late, RULES, night.at + timedelta(seconds=1)).rows
    return [(b.label, b.verb, b.style) for row in rows for b in row if b.verb != "ack"]


def test_one_button_for_one_thing():
    restart = Night().joined().triaged().incident.proposals[0]
    scale = replace(restart, id="2.scale", action="scale")
    act, mend = ("A 🔁 Restart…", "ask", "primary"), ("B 🧭 Mend the code", "option", "")
    assert buttons_with(restart) == [act, mend]
    assert buttons_with(scale, restart) == [act, mend, ("📈 Scale…", "ask", "")]


def test_a_way_that_is_not_on_offer_any_more_has_no_button():
    assert buttons_with() == [("B 🧭 Mend the code", "option", "")]


@pytest.mark.parametrize("many", range(8))
def test_a_card_is_no_wall_of_buttons(many):
    for night in (Night().joined().triaged(), by_hand().joined().triaged()):
        triaged = night.incident.timeline[-1]
        offers = [replace(triaged.proposals[0], id=f"3.act-{n}") for n in range(many)]
        late = night.incident.after(replace(triaged, proposals=tuple(offers)))
        rows = card(late, RULES, night.at + timedelta(seconds=1)).rows
        assert len(rows) <= MOST_ROWS
        assert all(len(row) <= 2 or row[0].verb == "severity" for row in rows)
        assert [b.arg for b in rows[0]] == (["3.act-0"] if many else [b.arg for b in rows[0]])
