"""Which of the four usual causes it is: struck only where something proves it."""

import pytest

from bot.domain.evidence import Evidence, Found
from bot.domain.why.database_causes import ADDRESS, DOWN, NETWORK, POOL, Held, possible

NO, IS, OPEN = Held.RULED_OUT, Held.IT_IS, Held.OPEN


def database(state, hosted="", detail="it says so"):
    facts = (("state", state), ("detail", detail), ("hosted", hosted))
    return Evidence("B1", "database", Found.SOMETHING, detail, facts)


def environment(missing="", empty=""):
    facts = (("missing", missing), ("empty", empty))
    return Evidence("E1", "environment", Found.SOMETHING, "DATABASE_URL is not set", facts)


# state, the platform's word: address, down, network, pool
TABLE = [
    ("refused", "", NO, OPEN, OPEN, OPEN),
    ("refused", "available", NO, OPEN, OPEN, OPEN),
    ("refused", "unavailable", NO, IS, OPEN, OPEN),
    ("timeout", "suspended", NO, IS, OPEN, OPEN),
    ("starting", "", NO, IS, NO, NO),
    ("saturated", "available", NO, NO, NO, IS),
    ("auth", "available", IS, NO, NO, NO),
    ("name", "", IS, OPEN, OPEN, OPEN),
    ("read_only", "", NO, NO, NO, NO),
    ("error", "", OPEN, OPEN, OPEN, OPEN),
]


@pytest.mark.parametrize(("state", "hosted", "address", "down", "network", "pool"), TABLE)
def test_what_each_state_says_of_the_four(state, hosted, address, down, network, pool):
    found = {one.cause: one.held for one in possible([database(state, hosted)])}
    assert found == {ADDRESS: address, DOWN: down, NETWORK: network, POOL: pool}


def test_a_reason_stands_wherever_something_speaks_for_or_against():
    for state, hosted, *_ in TABLE:
        for one in possible([database(state, hosted)]):
            assert bool(one.why) is (one.held is not OPEN)
            assert "(B1)" in one.why or not one.why


@pytest.mark.parametrize("lacking", [{"missing": "A,DATABASE_URL"}, {"empty": "DATABASE_URL"}])
def test_a_variable_that_lacks_is_it_whatever_we_see_from_here(lacking):
    first = possible([database("refused"), environment(**lacking)])[0]
    assert (first.held, first.why) == (IS, "DATABASE_URL is not set (E1)")
    other = possible([database("refused"), environment(missing="API_KEY")])[0]
    assert other.held is NO


def test_of_a_database_that_answers_nothing_is_asked():
    assert possible([database("ok")]) == ()
    assert possible([]) == ()
    assert possible([Evidence("", "database", Found.UNREADABLE, "blind")]) == ()
