"""Who may do what; whoever is not named may do nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people import NOBODIES, People, Role

PEOPLE = People(admins=frozenset({1}), responders=frozenset({2}), viewers=frozenset({3}))


@pytest.mark.parametrize(
    ("id", "role"),
    [
        (1, Role.ADMIN),
        (2, Role.RESPONDER),
        (3, Role.VIEWER),
        (9, Role.STRANGER),
        (0, Role.STRANGER),
    ],
)
def test_roles(id, role):
    assert PEOPLE.role(id) is role


def test_the_highest_role_counts():
    everywhere = frozenset({5})
    assert People(everywhere, everywhere, everywhere).role(5) is Role.ADMIN
    assert People(responders=everywhere, viewers=everywhere).role(5) is Role.RESPONDER


@pytest.mark.parametrize("id", NOBODIES)
def test_nobodies_are_strangers_even_when_named(id):
    named = frozenset({id})
    assert People(named, named, named).role(id) is Role.STRANGER


patient = settings(deadline=None)  # a busy machine is no failure


@patient
@given(st.integers(), st.sampled_from([Role.VIEWER, Role.RESPONDER, Role.ADMIN]))
def test_default_deny(id, needed):
    assert People().refusal(id, needed) == "you are not on the on-call list"


@pytest.mark.parametrize(
    ("id", "needed", "why"),
    [
        (1, Role.ADMIN, None),
        (1, Role.VIEWER, None),
        (2, Role.RESPONDER, None),
        (2, Role.ADMIN, "that takes an admin; you are a responder"),
        (3, Role.VIEWER, None),
        (3, Role.RESPONDER, "that takes a responder; you are a viewer"),
        (9, Role.VIEWER, "you are not on the on-call list"),
    ],
)
def test_refusals_say_why(id, needed, why):
    assert PEOPLE.refusal(id, needed) == why
