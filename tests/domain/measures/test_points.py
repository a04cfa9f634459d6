"""Rows of any length become rows of a bounded one that look the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.measures.points import (
    LARGEST,
    MOST,
    MOST_PACKED,
    merged,
    ordered,
    packed,
    thin,
    unpacked,
)

START = datetime(2026, 3, 2, 11, tzinfo=UTC)
TIMES = st.integers(0, 10**7).map(lambda n: START + timedelta(seconds=n))
ROWS = st.lists(st.tuples(TIMES, st.floats(-1e6, 1e6)), max_size=400)


def row(values, seconds=60):
    return [(START + timedelta(seconds=seconds * n), float(v)) for n, v in enumerate(values)]


def test_a_short_row_stays_as_it_is():
    assert thin(row(range(MOST))) == tuple(row(range(MOST)))


def test_a_long_row_keeps_its_ends_and_its_single_peak():
    values = [10.0] * 100_000
    values[43_210], values[77_777] = 999.0, -3.0
    kept = thin(row(values, 1))
    assert len(kept) <= MOST
    assert (kept[0], kept[-1]) == (row(values, 1)[0], row(values, 1)[-1])
    assert {999.0, -3.0} <= {value for _, value in kept}


@given(ROWS, st.integers(4, 60))
def test_what_is_kept_is_some_of_it_in_order_with_its_extremes(points, most):
    kept = thin(points, most)
    assert len(kept) <= most
    assert list(kept) == sorted(kept)
    assert set(kept) <= set(points)
    if points:
        values = [value for _, value in points]
        assert {max(values), min(values)} <= {value for _, value in kept}


def test_what_is_no_number_is_left_out():
    points = [(START, float("nan")), (START, float("inf")), (START, 2 * LARGEST), (START, 1.0)]
    assert ordered(points) == thin(points) == ((START, 1.0),)


def test_of_several_rows_the_highest_at_each_time():
    assert merged([row([1, 5]), row([3, 2, 4])]) == tuple(row([3, 5, 4]))


def test_a_row_goes_into_a_fact_and_comes_out():
    points = row([210.25, 211, 475])
    assert packed(points) == "1772449200 0:210.25 60:211 120:475"
    assert unpacked(packed(points)) == tuple(points)
    assert unpacked(packed([])) == ()


@given(ROWS)
def test_a_packed_row_is_short_and_nearly_the_same(points):
    text = packed(points)
    kept = thin(points, MOST_PACKED)
    assert len(text) <= 30 * MOST_PACKED
    read = unpacked(text)
    assert [round(at.timestamp()) for at, _ in read] == [round(at.timestamp()) for at, _ in kept]
    assert sum(v for _, v in read) == pytest.approx(sum(v for _, v in kept), rel=1e-4, abs=10)


@given(
    st.text()
    | st.lists(st.sampled_from(["0:1", "9e99:1", "x:1", "1:nan", "-1e18:2", ":"])).map(
        lambda words: " ".join(["1772449200", *words])
    )
)
def test_any_text_is_read_as_what_it_holds(text):
    assert all(at.tzinfo and abs(value) <= LARGEST for at, value in unpacked(text))
