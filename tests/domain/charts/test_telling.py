"""Of all that could be drawn, what tells most; and what is known of a log that was read twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.cause import Cause, Sure
from bot.domain.charts.chart import around
from bot.domain.charts.plots import errors
from bot.domain.charts.telling import Subject, log_of, metrics_of, subject
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.measures.points import packed
from bot.domain.moves import Kind
from bot.domain.severity import Severity

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MEMORY = Evidence("M1", "metrics", Found.SOMETHING, "", (("memory_points", packed([(NOW, 5.0)])),))


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def log(counts, begins=60.0, found=Found.SOMETHING):
    """Evidence L1: so many errors so many minutes ago."""
    points = packed((ago(minutes), count) for minutes, count in counts.items())
    facts = (("errors_points", points), ("log_begins", ago(begins).isoformat()))
    return Evidence("L1", "logs", found, "", facts)


def incident(*evidence, check="http", code="refused", category="none", at=5.0):
    first = Event(
        Kind.DETECTED, ago(10), check=check, code=code, severity=Severity.P0, note="it fails"
    )
    cause = Cause("it is down", "", Sure.LIKELY, category)
    look = Event(Kind.TRIAGED, ago(at), evidence=evidence, cause=cause)
    return replace(Incident.opened(7, "life-os", first), timeline=(first, look))


@pytest.mark.parametrize(
    ("known", "tells"),
    [
        (incident(), Subject.CHECKS),
        (incident(log({8: 2})), Subject.CHECKS),
        (incident(log({8: 2, 6: 1})), Subject.ERRORS),
        (incident(log({50: 90})), Subject.CHECKS),  # long before the trouble
        (incident(log({8: 9}), code="slow"), Subject.TIMES),
        (incident(log({8: 9}), check="service", code="out_of_memory"), Subject.ERRORS),
        (incident(log({8: 9}), MEMORY, check="service", code="out_of_memory"), Subject.MEMORY),
        (incident(log({8: 9}), MEMORY, category="out_of_memory"), Subject.MEMORY),
        (incident(log({8: 9}), MEMORY), Subject.ERRORS),
    ],
)
def test_what_tells_most(known, tells):
    assert subject(known) is tells


def test_two_looks_at_one_log_are_one_row():
    found = log_of(incident(log({9: 4, 5: 1})), log({5: 3, 1: 2}, begins=9), NOW)
    assert [count for _, count in found.per_minute] == [4, 3, 2]
    assert found.since == ago(60)
    assert found.unread == ()


def test_what_was_not_read_between_two_looks_is_said():
    known = incident(log({9: 4}, begins=30), at=8)
    found = log_of(known, log({1: 2}, begins=3), NOW)
    assert found.unread == ((ago(8), ago(3)),)
    frame = around(known, NOW)
    chart = errors(frame, found.per_minute, since=found.since, unread=found.unread)
    assert chart.subtitle == "most 4 at 11:51, now 0.4 a minute, 11:52–11:57 not read"


@pytest.mark.parametrize("begins", ["", "soon", "2026-03-02T11:00:00"])
def test_a_look_that_read_nothing_tells_nothing(begins):
    silent = replace(log({9: 4}), facts=(("errors_points", "1 0:3"), ("log_begins", begins)))
    assert log_of(incident(silent)).per_minute == ()
    assert log_of(incident(log({9: 4}, found=Found.UNREADABLE))).since is None


def test_the_newest_figures_that_could_be_read():
    unread = replace(MEMORY, found=Found.UNREADABLE)
    assert metrics_of([MEMORY, unread]) is MEMORY
    assert metrics_of([unread]).summary == "no figures"
