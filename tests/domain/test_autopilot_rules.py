"""What may be done by itself, and what the incident itself says against it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.acts import ACTS
from bot.domain.autopilot import (
    AUTOPILOT,
    SAFE,
    against,
    by_itself,
    choice,
    is_time,
    lately,
    plan_of,
)
from bot.domain.moves import Kind
from bot.domain.people import Person
from bot.domain.rules import Autopilot, Rules
from bot.domain.severity import Severity
from tests.cast import ANN
from tests.views.scenes import CAME_WITH_IT, START, Night

RULES = Rules(autopilot=Autopilot(frozenset({"restart"})))
PILOT = Person(0, AUTOPILOT)


def planned(night=None, seconds=300):
    night = night or Night().joined().triaged()
    return night.then(Kind.PLANNED, seconds, offer=night.incident.proposals[0].id, by=PILOT)


def yes(night):
    offer = night.incident.proposals[0].id
    return night.then(Kind.APPROVED, 30, PILOT, offer=offer)


def test_what_is_safe_is_an_act_that_leaves_nothing_to_undo():
    assert set(ACTS) > SAFE == {"restart", "restart-database"}


def test_it_takes_what_comes_first_if_the_evidence_points_to_it():
    assert choice(Night().triaged().incident, RULES).action == "restart"
    assert choice(Night().triaged(*CAME_WITH_IT).incident, RULES) is None  # a rollback comes first
    assert choice(Night().incident, RULES) is None
    assert choice(Night().triaged(offers=False).incident, RULES) is None


@pytest.mark.parametrize(
    "other",
    [
        Rules(),
        replace(RULES, autopilot=Autopilot(frozenset({"restart-database"}))),
        replace(RULES, two_people=frozenset({"restart"})),
    ],
)
def test_what_the_rules_do_not_name_is_no_choice(other):
    incident = Night().triaged().incident
    assert choice(incident, other) is None
    assert against(incident, other) == "nothing that I may do comes first"


def test_an_act_that_the_settings_should_not_have_named_is_not_done_either():
    rules = replace(RULES, autopilot=Autopilot(frozenset({"rollback"})))
    assert choice(Night().triaged(*CAME_WITH_IT).incident, rules) is None


AGAINST = {
    "": lambda: Night().triaged(),
    "Ann is here": lambda: Night().triaged().then(Kind.ACKNOWLEDGED, 5, ANN),
    "it is P2": lambda: Night().triaged().then(Kind.SEVERITY, 5, severity=Severity.P2),
    "it was done once in this incident": lambda: (
        yes(planned()).then(Kind.WITHDRAWN, 1, note="x").triaged()
    ),
}


@pytest.mark.parametrize("why", AGAINST)
def test_what_speaks_against_it(why):
    assert against(AGAINST[why]().incident, RULES) == why


def test_the_plan_is_for_one_act():
    night = planned().triaged(*CAME_WITH_IT)
    assert against(night.incident, RULES) == "nothing that I may do comes first"


def test_a_fresh_look_that_says_the_same_leaves_the_plan():
    night = planned().triaged()
    assert plan_of(night.incident)
    assert against(night.incident, RULES) == ""


ENDS = {
    "a stop": lambda n: n.then(Kind.STOPPED, 5, ANN),
    "a yes": yes,
    "what has changed": lambda n: n.then(Kind.WITHDRAWN, 5, ANN, note="x"),
    "healing": lambda n: n.then(Kind.HEALED, 5, note="x"),
    "healing that did not last": lambda n: n.then(Kind.HEALED, 5, note="x").then(
        Kind.PERSISTED, 5, note="x"
    ),
    "a word": lambda n: n.then(Kind.OVERRIDDEN, 5, ANN, note="x"),
    "a relapse": lambda n: n.then(Kind.OVERRIDDEN, 5, ANN, note="x").then(
        Kind.DETECTED, 9, check="http", note="x"
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_plan_ends_with(end):
    night = planned()
    assert plan_of(night.incident)
    assert plan_of(ENDS[end](night).incident) is None


def test_half_of_the_patience_then_once_in_a_spell():
    incident = Night().triaged().incident
    assert not is_time(incident, RULES, START + timedelta(minutes=5, seconds=-1))
    assert is_time(incident, RULES, START + timedelta(minutes=5))
    stopped = planned().then(Kind.STOPPED, 5, ANN)
    assert not is_time(stopped.incident, RULES, START + timedelta(hours=1))


def test_it_counts_what_it_did_in_24_hours_whatever_people_are_called():
    night = yes(planned())
    assert by_itself(night.incident.timeline[-1])
    at = night.at + timedelta(hours=24)
    assert lately([night.incident] * 2, at - timedelta(seconds=1)) == 2
    assert lately([night.incident] * 2, at) == 0
    impostor = replace(night.incident.timeline[-1], by_id=ANN.id)
    assert not by_itself(impostor)
