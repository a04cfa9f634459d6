"""What is remembered of an incident, and which of them are like a new one."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cause import Cause, Sure
from bot.domain.incident import Event
from bot.domain.moves import Kind
from bot.domain.past.memory import BY_ITSELF, PERSON, memory_of
from bot.domain.past.similar import MOST, How, Recalled, freshness, similar
from bot.domain.past.terms import MOST as MOST_TERMS
from bot.domain.past.terms import terms
from bot.domain.severity import Severity
from tests.fuzz import TEXT, fuzz
from tests.recurrences import (
    ANN,
    CRASH,
    DAY,
    FIRST_PAIRS,
    FIRST_STRANGERS,
    LATER_PAIRS,
    LATER_STRANGERS,
    MINUTE,
    NOW,
    STATUS,
    Trouble,
    act,
    explained,
    failing_event,
    healed,
    of,
    opened,
    over,
    persisted,
    recovered,
    triaged,
)

UNPICKLING = ("EOFError: Ran out of input", "memory.load")
EOF = of(CRASH, top=UNPICKLING, state="crashed")
PAIRS = (*FIRST_PAIRS, *LATER_PAIRS)


def later(minutes):
    return NOW + minutes * MINUTE


def noted(incident, note, at=NOW):
    return incident.after(Event(Kind.NOTED, at, by="Ann", by_id=ANN, note=note))


def remembered(*incidents):
    memories = tuple(memory_of(incident) for incident in incidents)
    return Recalled(memories, known=len(memories))


def ids(found):
    return [one.memory.id for one in found]


# what is remembered ------------------------------------------------------------------------


def test_what_was_and_what_helped():
    memory = memory_of(over(EOF, 12, NOW, cause="a half written pickle file"))
    assert (memory.id, memory.service, memory.severity) == (12, "life-os", Severity.P0)
    assert (memory.began, memory.ended) == (NOW, later(25))
    assert memory.fingerprint == "service:crash||EOFError@memory.load"
    assert memory.title == (
        "was down for everyone (service: exited with code 1); EOFError: Ran out of input"
    )
    assert (memory.helped, memory.failed, memory.proven) == ("restart", (), True)
    assert memory.took == 6 * MINUTE  # from the call to every check passing
    assert (memory.cause, memory.sure) == ("a half written pickle file", "likely")
    assert {"eoferror", "service_crash", "pickle", "restart"} <= set(memory.words.split())


def test_nothing_is_remembered_while_it_is_not_over():
    incident = opened(EOF)
    assert memory_of(incident) is None
    assert memory_of(act(incident, "restart", NOW)) is None


def test_by_itself_counts_from_the_begin():
    memory = memory_of(over(EOF, helped="", at=NOW))
    assert (memory.helped, memory.took) == (BY_ITSELF, 10 * MINUTE)
    assert memory.by_itself
    assert not memory.by_person


def test_a_person_put_it_right_and_noted_how():
    incident = noted(opened(EOF), "removed the broken file;  password=hunter2hunter2", later(1))
    memory = memory_of(recovered(healed(incident, later(5), by_id=ANN), later(6)))
    assert memory.helped.startswith("a person: removed the broken file; password=")
    assert "hunter2" not in memory.helped + memory.words
    assert (memory.kind_of_help, memory.told[:7]) == (PERSON, "removed")


def test_a_person_who_noted_nothing():
    memory = memory_of(recovered(healed(opened(EOF), later(5), by_id=ANN), later(6)))
    assert (memory.helped, memory.told) == (PERSON, "")


def test_closed_on_the_word_of_a_person_is_not_proven():
    said = Event(Kind.OVERRIDDEN, later(9), by="Ann", by_id=ANN, note="was a test")
    memory = memory_of(opened(EOF).after(said))
    assert (memory.helped, memory.proven, memory.took) == ("a person: was a test", False, None)


def test_acts_in_vain_and_the_one_that_helped():
    incident = persisted(act(opened(EOF), "restart", NOW), later(8))
    incident = act(triaged(incident, EOF, later(9)), "rollback", later(9))
    memory = memory_of(recovered(incident, later(20)))
    assert (memory.helped, memory.failed) == ("rollback", ("restart",))
    assert memory.took == 7 * MINUTE


def test_an_act_in_vain_before_it_went_by_itself():
    incident = persisted(act(opened(EOF), "restart", NOW), later(8))
    memory = memory_of(recovered(healed(incident, later(12)), later(13)))
    assert (memory.helped, memory.failed) == (BY_ITSELF, ("restart",))


def test_what_came_again_soon_was_no_help():
    incident = recovered(act(opened(EOF), "restart", NOW), later(10))
    relapse = triaged(incident.after(failing_event(CRASH, later(40))), EOF, later(41))
    memory = memory_of(recovered(act(relapse, "restart", later(41)), later(50)))
    assert (memory.helped, memory.failed, memory.tries) == ("restart", ("restart",), 2)


def test_an_act_that_was_never_done_is_neither():
    incident = opened(EOF)
    offered = incident.proposals[0].id
    for kind in (Kind.APPROVED, Kind.STARTED, Kind.FAILED):
        incident = incident.after(Event(kind, later(2), offer=offered))
    memory = memory_of(recovered(healed(incident, later(3)), later(4)))
    assert (memory.helped, memory.failed) == (BY_ITSELF, ())


def test_an_act_of_unknown_outcome_came_before_it_too():
    incident = opened(EOF)
    offered = incident.proposals[0].id
    for kind in (Kind.APPROVED, Kind.STARTED, Kind.UNKNOWN):
        incident = incident.after(Event(kind, later(2), offer=offered))
    assert memory_of(recovered(incident, later(4))).helped == "restart"


def test_the_newest_cause_is_kept_with_its_certainty():
    incident = explained(opened(EOF), "first guess", later(1))
    sure = Cause("it fails", "the disk was full", Sure.CONFIRMED)
    incident = incident.after(Event(Kind.EXPLAINED, later(2), cause=sure))
    memory = memory_of(recovered(healed(incident, later(3)), later(4)))
    assert (memory.cause, memory.sure) == ("the disk was full", "confirmed")


def test_one_opened_by_hand_is_remembered_by_its_words():
    memory = memory_of(over(Trouble(said="photos get no answer")))
    assert (memory.title, memory.fingerprint) == ("photos get no answer", "")
    assert "photos" in memory.words.split()


# which are alike ---------------------------------------------------------------------------


def test_of_equal_ones_the_newest_is_first_and_three_are_enough():
    past = [over(EOF, n, NOW - n * DAY) for n in (30, 2, 9, 60)]
    found = similar(opened(EOF, 99), remembered(*past), NOW)
    assert ids(found) == [2, 9, 30]
    assert len(found) == MOST
    assert {one.how for one in found} == {How.ERROR}
    assert [one.ago.days for one in found] == [1, 8, 29]


def test_of_equal_ones_the_same_service_is_first():
    there = over(replace(EOF, service="digest"), 1, NOW - DAY)
    here = over(EOF, 2, NOW - 40 * DAY)
    found = similar(opened(EOF, 99), remembered(there, here), NOW)
    assert [(one.memory.id, one.at_home) for one in found] == [(2, True), (1, False)]


def test_the_same_error_stands_before_similar_words():
    words = replace(EOF, top=("EOFError: Ran out of input while unpickling", "cache.load"))
    found = similar(opened(EOF, 99), remembered(over(words, 1, NOW - DAY), over(EOF, 2)), NOW)
    assert (ids(found)[0], found[0].how) == (2, How.ERROR)


def test_the_same_error_met_by_another_check():
    slow = of(("http", "slow", "HTTP 200 in 9 s"), top=UNPICKLING)
    found = similar(opened(EOF, 99), remembered(over(slow, 1)), NOW)
    assert [(one.memory.id, one.how) for one in found] == [(1, How.ERROR)]


def test_equal_fingerprints_stand_before_the_same_error_met_otherwise():
    slow = of(("http", "slow", "HTTP 200 in 9 s"), top=UNPICKLING)
    there = over(replace(EOF, service="digest"), 2, NOW - 40 * DAY)
    found = similar(opened(EOF, 99), remembered(over(slow, 1, NOW - DAY), there), NOW)
    assert [(one.memory.id, one.exact) for one in found] == [(2, True), (1, False)]


def test_equal_failures_without_an_error_are_called_no_more_than_that():
    found = similar(opened(of(STATUS), 99), remembered(over(of(STATUS), 1)), NOW)
    assert [one.how for one in found] == [How.SAME]


def test_near_misses_are_not_shown():
    misses = [
        over(replace(EOF, top=("KeyError: 'name'", "profile.show")), 1),
        over(of(CRASH, top=("SyntaxError: invalid syntax", "menu.<module>")), 2),
        over(of(STATUS, top=("ValueError: month must be in 1..12", "dates.month")), 3),
        over(of(("postgres", "auth", "it rejects the credentials")), 4),
    ]
    assert similar(opened(EOF, 99), remembered(*misses), NOW) == ()


def test_it_is_not_like_itself():
    past = over(EOF, 7, NOW)
    relapse = triaged(past.after(failing_event(CRASH, later(40))), EOF, later(41))
    assert similar(relapse, remembered(past), NOW) == ()


def test_what_is_not_known_is_like_nothing():
    assert similar(opened(Trouble(), 99), remembered(over(Trouble(), 1)), NOW) == ()


def test_the_same_in_whatever_order_the_store_gives_them():
    past = remembered(*(over(p, n, NOW - (n + 2) * DAY) for n, (_, p, _) in enumerate(PAIRS)))
    turned = replace(past, memories=past.memories[::-1])
    for _, _, now in PAIRS:
        new = opened(now, 999)
        assert ids(similar(new, past, NOW)) == ids(similar(new, turned, NOW))


def test_what_is_long_ago_weighs_less_but_never_nothing():
    ages = [freshness(timedelta(days=n)) for n in (0, 1, 7, 20, 90, 4000)]
    assert ages == sorted(ages, reverse=True)
    assert ages[0] == 1.0
    assert ages[3] == pytest.approx(0.5 + 0.5 * 0.062, abs=0.001)  # 93.8 % come within 20 days
    assert ages[-1] == pytest.approx(0.5)


def test_a_clock_that_went_back_is_no_trouble():
    [found] = similar(opened(EOF, 99), remembered(over(EOF, 1, NOW + DAY)), NOW)
    assert found.ago == timedelta()


@pytest.mark.parametrize(
    ("pairs", "strangers", "least"),
    [(FIRST_PAIRS, FIRST_STRANGERS, 19), (LATER_PAIRS, LATER_STRANGERS, 19)],
    ids=["tuned on", "held out"],
)
def test_labelled_pairs(pairs, strangers, least, record_property):
    """The first hit is the right one; of those without a past none is shown."""
    past = remembered(*(over(p, n, NOW - (2 + n % 17) * DAY) for n, (_, p, _) in enumerate(PAIRS)))
    place = {label: n for n, (label, _, _) in enumerate(PAIRS)}
    right = sum(
        ids(similar(opened(now, 999), past, NOW))[:1] == [place[label]] for label, _, now in pairs
    )
    shown = sum(bool(similar(opened(one, 999), past, NOW)) for one in strangers)
    record_property("recall_at_1", f"{right}/{len(pairs)}")
    assert right >= least
    assert shown == 0


# hostile text ------------------------------------------------------------------------------


def test_terms_leave_out_figures_ids_and_words_that_tell_nothing():
    said = 'OperationalError: connection to server at "10.0.0.3", port 5432 failed after 12.5 s'
    assert terms(said) == ("operationalerror", "operational", "connection", "server", "port")
    assert terms("user 0d9f1c2ab34e at 2026-11-20 03:00:00") == ("user",)


@fuzz
@given(st.text(max_size=400) | TEXT)
def test_terms_are_words_that_no_search_takes_for_its_own(text):
    found = terms(text)
    assert len(found) <= MOST_TERMS
    assert all(re.fullmatch(r"\w{2,40}", word) for word in found)
    match = " OR ".join(f'"{word}"' for word in found)
    if match:
        index = sqlite3.connect(":memory:")
        index.execute("CREATE VIRTUAL TABLE t USING fts5(words)")
        index.execute("SELECT * FROM t WHERE t MATCH ?", (match,)).fetchall()
        index.close()


@fuzz
@given(TEXT, TEXT, TEXT, TEXT)
def test_hostile_incidents_are_remembered_and_compared(check, code, note, title):
    trouble = of((check, code, note), top=(title, note), said=note)
    memory = memory_of(noted_over(trouble, note))
    assert len(memory.words) <= 44 * (MOST_TERMS + 30)
    assert "\n" not in memory.title + memory.helped + memory.cause
    found = similar(opened(trouble, 2), Recalled((memory,), known=1), NOW)
    assert len(found) <= 1


def noted_over(trouble, note):
    incident = noted(opened(trouble, 1, NOW - DAY), note, NOW - DAY)
    incident = explained(incident, note, NOW - DAY)
    return recovered(healed(incident, NOW - DAY, by_id=ANN), NOW - DAY)
