"""Every text, word for word, as the person woken at 03:00 reads it on a phone."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.check import Result, Seen, Verdict
from bot.domain.evidence import Evidence, Found
from bot.domain.moves import Kind
from bot.domain.people import Person
from bot.domain.severity import Severity
from bot.views.autopilot import came_of_it, planned
from bot.views.card import card, superseded
from bot.views.help import help_text
from bot.views.report import report
from bot.views.sight import Dark, blindness, sight
from bot.views.status import Standing, status
from bot.views.thread import all_clear, log, persisted, reminder
from bot.views.todo import todos
from tests.cast import ANN, BEN
from tests.views import scenes
from tests.views.golden import FOLDER, golden, written
from tests.views.scenes import (
    BLIND,
    CAME_WITH_IT,
    RULES,
    RUNS,
    START,
    STATE,
    Night,
    by_hand,
    failing,
    relapsed,
)
from tests.views.test_question_view import ANSWERS
from tests.views.test_ways_view import LISTS

BERLIN = replace(RULES, zone=ZoneInfo("Europe/Berlin"))


def asked_again():
    """The restart did not help; a second one is offered."""
    night = Night().restarted()
    note = "service: exited with code 1; http: refused: nothing listens at its address"
    return night.then(Kind.PERSISTED, 301, note=note)


def withdrawn():
    note = "a newer deploy (dep-d4k2) has appeared since; nothing was done"
    night = Night().joined().triaged().asked().approved()
    return night.then(Kind.WITHDRAWN, 1, note=note).triaged()


def not_seen():
    note = "no sign that it happened, and no proof that it did not; it is not repeated"
    night = Night().triaged().asked().approved().started()
    return night.then(Kind.UNKNOWN, 121, note=note)


def refused():
    night = Night().triaged().asked().approved().started()
    return night.then(Kind.FAILED, 1, note="Render rejects the key (HTTP 401)").triaged()


FULL = (("state", "saturated"), ("detail", "every connection is taken"), ("hosted", "available"))
NO_ROOM = Evidence(
    "B1", "database", Found.SOMETHING, "every connection is taken; Render says available", FULL
)
SILENT = (("state", "refused"), ("detail", "it refuses connections"), ("hosted", "unavailable"))
GONE = Evidence(
    "B1", "database", Found.SOMETHING, "it refuses connections; Render says unavailable", SILENT
)


def no_room():
    found = failing("postgres", "saturated", "every connection is taken")
    return Night(**found).triaged(NO_ROOM, RUNS)


def gone():
    found = failing("postgres", "refused", "it refuses connections")
    return Night(**found).triaged(GONE, RUNS)


def broken():
    """The trouble came with a deploy."""
    return Night().joined().triaged(*CAME_WITH_IT)


def not_made_safe():
    todo = (
        "Auto-deploy of life-os may still be on (switching it off: Render: HTTP 503)."
        " Off before the next push, on again after the fix"
    )
    night = broken().asked().approved().started()
    night.then(Kind.ANSWERED, 1, note="Render accepted it").then(Kind.LEFT, 40, note=todo, step=1)
    return night.then(Kind.RAN, 0, note="Render put 3f9c2ab (dep-d4k2) live at 03:13:55 UTC")


def rollback_failed():
    note = "the rollback 3f9c2ab (dep-d4k2) failed: its new version did not start"
    night = broken().asked().approved().started().under_way()
    return night.then(Kind.FAILED, 60, note=note).triaged(*CAME_WITH_IT)


def rollback_for_ever():
    note = f"{scenes.IN_PLACE}, for over 20 min; it is not repeated"
    night = broken().asked().approved().started().under_way()
    return night.then(Kind.UNKNOWN, 1201, note=note)


def rolled_back_twice():
    """Fixed too early: pushed, rolled back again."""
    again = failing("service", "crashed", "exited with code 1")
    night = Night().rolled_back().held().recovered().reported().then(Kind.DETECTED, 1200, **again)
    return night.rolled_back().held().recovered()


def settled(night, step=1, by=BEN):
    [left] = [e for e in night.incident.left if e.step == step]
    return night.then(Kind.SETTLED, 600, by, step=step, note=left.note)


def overridden():
    night = Night().joined().triaged()
    return night.then(Kind.OVERRIDDEN, 600, ANN, note="planned maintenance.")


def healed(by=None):
    note = f"{by.name} says it is fixed" if by else "every check passes again by itself"
    return Night().joined().triaged().then(Kind.HEALED, 95, by, note=note)


def healed_after_a_restart_that_did_not_help():
    note = "every check passes again by itself"
    return asked_again().triaged().then(Kind.HEALED, 400, note=note)


def deploy_not_taken():
    night = Night(**failing("service", "deploy_failed", "deploy dep-d4k2: its build failed"))
    return night.triaged(RUNS, offers=False)


PILOT = Person(0, "autopilot")
AWAY = "I was away from 03:02 to 03:07: taps of that time may be lost"


def plan(seconds=300, due=None):
    night = Night().joined().triaged()
    first = night.incident.proposals[0].id
    night.then(Kind.PLANNED, seconds, offer=first, by=PILOT)
    return night.then(Kind.PLANNED, 1, offer=first, by=PILOT, expires_at=due) if due else night


DUE = START + timedelta(minutes=10)


def approved_alone():
    night = plan(due=DUE)
    offer, note = night.incident.proposals[0].id, "nobody answered for 10 min"
    return night.then(Kind.APPROVED, 299, offer=offer, by=PILOT, note=note)


CARDS = {
    "card_open_before_triage": Night(),
    "card_planned": plan(due=DUE),
    "card_after_an_absence": Night().joined().triaged().then(Kind.RETURNED, 300, note=AWAY),
    "card_open_with_offer": Night().joined().triaged(),
    "card_open_acknowledged": Night().joined().triaged().then(Kind.ACKNOWLEDGED, 20, BEN),
    "card_open_with_question": Night().joined().triaged().asked(),
    "card_open_denied": Night().joined().triaged().asked().then(Kind.DENIED, 9, BEN),
    "card_open_nothing_fits": deploy_not_taken(),
    "card_open_source_unreadable": Night().triaged(STATE, BLIND),
    "card_open_database": no_room().asked(),
    "card_open_database_down": gone(),
    "card_database_question": gone().asked(),
    "card_rollback_first": broken(),
    "card_rollback_question": broken().asked(),
    "card_rollback_under_way": broken().asked().approved().started().under_way(),
    "card_rollback_failed": rollback_failed(),
    "card_rollback_verifying": Night().rolled_back(),
    "card_rollback_unknown": rollback_for_ever(),
    "card_rollback_over": Night().rolled_back().held().recovered().reported(),
    "card_rollback_over_by_hand": not_made_safe().held().recovered(),
    "card_rollback_over_twice": rolled_back_twice(),
    "card_rollback_settled": settled(Night().rolled_back().held().recovered().reported()),
    "card_open_held_back": withdrawn(),
    "card_open_refused": refused(),
    "card_open_persisted": asked_again(),
    "card_approved": Night().joined().triaged().asked().approved(),
    "card_running": Night().joined().triaged().asked().approved().started(),
    "card_verifying_not_back": Night().restarted(),
    "card_verifying_watch": Night().restarted().held(1),
    "card_verifying_regression": Night().restarted().held(4),
    "card_verifying_healed": healed(),
    "card_verifying_unknown": not_seen(),
    "card_resolved": Night().restarted().held().recovered(),
    "card_closed": scenes.a_full_night(),
    "card_closed_by_itself": healed().held().recovered().reported(),
    "card_closed_on_a_word": healed(ANN).held().recovered().reported(),
    "card_closed_by_itself_later": healed_after_a_restart_that_did_not_help().held().recovered(),
    "card_closed_without_proof": overridden().reported(),
    "card_relapse": relapsed(),
    "card_by_hand": by_hand(),
    "card_by_hand_rated": scenes.severity_set(by_hand().triaged()),
    "card_by_hand_joined": by_hand().joined().triaged(),
}


@pytest.mark.parametrize("name", CARDS)
def test_the_card(name):
    night = CARDS[name]
    shown = card(night.incident, RULES, night.at + timedelta(seconds=40))
    text = written(shown)
    assert text == golden(name, text)


def test_the_card_of_a_question_that_has_expired_offers_again():
    night = Night().joined().triaged().asked()
    before = Night().joined().triaged().then(Kind.ACKNOWLEDGED, 60, ANN)
    late = night.at + RULES.ask_valid
    assert card(night.incident, RULES, late).rows == card(before.incident, RULES, late).rows


def test_the_card_in_the_zone_of_those_who_read():
    night = Night().joined().triaged().asked()
    text = written(card(night.incident, BERLIN, night.at))
    assert text == golden("card_in_berlin", text)


def test_the_card_of_a_proof_that_waits_for_a_look():
    night = Night().restarted().held(1)
    shown = card(night.incident, RULES, night.at + timedelta(minutes=3))
    text = written(shown)
    assert text == golden("card_verifying_waits", text)


def test_the_card_before_the_relapse():
    text = written(superseded(relapsed().incident))
    assert text == golden("card_superseded", text)


LOGS = {
    "log": scenes.a_full_night(),
    "log_of_a_rollback": settled(Night().rolled_back().held().recovered().reported()),
    "log_of_everything": (
        scenes.severity_set(refused().then(Kind.ACKNOWLEDGED, 9, BEN), Severity.P1)
        .then(Kind.NOTED, 9, BEN, note="called the host")
        .asked(ANN)
        .then(Kind.DENIED, 9, BEN, offer="6.restart")
        .asked(ANN)
        .approved()
        .then(Kind.WITHDRAWN, 1, note="every check passes again; nothing was done")
        .triaged()
        .then(Kind.HEALED, 9, note="every check passes again by itself")
        .then(Kind.PERSISTED, 300, note="http: refused: nothing listens at its address")
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_the_log(name):
    text = written(log(LOGS[name].incident, RULES))
    assert text == golden(name, text)


def test_no_log_while_the_card_tells_all():
    assert log(Night().triaged().incident, RULES) is None


def test_the_log_keeps_the_newest_lines():
    night = Night()
    for n in range(30):
        night.then(Kind.NOTED, 1, ANN, note=f"note {n}")
    lines = log(night.incident, RULES).html.splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == [str(n) for n in range(15, 30)]


def test_the_page_again():
    night = Night().joined().triaged().then(Kind.REMINDED, 273)
    event = night.incident.timeline[-1]
    text = written(reminder(night.incident, event, RULES))
    assert text == golden("reminder", text)


def test_it_is_not_over():
    night = asked_again()
    event = night.incident.timeline[-1]
    text = written(persisted(night.incident, event, RULES))
    assert text == golden("persisted", text)


CLEARS = {
    "all_clear_unwritten": Night().restarted().held().recovered(),
    "all_clear": scenes.a_full_night(),
    "all_clear_by_itself": healed().held().recovered().reported(),
    "all_clear_without_proof": overridden().reported(),
    "all_clear_with_todo": Night().rolled_back().held().recovered().reported(),
    "all_clear_by_hand": by_hand()
    .then(Kind.HEALED, 60, BEN, note="Ben says it is fixed")
    .held()
    .recovered()
    .reported(),
}


@pytest.mark.parametrize("name", CLEARS)
def test_the_all_clear(name):
    text = written(all_clear(CLEARS[name].incident, RULES))
    assert text == golden(name, text)


PLANS = {
    "autopilot": plan,
    "autopilot_in_time": lambda: plan(due=DUE),
    "autopilot_stopped": lambda: plan(due=DUE).then(Kind.STOPPED, 9, BEN, note="Ben said no"),
    "autopilot_needless": lambda: plan(due=DUE).then(Kind.HEALED, 9, note="every check passes"),
    "autopilot_begins": approved_alone,
}


@pytest.mark.parametrize("name", PLANS)
def test_what_is_announced_to_be_done_by_itself(name):
    text = written(planned(PLANS[name]().incident, RULES))
    assert text == golden(name, text)


def test_what_came_of_it():
    night = approved_alone().started().ran()
    text = written(came_of_it(night.incident, night.incident.timeline[-1], RULES))
    assert text == golden("autopilot_done", text)
    by_ann = Night().restarted().incident
    assert came_of_it(by_ann, by_ann.timeline[-1], RULES) is None


REPORTS = {
    "report_of_the_autopilot": approved_alone().started().ran().held().recovered(),
    "report": Night().restarted().held().recovered(),
    "report_with_todo": Night().rolled_back().held().recovered(),
    "report_of_what_is_open": asked_again().triaged(STATE, BLIND),
    "report_of_what_came_back": healed().held().recovered(),
    "report_without_proof": overridden(),
    "report_after_a_relapse": relapsed().restarted().held().recovered(),
    "report_of_a_relapse_that_is_open": relapsed().triaged(),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_report(name):
    text = report(REPORTS[name].incident, RULES)
    assert text == golden(name, text)


TODOS = {
    "todo": [rolled_back_twice().incident],
    "todo_empty": [scenes.a_full_night().incident, Night().incident],
    "todo_one": [Night().incident, Night().rolled_back().incident],
}


@pytest.mark.parametrize("name", TODOS)
def test_what_is_left_to_do(name):
    text = written(todos(TODOS[name], RULES))
    assert text == golden(name, text)


def test_a_long_list_is_shown_ten_by_ten():
    message = todos([rolled_back_twice().incident] * 6, RULES)
    assert message.minimal == "📌 12 things left to do"
    assert message.html.count("/done") == 10
    assert message.html.endswith("<i>And 2 more: /todo again when these are done.</i>")
    assert "more" not in todos([rolled_back_twice().incident] * 5, RULES).html


def test_since_when_is_told_in_the_zone_of_those_who_read():
    night = Night().rolled_back()
    assert "since 2026-01-01 04:13 CET" in todos([night.incident], BERLIN).html


def look(check, verdict, seen, detail, ago=12):
    at = START - timedelta(seconds=ago)
    return Standing("life-os", check, verdict, Result("life-os", check, seen, at, "", detail))


FINE = look("http", Verdict.HEALTHY, Seen.PASS, "HTTP 200 in 0.08 s")
DOWN = look("service", Verdict.FAILING, Seen.FAIL, "exited with code 1")
DARK = look("logs", Verdict.BLIND, Seen.BLIND, "Render: HTTP 503", 300)
NEW = Standing("life-os", "postgres", Verdict.UNSURE, None)
STATUSES = {
    "status_fine": ([FINE, look("logs", Verdict.HEALTHY, Seen.PASS, "")], [], 0),
    "status_open": ([DOWN, FINE, DARK, NEW], [Night().incident, relapsed().incident], 1),
    "status_failing": ([look("http", Verdict.FAILING, Seen.FAIL, "")], [], 2),
    "status_blind": ([FINE, DARK], [], 0),
    "status_new": ([NEW], [], 0),
}


@pytest.mark.parametrize("name", STATUSES)
def test_the_status(name):
    standings, live, undelivered = STATUSES[name]
    text = written(status(standings, live, undelivered, RULES, START))
    assert text == golden(name, text)


def blind(*checks, behind="render", detail="Render: HTTP 503", seeing=3):
    looks = (Result("life-os", check, Seen.BLIND, START, behind, detail) for check in checks)
    return Dark(behind, tuple(looks), seeing)


DARK = {
    "blindness": blind("service", "logs"),
    "blindness_of_all": blind(
        "http", behind="network", detail="nothing outside answers us at all", seeing=0
    ),
    "blindness_of_one": blind(
        "sql:goals", behind="life-os/sql:goals", detail="the database cannot be reached", seeing=1
    ),
}


@pytest.mark.parametrize("name", DARK)
def test_blindness_and_sight(name):
    text = written(blindness(DARK[name], START, RULES))
    assert text == golden(name, text)
    text = written(sight(DARK[name].behind, START, "6 min", RULES))
    assert text == golden(name.replace("blindness", "sight"), text)


def test_the_help():
    text = written(help_text())
    assert text == golden("help", text)


def test_unreadable_is_not_nothing():
    nothing = Evidence("L1", "logs", Found.NOTHING, "no errors in the last 100 lines")
    text = card(Night().triaged(nothing, BLIND).incident, RULES, START).html
    assert "Logs: no errors" in text
    assert "Not checked: Logs (Render: HTTP 503)" in text


def test_no_golden_is_left_over():
    known = {*CARDS, *LOGS, *CLEARS, *REPORTS, *TODOS, *STATUSES}
    known |= {"card_in_berlin", "card_verifying_waits", "card_superseded", "reminder", "persisted"}
    known |= {
        "help",
        "card_open_with_checklist",
        *LISTS,
        *PLANS,
        "autopilot_done",
        *ANSWERS,
        *DARK,
        *(name.replace("blindness", "sight") for name in DARK),
    }
    assert {file.stem for file in FOLDER.iterdir()} == known
