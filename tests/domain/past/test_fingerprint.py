"""Equal fingerprints are the same kind of trouble, whatever changes from time to time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event
from bot.domain.moves import Kind
from bot.domain.past.fingerprint import LONGEST, Fingerprint, fingerprint
from tests.fuzz import TEXT, fuzz
from tests.recurrences import (
    CRASH,
    DAY,
    GATEWAY,
    MINUTE,
    NOW,
    STATUS,
    Trouble,
    as_joined,
    detected,
    failing_event,
    healed,
    of,
    opened,
    recovered,
    triaged,
)

UNPICKLING = ("EOFError: Ran out of input", "memory.load")
LOOP = ("service", "crash_loop", "failed 4 times in 10 min; last: exited with code 1")
KILLED_AGAIN = ("service", "crash_loop", "failed 3 times; last: killed at its memory limit")
KILLED = ("service", "out_of_memory", "killed at its memory limit (512 MB)")
REFUSED = ("postgres", "refused", "nothing listens at dpg-1")


def told(*failing, **rest):
    return str(fingerprint(opened(of(*failing, **rest))))


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (of(CRASH, top=UNPICKLING, state="crashed"), "service:crash||EOFError@memory.load"),
        (of(STATUS), "http:status||"),
        (of(("http:login page", "status", "HTTP 500")), "http:status||"),
        (of(REFUSED, top=UNPICKLING), "postgres:refused||"),
        (of(KILLED, top=UNPICKLING), "service:out_of_memory||"),
        (of(("sql:open jobs", "unexpected", "412")), "sql:unexpected@open_jobs||"),
        (of(("statuspage", "outage", "bad"), service="github"), "statuspage:outage@github||"),
        (Trouble(said="photos fail", top=UNPICKLING), "||EOFError@memory.load"),
        (Trouble(said="photos fail"), ""),
    ],
)
def test_what_it_is_made_of(trouble, expected):
    assert str(fingerprint(opened(trouble))) == expected


def test_it_tells_the_category_that_the_log_analysis_found():
    known = told(CRASH, top=UNPICKLING, category="code_error")
    assert known == "service:crash|code_error|EOFError@memory.load"
    assert told(CRASH, top=UNPICKLING, category="none") == "service:crash||EOFError@memory.load"


def test_without_one_the_top_error_tells_its_category():
    missing = ("ModuleNotFoundError: No module named 'pytz'", "bot.main.<module>")
    found = fingerprint(opened(of(CRASH, top=missing)))
    assert (found.category, found.error) == ("import_error", "ModuleNotFoundError@main.<module>")


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (of(CRASH, top=UNPICKLING), of(LOOP, top=UNPICKLING)),  # a crash that went on
        (of(CRASH), of(GATEWAY, CRASH)),  # what follows from it was seen first
        (of(CRASH), of(GATEWAY, state="crash loop")),  # only the platform says so
        (of(REFUSED), of(STATUS, database=("refused", "nothing listens"))),
        (of(REFUSED), of(("postgres", "starting", "it is starting up"))),
        (of(KILLED), of(KILLED_AGAIN)),
        (of(CRASH), of(CRASH, service="other")),
        (  # another figure, id, path of the release
            of(STATUS, top=("ValueError: bad id 17", "releases.1712.handlers.show")),
            of(STATUS, top=("ValueError: bad id 99412", "releases.1809.handlers.show")),
        ),
        (  # a line without an exception
            of(STATUS, top=("ERROR: user 1822 not found in shard 3", "")),
            of(STATUS, top=("ERROR: user 7 not found in shard 12", "")),
        ),
        (  # the module of the type, as some formatters leave it out
            of(STATUS, top=("httpx.ReadTimeout: late", "ai.ask"), category="upstream_outage"),
            of(STATUS, top=("ReadTimeout: 30 s", "ai.ask"), category="upstream_outage"),
        ),
    ],
)
def test_the_same_kind_of_trouble(then, now):
    assert fingerprint(opened(then)) == fingerprint(opened(now, 2, NOW + DAY))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of(CRASH, top=UNPICKLING), of(CRASH, top=("EOFError: Ran out of input", "state.load"))),
        (of(CRASH, top=UNPICKLING), of(CRASH, top=("KeyError: 'x'", "memory.load"))),
        (of(CRASH), of(KILLED)),
        (of(REFUSED), of(("postgres", "auth", "it rejects the credentials"))),
        (of(STATUS), of(("http", "slow", "HTTP 200 in 9 s"))),
        (of(("sql:jobs", "unexpected", "412")), of(("sql:users", "unexpected", "412"))),
        (of(("alert:disk", "raised", "x")), of(("alert:queue", "raised", "x"))),
        (
            of(("statuspage", "outage", "x"), service="github"),
            of(("statuspage", "outage", "x"), service="anthropic"),
        ),
    ],
)
def test_near_misses_are_told_apart(one, other):
    assert fingerprint(opened(one)) != fingerprint(opened(other))


def test_it_stays_what_it_was_first_while_the_incident_goes_on():
    trouble = of(GATEWAY, top=UNPICKLING, state="crashed")
    incident = opened(trouble)
    before = fingerprint(incident)
    late = failing_event(("logs", "error_rate", "many"), NOW + MINUTE)
    incident = incident.after(as_joined(late))
    again = replace(trouble, state="running", top=("KeyError: 'other'", "late.noise"))
    incident = triaged(incident, again, NOW + 2 * MINUTE)
    incident = recovered(healed(incident, NOW + 3 * MINUTE), NOW + 4 * MINUTE)
    assert fingerprint(incident) == before
    assert before.check == "service:crash"


def test_what_is_grave_counts_also_when_it_joins_late():
    incident = opened(of(GATEWAY))
    joined = incident.after(as_joined(failing_event(CRASH, NOW + MINUTE)))
    assert fingerprint(joined).check == "service:crash"


def test_a_relapse_is_told_by_its_own_spell():
    incident = opened(of(STATUS))
    incident = recovered(healed(incident, NOW + MINUTE), NOW + 2 * MINUTE)
    relapse = incident.after(failing_event(CRASH, NOW + 30 * MINUTE))
    assert fingerprint(relapse).check == "service:crash"


def test_errors_that_ended_long_before_are_not_of_this_trouble():
    old = (NOW - timedelta(hours=3)).isoformat()
    fresh = (NOW - timedelta(minutes=2)).isoformat()
    assert told(STATUS, top=UNPICKLING, facts=(("last_error", old),)) == "http:status||"
    assert told(STATUS, top=UNPICKLING, facts=(("last_error", fresh),)).endswith("@memory.load")
    assert told(STATUS, top=UNPICKLING, facts=(("last_error", "?"),)).endswith("@memory.load")


def test_a_source_that_could_not_be_read_leaves_no_mark():
    incident = detected(of(STATUS))
    gone = Evidence("", "logs", Found.UNREADABLE, "HTTP 503", (("top_error", "X: y"),))
    seen = incident.after(Event(Kind.TRIAGED, NOW, evidence=(gone,)))
    assert str(fingerprint(seen)) == "http:status||"


def test_as_text_and_back():
    one = Fingerprint("service:crash", "code_error", "EOFError@memory.load")
    assert Fingerprint.read(str(one)) == one
    assert str(Fingerprint.read("")) == ""
    assert one.words == ("service_crash", "code_error")
    assert (one.names_error, one.what_failed) == (True, "service:crash")
    assert Fingerprint("sql:unexpected@jobs").what_failed == "sql:unexpected"


@fuzz
@given(TEXT, TEXT, TEXT, TEXT, st.text(alphabet="0:|@.<>-_ab\n\x00'\"", max_size=3000))
def test_hostile_text_never_raises_and_stays_in_bounds(check, code, note, title, where):
    trouble = of((check, code, note), top=(title, where), state=note, database=(code, title))
    found = fingerprint(opened(trouble))
    assert Fingerprint.read(str(found)) == (found if str(found) else Fingerprint())
    assert all(len(part) <= LONGEST for part in (found.check, found.category, found.error))
    assert not any("|" in part or "\n" in part for part in (found.check, found.error))
