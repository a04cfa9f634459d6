"""Round moments of the reader's clock."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.charts.timescale import clock, ticks, zone_name

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead


def labels(begin, end, zone=UTC):
    return [tick.label for tick in ticks(begin, end, zone)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (3, ["11:57", "11:58", "11:59", "12:00"]),
        (10, ["11:50", "11:52", "11:54", "11:56", "11:58", "12:00"]),
        (60, ["11:00", "11:10", "11:20", "11:30", "11:40", "11:50", "12:00"]),
        (65, ["11:00", "11:10", "11:20", "11:30", "11:40", "11:50", "12:00"]),
        (90, ["10:30", "10:45", "11:00", "11:15", "11:30", "11:45", "12:00"]),
        (1440, ["12:00", "16:00", "20:00", "2 Mar", "04:00", "08:00", "12:00"]),
        (4 * 1440, ["27 Feb", "28 Feb", "1 Mar", "2 Mar"]),
    ],
)
def test_few_round_moments(minutes, expected):
    assert labels(NOON - timedelta(minutes=minutes), NOON) == expected


def test_they_are_round_on_the_clock_of_the_reader():
    begin = NOON - timedelta(hours=12)
    assert labels(begin, NOON, KATHMANDU) == ["06:00", "08:00", "10:00", "12:00", "14:00", "16:00"]
    (first, *_) = ticks(begin, NOON, KATHMANDU)
    assert first.at == datetime(2026, 3, 2, 0, 15, tzinfo=UTC)


def test_over_the_hour_that_summer_time_skips_and_the_one_that_comes_twice():
    spring = datetime(2026, 3, 29, 0, tzinfo=UTC)
    assert labels(spring, spring + timedelta(hours=5), BERLIN) == [
        "01:00",
        "03:00",
        "04:00",
        "05:00",
        "06:00",
        "07:00",
    ]
    autumn = datetime(2026, 10, 25, 0, tzinfo=UTC)
    found = ticks(autumn - timedelta(hours=1), autumn + timedelta(hours=4), BERLIN)
    assert [tick.label for tick in found] == ["01:00", "02:00", "03:00", "04:00", "05:00"]
    assert all(clock(tick.at, BERLIN) == tick.label for tick in found)


def test_what_is_shorter_than_a_minute_has_its_ends():
    assert labels(NOON - timedelta(seconds=5), NOON) == ["11:59:55", "12:00:00"]
    assert labels(NOON, NOON) == ["12:00:00"]


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (UTC, "UTC"),
        (BERLIN, "CET"),
        (KATHMANDU, "+0545"),
        (timezone(timedelta(hours=-3)), "-0300"),
        (timezone(timedelta(hours=1), "a name of somebody's own"), "+0100"),
        (timezone(timedelta(hours=1), "Ω"), "+0100"),
    ],
)
def test_the_name_of_the_zone(zone, name):
    assert zone_name(NOON, zone) == name


ZONES = st.sampled_from([UTC, BERLIN, KATHMANDU, ZoneInfo("Australia/Lord_Howe")])


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)), st.integers(0, 10**8), ZONES)
def test_any_time_has_few_moments_in_order_within_it(begin, seconds, zone):
    begin = begin.replace(tzinfo=UTC)
    end = begin + timedelta(seconds=seconds)
    found = ticks(begin, end, zone)
    assert len(found) <= 7
    assert all(begin <= tick.at <= end for tick in found)
    assert [t.at for t in found] == sorted({t.at for t in found})
    if seconds >= 120:
        assert found
