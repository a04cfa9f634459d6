"""Hours without sound: of a day, so that they end, and never for the worst."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.rules import Rules
from bot.domain.severity import Severity

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
P0, P1, P2, P3 = Severity
DAY = list(range(24))


def heard(severity, **rules):
    """The hours of a day in which it may be heard."""
    told = Rules(**rules)
    return [h for h in DAY if told.audible(severity, MIDNIGHT + timedelta(hours=h))]


def test_as_it_is_when_nothing_is_set():
    assert [heard(s) for s in Severity] == [DAY, DAY, list(range(8, 22)), []]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [((22, 7), list(range(7, 22))), ((1, 5), [0, *range(5, 24)]), ((5, 5), DAY)],
)
def test_a_p1_may_have_them_over_midnight_too(hours, expected):
    assert heard(P1, quiet={P1: hours}) == expected


def test_they_take_the_place_of_the_day_of_a_p2():
    assert heard(P2, quiet={P2: (23, 6)}) == list(range(6, 23))
    assert heard(P2, quiet={P1: (23, 6)}) == list(range(8, 22))


def test_a_p0_has_none_and_a_p3_is_never_heard():
    every = dict.fromkeys(Severity, (0, 23))
    assert heard(P0, quiet=every) == DAY
    assert heard(P3, quiet=every) == []


def test_the_hours_are_the_readers():
    zone = ZoneInfo("Asia/Tokyo")
    assert heard(P1, quiet={P1: (9, 10)}, zone=zone) == list(range(1, 24))
