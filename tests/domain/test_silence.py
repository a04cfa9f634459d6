"""What a silence covers, how it is typed, and that it always ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import Kind
from bot.domain.silence import (
    LONGEST,
    Silence,
    Sort,
    Wanted,
    covers,
    length_of,
    maintained,
    maintenance_of,
    silence_of,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SERVICES = ("life-os", "side project")
CHECKS = ("service", "http", "http:login page", "sql:goals")


def silence(service="", check="", pattern="", kind=Sort.SILENCE, **more):
    return Silence(1, service, check, pattern, NOON, NOON + HOUR, "Ann", 1, kind=kind, **more)


@pytest.mark.parametrize(
    ("what", "covered"),
    [
        ({}, True),
        ({"service": "life-os"}, True),
        ({"service": "other"}, False),
        ({"check": "http"}, True),
        ({"check": "http:login"}, True),
        ({"check": "http:other"}, False),
        ({"check": "sql"}, False),
        ({"pattern": "TIMED out"}, True),
        ({"pattern": "refused"}, False),
        ({"pattern": ".*"}, False),
        ({"service": "life-os", "check": "http", "pattern": "timed"}, True),
        ({"service": "other", "check": "http", "pattern": "timed"}, False),
    ],
)
def test_what_is_covered(what, covered):
    found = covers([silence(**what)], "life-os", "http:login", "it timed out", NOON)
    assert (found is not None) is covered


def test_it_holds_from_its_beginning_until_before_its_end():
    one = [silence()]
    moments = [NOON - timedelta(microseconds=1), NOON, NOON + HOUR - timedelta(microseconds=1)]
    held = [covers(one, "a", "b", "", at) is not None for at in [*moments, NOON + HOUR]]
    assert held == [False, True, True, False]


def test_what_is_lifted_covers_nothing_from_then_on():
    one = silence(lifted_at=NOON + HOUR / 2, lifted_by="Ben")
    assert covers([one], "a", "b", "", NOON + HOUR / 4)
    assert covers([one], "a", "b", "", NOON + HOUR / 2) is None


def incident(*checks, service="life-os"):
    first, *more = checks or ("",)
    opened = Incident.opened(1, service, Event(Kind.DETECTED, NOON, check=first, note="timed out"))
    for check in more:
        opened = opened.after(Event(Kind.JOINED, NOON, check=check, note="refused"))
    return opened


def test_an_incident_lies_in_a_maintenance_when_all_that_fails_does():
    window = silence("life-os", kind=Sort.MAINTENANCE)
    partly = silence("life-os", "http", kind=Sort.MAINTENANCE)
    assert maintained([window], incident("http", "service"), NOON) is window
    assert maintained([partly], incident("http", "service"), NOON) is None
    assert maintained([partly], incident("http"), NOON) is partly
    assert maintained([window], incident("http", service="other"), NOON) is None
    assert maintained([silence("life-os")], incident("http"), NOON) is None
    assert maintained([window], incident(), NOON) is window
    assert maintained([partly], incident(), NOON) is None
    assert maintained([window], incident("http"), NOON + HOUR) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("http 2h because of a deploy", Wanted("", "http", "", 2 * HOUR, "of a deploy")),
        ("http 2h a deploy", Wanted("", "http", "", 2 * HOUR, "a deploy")),
        ("life-os 30m", Wanted("life-os", length=HOUR / 2)),
        ("LIFE-OS HTTP 1h30m", Wanted("life-os", "http", length=1.5 * HOUR)),
        ("life-os/http 90min", Wanted("life-os", "http", length=1.5 * HOUR)),
        ("http", Wanted(check="http")),
        ("http because we know", Wanted(check="http", note="we know")),
        ("http:login page 1d", Wanted(check="http:login page", length=24 * HOUR)),
        ("side project sql 1h", Wanted("side project", "sql")),
        ("“Timed out” 1h", Wanted(pattern="Timed out")),
        ('life-os "timed  out" 2h', Wanted("life-os", pattern="timed out", length=2 * HOUR)),
        ("„pool full“ http", Wanted(check="http", pattern="pool full")),
        ("'rate limit' 1h", Wanted(pattern="rate limit")),
        ("all 10m moving house", Wanted(length=HOUR / 6, note="moving house")),
    ],
)
def test_what_can_be_typed(text, wanted):
    assert silence_of(text, SERVICES, CHECKS) == wanted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2h", "say what: life-os, side project, service, http, sql, http:login page, sql:goals"),
        ("htpt 2h", "say what: "),
        ("httpx 2h", "say what: "),
        ("http 2x", "say for how long"),
        ("http for 2h", "say for how long"),
        ("http 0m", "say for how long"),
        ("http 8d", "at most 7d"),
        ("http 9999d", "at most 7d"),
        ("http 99999999999999999999d", "say for how long"),
        ("http -2h", "say for how long"),
        ("“ab” 1h", "covers too much"),
        ("“” 1h", "covers too much"),
        ("“\u200b\u200b\u200b\u200b” 1h", "covers too much"),
    ],
)
def test_bad_input_is_refused_in_one_line(text, why):
    with pytest.raises(Refused, match=why) as refused:
        silence_of(text, SERVICES, CHECKS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1h", Wanted()),
        ("2h life-os", Wanted("life-os", length=2 * HOUR)),
        (
            "2h life-os because of PostgreSQL 17",
            Wanted("life-os", "", "", 2 * HOUR, "of PostgreSQL 17"),
        ),
        ("2h new disk", Wanted("", "", "", 2 * HOUR, "new disk")),
        ("2h Side Project", Wanted("side project", length=2 * HOUR)),
    ],
)
def test_a_maintenance_as_it_is_typed(text, wanted):
    assert maintenance_of(text, SERVICES) == wanted


@pytest.mark.parametrize("text", ["", "life-os", "life-os 1h", "8d", "0h"])
def test_a_maintenance_has_a_length(text):
    with pytest.raises(Refused, match="say for how long"):
        maintenance_of(text, SERVICES)


def test_a_secret_in_a_reason_is_masked():
    note = silence_of("http 1h password=hunter22", SERVICES, CHECKS).note
    assert "hunter22" not in note
    assert note.startswith("password=[secret:")


@pytest.mark.parametrize(
    ("text", "hours"), [("30m", 0.5), ("2h", 2), ("1h30m", 1.5), ("1d", 24), ("1D2H3MIN", 26.05)]
)
def test_lengths(text, hours):
    assert length_of(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "h", "2", "2h 30m", "1.5h", "30m2h", "²h", "2hours"])
def test_no_lengths(text):
    assert length_of(text) is None


@given(st.text(max_size=80))
def test_whatever_is_typed_ends_or_is_refused(text):
    for read in (
        lambda: silence_of(text, SERVICES, CHECKS),
        lambda: silence_of(f"http {text}", SERVICES, CHECKS),
        lambda: maintenance_of(text, SERVICES),
    ):
        try:
            wanted = read()
        except Refused:
            continue
        assert timedelta() < wanted.length <= LONGEST
        assert len(wanted.note) <= 200
