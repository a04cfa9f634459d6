"""What the settings allow the platform to be asked for, by id."""

import pytest

from bot.adapters.render_writes import Verb
from bot.app.allowed import OF_DATABASE, OF_SERVICE, allowed, allowed_to_look
from bot.domain.acts import ACTS
from bot.settings import House

SRV, DPG = "srv-1", "dpg-1"
JOB = {"kind": "job", "name": "base", "command": "python -m check"}
ONE = {
    "name": "one",
    "render_service_id": SRV,
    "render_postgres_id": DPG,
    "database_url": "postgresql://h/db",
}


def house(*services):
    return House.model_validate({"services": services})


def test_every_act_has_its_verbs():
    assert set(OF_SERVICE) == set(ACTS)
    assert set(OF_DATABASE) < set(ACTS)


def test_every_verb_is_of_some_act():
    tables = [*OF_SERVICE.values(), *OF_DATABASE.values()]
    assert {verb for verbs in tables for verb in verbs} == set(Verb)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([], {}),
        (["restart"], {SRV: {Verb.RESTART}}),
        (["rollback"], {SRV: {Verb.ROLL_BACK, Verb.SET_AUTO_DEPLOY}}),
        (["redeploy", "clear-cache"], {SRV: {Verb.DEPLOY}}),
        (["restart-database"], {DPG: {Verb.RESTART_POSTGRES}}),
        (["end-session"], {}),
        (["suspend", "resume"], {SRV: {Verb.SUSPEND, Verb.RESUME}}),
    ],
)
def test_an_act_brings_what_it_needs_and_no_more(acts, expected):
    assert allowed(house({**ONE, "acts": acts})) == expected


def test_by_default_nothing_that_must_be_asked_for():
    verbs = allowed(house(ONE))
    assert verbs[SRV] >= {Verb.RESTART, Verb.DEPLOY, Verb.RESUME, Verb.RUN_JOB}
    assert Verb.SUSPEND not in verbs[SRV]
    assert verbs[DPG] == {Verb.RESTART_POSTGRES}


def test_what_has_no_id_is_not_there():
    assert allowed(house({"name": "one", "health_url": "http://h/"})) == {}
    assert allowed(house({"name": "one", "render_service_id": SRV})).keys() == {SRV}


def test_a_job_that_is_a_check_may_be_run_by_whoever_looks():
    checked = {**ONE, "acts": [], "checks": [JOB]}
    assert allowed(house(checked)) == {SRV: {Verb.RUN_JOB}}
    assert allowed_to_look(house({**ONE, "checks": [JOB]})) == {SRV: {Verb.RUN_JOB}}
    assert allowed_to_look(house(ONE)) == {}


def test_two_services_on_one_id_add_up():
    two = {**ONE, "name": "two", "acts": ["restart"]}
    assert allowed(house({**ONE, "acts": ["scale"]}, two)) == {SRV: {Verb.SCALE, Verb.RESTART}}
