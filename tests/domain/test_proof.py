"""Which step of the proof is next, and what has held of it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.incident import Event, Incident, Phase
from bot.domain.moves import Kind
from bot.domain.proof import NEW_ERROR, begun, done, next_step, plan, progress, regressed
from bot.domain.rules import Rules

START = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
RULES = Rules()
K = Kind


def minutes(count):
    return timedelta(minutes=count)


def told(*kinds_at):
    """An incident from pairs of a kind and a minute; CHECKED takes the step that is next."""
    incident = Incident.opened(7, "life-os", Event(K.DETECTED, START, check="service"))
    for kind, at in kinds_at:
        step = next_step(incident, RULES) if kind is K.CHECKED else None
        what = {"phase": step.phase, "step": step.number} if step else {}
        incident = incident.after(Event(kind, START + minutes(at), **what))
    return incident


ACTED = ((K.APPROVED, 1), (K.STARTED, 2), (K.RAN, 3))
HELD = [(K.CHECKED, at) for at in (4, 6, 11, 16, 21, 26)]


def test_the_plan():
    assert list(plan(RULES)) == [
        (Phase.BACK, 1, minutes(0)),
        (Phase.WATCH, 1, minutes(2)),
        (Phase.HEALTH, 1, minutes(5)),
        (Phase.REGRESSION, 1, minutes(5)),
        (Phase.REGRESSION, 2, minutes(5)),
        (Phase.REGRESSION, 3, minutes(5)),
    ]


def test_the_rows_of_the_regression_share_its_time():
    rules = Rules(regression_for=minutes(15), regression_rows=5)
    rows = [lasts for phase, _, lasts in plan(rules) if phase is Phase.REGRESSION]
    assert rows == [minutes(3)] * 5


@pytest.mark.parametrize(
    ("held", "phase", "number", "due"),
    [
        (0, Phase.BACK, 1, 3),
        (1, Phase.WATCH, 1, 6),
        (2, Phase.HEALTH, 1, 11),
        (3, Phase.REGRESSION, 1, 16),
        (4, Phase.REGRESSION, 2, 21),
        (5, Phase.REGRESSION, 3, 26),
    ],
)
def test_each_step_is_due_a_while_after_the_one_before(held, phase, number, due):
    step = next_step(told(*ACTED, *HELD[:held]), RULES)
    assert (step.phase, step.number, step.due) == (phase, number, START + minutes(due))


def test_a_step_that_held_late_makes_the_next_one_late():
    step = next_step(told(*ACTED, (K.CHECKED, 9)), RULES)
    assert (step.phase, step.due) == (Phase.WATCH, START + minutes(11))


def test_nothing_is_next_before_an_act_and_after_the_last_step():
    assert next_step(told(), RULES) is None
    assert next_step(told(*ACTED, *HELD), RULES) is None


@pytest.mark.parametrize("begin", [K.UNKNOWN, K.RAN])
def test_an_act_that_may_have_happened_is_proved_the_same_way(begin):
    incident = told((K.APPROVED, 1), (K.STARTED, 2), (begin, 3), *HELD[:2])
    assert [e.phase for e in done(incident)] == [Phase.BACK, Phase.WATCH]


def test_remarks_do_not_disturb_the_proof():
    incident = told(*ACTED, HELD[0], (K.NOTED, 5), (K.JOINED, 5), HELD[1])
    assert [e.phase for e in done(incident)] == [Phase.BACK, Phase.WATCH]


AGAIN = [(kind, at + 30) for kind, at in ACTED]


def test_after_another_act_the_proof_begins_anew():
    incident = told(*ACTED, *HELD[:3], (K.PERSISTED, 12), *AGAIN)
    assert done(incident) == []
    assert next_step(incident, RULES).due == START + minutes(33)
    assert [e.at for e in done(incident.after(Event(K.CHECKED, START + minutes(34))))] == [
        START + minutes(34)
    ]


@pytest.mark.parametrize(
    "void",
    [
        ((K.PERSISTED, 12),),
        ((K.PERSISTED, 12), (K.OVERRIDDEN, 13)),
        ((K.OVERRIDDEN, 12), (K.DETECTED, 30)),
        ((K.OVERRIDDEN, 12), (K.DETECTED, 30), (K.OVERRIDDEN, 31)),
        ((K.PERSISTED, 12), (K.HEALED, 13)),
    ],
)
def test_what_held_before_it_failed_again_proves_nothing(void):
    assert done(told(*ACTED, *HELD[:3], *void)) == []


def test_what_held_stays_done_once_it_is_over():
    incident = told(*ACTED, *HELD, (K.RECOVERED, 27), (K.REPORTED, 28), (K.NOTED, 29))
    assert len(done(incident)) == len(plan(RULES))


@pytest.mark.parametrize(
    ("held", "now", "share", "left"),
    [(0, 60, 0, 22), (1, 5, 1, 21), (2, 6, 2, 20), (3, 13, 9, 13), (6, 26, 22, 0)],
)
def test_how_far_it_is(held, now, share, left):
    """A step that is late does not fill the bar of the ones behind it."""
    far = progress(told(*ACTED, *HELD[:held]), RULES, START + minutes(now))
    assert (far.share, far.left) == (pytest.approx(share / 22), minutes(left))


def test_other_code_in_the_middle_makes_void_what_the_old_code_proved():
    incident = told(*ACTED, *HELD[:3], (K.DEPLOYED, 13))
    assert done(incident) == []
    assert next_step(incident, RULES).due == begun(incident) == START + minutes(13)


def test_other_code_before_the_act_changes_nothing():
    incident = told((K.DEPLOYED, 0), *ACTED, *HELD[:2])
    assert len(done(incident)) == 2
    assert begun(incident) == START + minutes(3)


def test_only_a_new_error_alone_leaves_a_service_that_is_back():
    incident = told(*ACTED, *HELD[:2])
    assert regressed(incident.after(Event(K.PERSISTED, START + minutes(8)))) is None
    ended = incident.after(Event(K.PERSISTED, START + minutes(8), code=NEW_ERROR))
    assert regressed(ended) is ended.timeline[-1]
    again = ended.after(Event(K.HEALED, START + minutes(20)))
    assert regressed(again) is None


def test_what_was_tried_is_of_this_spell_and_only_what_was_done():
    failed = ((K.APPROVED, 1), (K.STARTED, 2), (K.FAILED, 3))
    assert told(*failed).tried == ()
    assert told(*ACTED, *HELD).tried == ()
    [(started, seen)] = told(*failed, *ACTED, HELD[0], (K.PERSISTED, 12)).tried
    assert (started.kind, seen.at) == (K.STARTED, START + minutes(12))
    healed = told(*ACTED, (K.PERSISTED, 12), (K.HEALED, 13), (K.PERSISTED, 20))
    assert len(healed.tried) == 1
    over = (*HELD, (K.RECOVERED, 27), (K.REPORTED, 28), (K.DETECTED, 40))
    assert told(*ACTED, (K.PERSISTED, 4), *AGAIN, *over).tried == ()
