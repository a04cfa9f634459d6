"""Where memory is going, told from rows of every shape that a service's memory has."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.measures.points import LARGEST
from bot.domain.measures.trend import MOST, Course, trend

START = datetime(2026, 3, 2, 11, tzinfo=UTC)
LIMIT = 512.0
DICE = random.Random(5)


def minute(n):
    return START + timedelta(minutes=n)


def row(values):
    return [(minute(n), float(value)) for n, value in enumerate(values)]


def noisy(values, by):
    return [value + DICE.uniform(-by, by) for value in values]


SHAPES = {
    "a leak": (noisy([100 + 6 * n for n in range(60)], 8), Course.RISING),
    "a slow leak": (noisy([300 + n for n in range(60)], 8), Course.RISING),
    "a leak of ten minutes": (noisy([100 + 10 * n for n in range(10)], 3), Course.RISING),
    "a leak that speeds up": ([100 + 0.1 * n * n for n in range(60)], Course.RISING),
    "a leak with one peak": ([*range(100, 130), 400, *range(131, 160)], Course.RISING),
    "a leak since a restart": ([400] * 20 + [60 + 5 * n for n in range(40)], Course.RISING),
    "flat": ([210] * 60, Course.FLAT),
    "flat with noise": (noisy([210] * 60, 10), Course.FLAT),
    "a start that settles": ([50, 120, 170, 190] + [200] * 56, Course.FLAT),
    "a slow start": ([100 + 200 * (1 - math.exp(-n / 12)) for n in range(60)], Course.FLAT),
    "one step": ([100] * 30 + [300] * 30, Course.FLAT),
    "one late step": ([100] * 40 + [300] * 20, Course.UNEVEN),
    "one peak": ([200] * 30 + [450] + [200] * 29, Course.FLAT),
    "killed again and again": ([60 + n % 20 * 22 for n in range(60)], Course.SAWTOOTH),
    "waves": ([200 + 80 * math.sin(n / 6) for n in range(60)], Course.UNEVEN),
    "falling": ([500 - 6 * n for n in range(60)], Course.UNEVEN),
    "just restarted": ([400] * 55 + [60, 70, 80, 90, 100], Course.SHORT),
    "three points": ([1, 2, 3], Course.SHORT),
    "all zero": ([0] * 60, Course.FLAT),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_told(name):
    values, expected = SHAPES[name]
    found = trend(row(values), LIMIT)
    assert found.course is expected
    assert (found.slope > 0) == (expected is Course.RISING or name == "killed again and again")


def test_a_leak_is_foretold():
    found = trend(row([100 + 6 * n for n in range(60)]), LIMIT)
    assert found.slope == pytest.approx(6)
    assert (found.now, found.low, found.high) == (454, 100, 454)
    assert (found.since, found.until) == (minute(0), minute(59))
    assert found.minutes_to(LIMIT) == pytest.approx(58 / 6)


def test_what_speeds_up_is_foretold_by_its_later_half():
    found = trend(row([100 + 0.1 * n * n for n in range(60)]), LIMIT)
    assert 8 < found.slope < 11.8  # the whole would say 5.9


def test_after_a_restart_only_the_run_since_counts():
    found = trend(row([400] * 20 + [60 + 5 * n for n in range(40)]), LIMIT)
    assert found.drops == (minute(20),)
    assert (found.since, found.slope) == (minute(20), pytest.approx(5))


def test_the_teeth_of_a_saw_are_counted_and_the_last_one_is_foretold():
    found = trend(row([60 + n % 20 * 22 for n in range(60)]), LIMIT)
    assert found.drops == (minute(20), minute(40))
    assert found.minutes_to(LIMIT) == pytest.approx((LIMIT - 478) / 22)


def test_a_fall_over_some_minutes_is_one():
    found = trend(row([400] * 20 + [300, 200, 100] + [100] * 20), LIMIT)
    assert found.drops == (minute(22),)


@pytest.mark.parametrize("values", [[500] * 60, [100 - n for n in range(60)]])
def test_what_does_not_rise_is_never_full(values):
    assert trend(row(values), LIMIT).minutes_to(LIMIT) is None


def test_what_is_full_or_would_be_in_days_is_not_foretold():
    leak = trend(row([100 + 6 * n for n in range(60)]), LIMIT)
    assert leak.minutes_to(400) is None
    assert leak.minutes_to(1_000_000) is None


def test_nothing_and_one_point():
    assert trend([], LIMIT) is None
    assert trend(row([7]), LIMIT).course is Course.SHORT


def test_without_a_limit_the_highest_is_the_scale():
    assert trend(row([100 + 6 * n for n in range(60)])).course is Course.RISING
    assert trend(row([-5] * 60)).course is Course.FLAT


def test_points_of_the_same_time_do_no_harm():
    assert trend([(START, 1.0), (START, 900.0)] * 10, LIMIT).slope == 0


MEASURED = st.floats(-LARGEST, LARGEST) | st.floats() | st.integers(0, 10**9).map(float)


@given(st.lists(st.tuples(st.integers(0, 10**6).map(minute), MEASURED), max_size=3 * MOST))
def test_any_row_has_a_course(points):
    found = trend(points, LIMIT)
    finite = [v for _, v in points if abs(v) <= LARGEST]
    assert (found is None) == (not finite)
    if found:
        assert min(finite) <= found.low <= found.now <= found.high <= max(finite)
        assert found.slope >= 0
