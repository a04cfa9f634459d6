"""For each act there is a night where it is right, and one where it is refused with its reason."""

import importlib
import os
import pkgutil
import re
from pathlib import Path

import pytest

from bot.domain.acts import ACTS
from bot.sandbox import nights
from bot.sandbox.nights import NIGHTS

PAGE = Path(__file__).parents[2] / "docs/nights.md"
PLACE = re.compile(r"(?<=<!-- acts -->\n).*(?=<!-- /acts -->)", re.DOTALL)


def right(act):
    return [night.name for night in NIGHTS.values() if act in night.right]


def refused(act):
    """Name of the night and the reason that is shown in it."""
    return [(n.name, why) for n in NIGHTS.values() for a, why in n.refuses if a == act]


@pytest.mark.parametrize("act", ACTS)
def test_every_act_has_a_night_where_it_is_right_and_one_where_it_is_refused(act):
    assert right(act)
    assert refused(act)


def test_no_two_nights_have_one_name():
    """The newer one would never be played."""
    modules = (importlib.import_module(f"{nights.__name__}.{m.name}") for m in walk())
    told = [night for module in modules for night in each(module)]
    assert len(told) == len(NIGHTS)


def walk():
    return pkgutil.iter_modules(nights.__path__)


def each(module):
    return (*getattr(module, "NIGHTS", ()), *filter(None, [getattr(module, "NIGHT", None)]))


def test_no_night_is_of_an_act_that_there_is_not():
    named = {a for n in NIGHTS.values() for a in (*n.right, *(act for act, _ in n.refuses))}
    assert named <= {*ACTS}


def test_the_page_names_them():
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_NIGHTS"):
        text = PLACE.sub(lambda _: table(), text)
        PAGE.write_text(text, encoding="utf-8")
    assert PLACE.search(text)[0] == table()


def table():
    rows = [(f"`{act}`", *cells(act)) for act in ACTS]
    head = ("Act", "Right in", "Refused in", "The reason that is shown")
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def cells(act):
    where = ", ".join(dict.fromkeys(name for name, _ in refused(act)))
    whys = "; ".join(dict.fromkeys(f"“{why}”" for _, why in refused(act)))
    return ", ".join(right(act)) or "–", where or "–", whys or "–"
