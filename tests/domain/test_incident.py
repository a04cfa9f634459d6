"""An incident moves by the table alone, and says what follows from its timeline."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import TRANSITIONS, WHILE_LIVE, Kind, Status
from bot.domain.remedy import Live, Proposal, Risk
from bot.domain.severity import Severity

START = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
ANN, BEN = {"by": "Ann", "by_id": 1}, {"by": "Ben", "by_id": 2}
K, S = Kind, Status
P0, P1, P2, P3 = Severity
EVERY_MOVE = list(product(Status, Kind))


def event(kind, minute=0, **what):
    return Event(kind, START + timedelta(minutes=minute), **what)


def crashed(minute=0, severity=P0, check="service"):
    return event(K.DETECTED, minute, check=check, code="crashed", severity=severity)


def told(first, *others):
    incident = Incident.opened(7, "life-os", first)
    for one in others:
        incident = incident.after(one)
    return incident


def offer(look):
    until = START + timedelta(minutes=15)
    why = ("it is down", "effect", ("S1",))
    return Proposal(f"{look}.restart", "restart", "srv-1", Risk.HIGH, *why, Live(), until)


def triaged(look=1, minute=1):
    found = (Evidence("S1", "service", Found.SOMETHING, f"look {look}"),)
    return event(K.TRIAGED, minute, evidence=found, proposals=(offer(look),))


def asked(look=1, name="7-3"):
    return event(K.ASKED, 2, offer=f"{look}.restart", ask=name, **ANN)


def approved(look=1):
    return event(K.APPROVED, 3, offer=f"{look}.restart", **ANN)


STARTED, RAN, HEALED = event(K.STARTED, 4), event(K.RAN, 5), event(K.HEALED, 5)
PERSISTED, RECOVERED, REPORTED = (
    event(K.PERSISTED, 6),
    event(K.RECOVERED, 7),
    event(K.REPORTED, 8),
)
DONE = (triaged(), asked(), approved(), STARTED, RAN)


# How it moves


@pytest.mark.parametrize(("status", "kind"), EVERY_MOVE)
def test_only_the_table_moves_it(status, kind):
    incident = replace(told(crashed()), status=status)
    if (status, kind) in TRANSITIONS:
        after = incident.after(event(kind))
        assert after.status is TRANSITIONS[status, kind]
        assert after.timeline == (*incident.timeline, event(kind))
    else:
        with pytest.raises(Refused, match=rf"^incident #7 is {status}; it cannot be {kind} now$"):
            incident.after(event(kind))


def test_what_may_happen_in_which_status():
    """The table once more, by hand: a change of it must be meant."""
    remarks = {K.JOINED, K.SEVERITY, K.ACKNOWLEDGED, K.NOTED, K.REMINDED, K.SETTLED, K.EXPLAINED}
    remarks |= {K.DEPLOYED, K.TICKED, K.CLEARED, K.ACCUSED}
    chooses = {K.CHOSEN, K.LAID_ASIDE}
    afterwards = {K.LEFT, K.DRAFTED, K.DECLINED}
    begins = {K.RETURNED, K.TRIAGED, K.INVESTIGATED, K.ASKED, K.DENIED, K.WITHDRAWN}
    begins |= {K.PLANNED, K.STOPPED}
    decides = {K.APPROVED, K.HEALED, K.OVERRIDDEN}
    assert {s: {k for at, k in TRANSITIONS if at is s} for s in Status} == {
        S.OPEN: remarks | begins | chooses | decides,
        S.APPROVED: remarks | {K.WITHDRAWN, K.STARTED},
        S.RUNNING: remarks | {K.ANSWERED, K.LEFT, K.RAN, K.INTERIM, K.FAILED, K.UNKNOWN},
        S.VERIFYING: remarks | {K.CHECKED, K.PERSISTED, K.RECOVERED, K.OVERRIDDEN},
        S.RESOLVED: afterwards | {K.NOTED, K.SETTLED, K.EXPLAINED, K.DETECTED, K.REPORTED},
        S.CLOSED: afterwards | {K.NOTED, K.SETTLED, K.DETECTED},
    }


@pytest.mark.parametrize("status", Status)
def test_every_status_can_be_left_and_what_is_closed_only_by_a_relapse(status):
    ways_out = {k: to for (at, k), to in TRANSITIONS.items() if at is status and to is not status}
    assert ways_out
    if status is S.CLOSED:
        assert ways_out == {K.DETECTED: S.OPEN}


def test_every_status_can_be_reached():
    reached = {S.OPEN}
    for _ in Status:
        reached |= {to for (at, _), to in TRANSITIONS.items() if at in reached}
    assert reached == set(Status)


def test_resolved_only_by_proof_or_by_a_persons_word():
    into = {k for (at, k), to in TRANSITIONS.items() if to is S.RESOLVED and at is not S.RESOLVED}
    assert into == {K.RECOVERED, K.OVERRIDDEN}


def test_running_only_after_an_approval():
    assert {at for (at, _), to in TRANSITIONS.items() if to is S.RUNNING} == {S.APPROVED, S.RUNNING}
    assert {(at, k) for (at, k), to in TRANSITIONS.items() if to is S.APPROVED and at != to} == {
        (S.OPEN, K.APPROVED)
    }


@pytest.mark.parametrize("status", WHILE_LIVE)
def test_a_live_incident_takes_every_remark_and_stays(status):
    for kind in (K.JOINED, K.SEVERITY, K.ACKNOWLEDGED, K.NOTED, K.REMINDED):
        assert TRANSITIONS[status, kind] is status


def test_the_old_copy_stays_as_it_was():
    before = told(crashed())
    after = before.after(triaged())
    assert (before.version, after.version) == (1, 2)


# How bad it is


def joined(severity, minute=1, check="http"):
    return event(K.JOINED, minute, check=check, code="refused", severity=severity)


def chosen(severity):
    return event(K.SEVERITY, 2, severity=severity, **ANN)


BY_HAND = event(K.DETECTED, note="users complain", **ANN)


@pytest.mark.parametrize(
    ("timeline", "severity"),
    [
        ((crashed(severity=P2),), P2),
        ((crashed(severity=P2), joined(P0)), P0),  # rises by itself
        ((crashed(severity=P0), joined(P2)), P0),  # never falls by itself
        ((crashed(severity=P1), joined(P2), joined(P3)), P1),
        ((crashed(severity=P0), chosen(P3)), P3),  # a person may lower it
        ((crashed(severity=P0), joined(P1), chosen(P2)), P2),
        ((crashed(severity=P0), chosen(P2), joined(P3)), P2),  # the choice counts
        ((crashed(severity=P0), chosen(P2), joined(P1)), P1),  # until something worse is found
        ((crashed(severity=P3), chosen(P0), joined(P2)), P0),
        ((crashed(severity=P0), chosen(P2), joined(P0), chosen(P3)), P3),
        ((BY_HAND,), P1),  # nobody has said yet
        ((BY_HAND, joined(P2)), P1),  # and a milder finding does not make it milder
        ((BY_HAND, joined(P0)), P0),
        ((BY_HAND, chosen(P3)), P3),
    ],
)
def test_severity(timeline, severity):
    assert told(*timeline).severity is severity


patient = settings(deadline=None)  # a busy machine is no failure


@patient
@given(st.lists(st.sampled_from(Severity)), st.sampled_from([None, *Severity]))
def test_without_a_person_severity_never_falls(found, first):
    incident = told(BY_HAND if first is None else crashed(severity=first))
    for severity in found:
        after = incident.after(joined(severity))
        assert after.severity <= incident.severity  # P0 sorts before P1
        assert after.severity <= severity
        incident = after


@patient
@given(st.lists(st.sampled_from(Severity)), st.sampled_from(Severity))
def test_a_persons_choice_counts_at_once(found, choice):
    incident = told(crashed(), *(joined(s) for s in found), chosen(choice))
    assert incident.severity is choice


def test_a_relapse_is_as_bad_as_it_is_now():
    before = told(crashed(severity=P0), *DONE, RECOVERED, crashed(30, P2))
    assert before.severity is P2


# What fails, who has it


def test_one_event_per_check_and_the_worst_first():
    incident = told(crashed(severity=P2), joined(P1, check="logs"), joined(P0, check="http"))
    assert [e.check for e in incident.failing] == ["http", "logs", "service"]
    worse = joined(P0, 4, check="service")
    assert [e.check for e in incident.after(worse).failing] == ["service", "http", "logs"]
    assert incident.after(worse).failing[0] == worse


def test_what_a_person_reports_is_no_failing_check():
    assert told(BY_HAND).failing == ()


def test_who_has_it_is_who_touched_it_last():
    incident = told(crashed())
    assert (incident.holder, incident.acknowledged) == ("", None)
    incident = incident.after(event(K.ACKNOWLEDGED, **ANN)).after(triaged())
    assert (incident.holder, incident.acknowledged.by) == ("Ann", "Ann")
    assert incident.after(event(K.NOTED, **BEN)).holder == "Ben"
    assert incident.after(event(K.NOTED, **BEN)).acknowledged.by == "Ann"


def test_a_wish_is_heard_once():
    incident = told(crashed(), event(K.NOTED, key="tg:5", **ANN))
    assert incident.heard("tg:5")
    assert not incident.heard("tg:6")
    assert not incident.heard("")  # the watchdog's own events bring no wish


# Spells


def test_a_relapse_starts_a_new_spell():
    first = told(crashed(), event(K.ACKNOWLEDGED, **ANN), *DONE, RECOVERED, REPORTED)
    again = first.after(crashed(40))
    assert (first.relapses, again.relapses) == (0, 1)
    assert (again.status, again.spell) == (S.OPEN, (crashed(40),))
    assert (again.opened_at, again.began_at) == (START, START + timedelta(minutes=40))
    assert (again.holder, again.acknowledged, again.evidence) == ("", None, ())
    assert (again.triage, again.proposals, again.approved, again.act) == (None, (), None, None)
    assert again.heard("") is False


# Questions and approvals


def test_a_question_waits_for_its_answer():
    incident = told(crashed(), triaged(), asked())
    assert incident.asked.ask == "7-3"
    assert incident.proposal("1.restart") == offer(1)
    assert incident.proposal("9.restart") is None


VOID = {
    "a newer look": (triaged(4),),
    "a no": (event(K.DENIED, 3, **BEN),),
    "a yes": (approved(),),
    "a yes that was held back": (approved(), event(K.WITHDRAWN, 4)),
    "an act that failed": (approved(), STARTED, event(K.FAILED, 5)),
    "an act under way": (approved(), STARTED),
    "an act that did not help": (approved(), STARTED, RAN, PERSISTED),
    "healing": (HEALED,),
    "healing that did not last": (HEALED, PERSISTED),
    "a person's word": (event(K.OVERRIDDEN, 3, **BEN),),
    "a relapse": (event(K.OVERRIDDEN, 3, **BEN), crashed(30)),
    "a relapse and a new look": (event(K.OVERRIDDEN, 3, **BEN), crashed(30), triaged(6)),
}


@pytest.mark.parametrize("why", VOID)
def test_a_question_is_void_after(why):
    assert told(crashed(), triaged(), asked(), *VOID[why]).asked is None


@pytest.mark.parametrize(
    "kind", [K.JOINED, K.SEVERITY, K.ACKNOWLEDGED, K.NOTED, K.REMINDED, K.SETTLED]
)
def test_a_question_outlasts_a_remark(kind):
    assert told(crashed(), triaged(), asked(), event(kind)).asked.ask == "7-3"


def test_the_newer_question_counts():
    incident = told(crashed(), triaged(), asked(), asked(name="7-4"))
    assert incident.asked.ask == "7-4"


def test_a_look_is_out_of_date_once_something_happened_to_the_service():
    incident = told(crashed(), triaged(), HEALED, PERSISTED)
    assert (incident.triage, incident.proposals) == (None, ())
    assert [e.summary for e in incident.evidence] == ["look 1"]  # shown while it is renewed


def test_what_was_approved_is_found_in_whichever_look_offered_it():
    incident = told(crashed(), triaged(1), asked(), approved(1))
    assert incident.approved == offer(1)
    again = incident.after(event(K.WITHDRAWN)).after(triaged(6))
    assert again.approved == offer(1)
    assert again.after(asked(6)).after(approved(6)).approved == offer(6)


def test_what_was_done_is_what_ran_or_may_have_run():
    yes = told(crashed(), triaged(), asked(), approved())
    assert yes.act is None
    assert yes.after(event(K.WITHDRAWN)).act is None
    begun = yes.after(STARTED)
    assert begun.act is None
    assert begun.after(event(K.FAILED)).act is None
    assert begun.after(RAN).act == approved()
    assert begun.after(event(K.UNKNOWN)).act == approved()
    second = (triaged(9), asked(9), approved(9), event(K.WITHDRAWN))
    incident = begun.after(RAN).after(PERSISTED)
    for one in second:
        incident = incident.after(one)
    assert incident.act == approved()  # the second was never run


@pytest.mark.parametrize("kind", [K.RAN, K.UNKNOWN])
def test_from_when_on_the_proof_counts(kind):
    incident = told(crashed(), triaged(), asked(), approved(), STARTED, event(kind, 9))
    assert incident.acted_at == START + timedelta(minutes=9)
    assert told(crashed(), HEALED).acted_at == HEALED.at
    assert told(crashed()).acted_at is None


# What acts leave to do


def left(step, minute=5):
    return event(K.LEFT, minute, step=step, note=f"to-do {step}")


def settled(step):
    return event(K.SETTLED, 9, step=step, **BEN)


RUNNING = (triaged(), asked(), approved(), STARTED)


def test_what_is_left_stays_until_a_person_has_done_it():
    incident = told(crashed(), *RUNNING, left(1), RAN, PERSISTED)
    assert incident.left == (left(1),)
    assert incident.after(settled(7)).left == (left(1),)
    assert incident.after(settled(1)).left == ()
    assert told(crashed(), *RUNNING, RAN).left == ()


def test_two_acts_leave_two_things_and_each_is_done_by_its_number():
    again = (triaged(8), asked(8), approved(8), STARTED, left(2), RAN)
    incident = told(crashed(), *RUNNING, left(1), RAN, PERSISTED, *again)
    assert incident.left == (left(1), left(2))
    assert incident.after(settled(1)).left == (left(2),)
    assert incident.after(settled(2)).left == (left(1),)


def test_what_is_left_outlasts_the_incident_and_a_relapse():
    incident = told(crashed(), *RUNNING, left(1), RAN, RECOVERED, REPORTED)
    assert incident.left == (left(1),)
    assert incident.after(crashed(40)).left == (left(1),)
    assert incident.after(settled(1)).after(crashed(40)).left == ()


@pytest.mark.parametrize("status", Status)
def test_a_thing_may_be_done_in_whatever_status_and_moves_nothing(status):
    assert TRANSITIONS[status, K.SETTLED] is status
