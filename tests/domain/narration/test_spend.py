"""Prices, the worst a call can cost, and the caps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.narration.spend import (
    DOLLAR,
    PRICES,
    Caps,
    Spent,
    Usage,
    Wish,
    cost,
    dollars,
    price,
    refusal,
    this_month,
    today,
    worst,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SONNET, HAIKU = "claude-sonnet-5-5", "claude-haiku-5-5"
CAPS = Caps.of(0.50, 5.00, calls=3)


def wish(amount=100_000, incident=7):
    return Wish(SONNET, "note", amount, NOON, incident)


@pytest.mark.parametrize(
    ("model", "usage", "paid"),
    [
        (SONNET, Usage(input=12_000, output=3_000), 0.054),
        (HAIKU, Usage(input=12_000, output=3_000), 0.0027),
        ("claude-opus-5-5", Usage(input=12_000, output=3_000), 0.108),
        (SONNET, Usage(read=1_000_000), 0.10),
        (SONNET, Usage(written=1_000_000), 2.50),
        (SONNET, Usage(written_hour=1_000_000), 4.00),
        (HAIKU, Usage(input=100_000), 0.01),
        (HAIKU, Usage(input=60_000, read=40_001), 0.032001),  # all at the long price
        (f"{SONNET}-20260901", Usage(output=1_000), 0.01),
        ("claude-unknown-9", Usage(input=1_000, output=1_000), 0.06),
        (SONNET, Usage(), 0),
    ],
)
def test_what_it_did_cost(model, usage, paid):
    assert cost(model, usage) == pytest.approx(paid * DOLLAR, abs=1)


@given(
    st.sampled_from([*PRICES, "claude-unknown-9"]),
    st.integers(0, 400_000),
    st.integers(0, 8_000),
    st.floats(0, 1),
)
def test_the_worst_is_never_passed(model, size, output, cached):
    """Whatever share of the input goes into the cache, if two bytes make at most one token."""
    tokens = size // 2
    written = int(tokens * cached)
    usage = Usage(input=tokens - written, written=written, output=output)
    assert cost(model, usage) <= worst(model, size, output)


def test_usage_adds_up():
    assert Usage(1, 2, 3, 4, 5) + Usage(10, 20, 30, 40, 50) == Usage(11, 22, 33, 44, 55)


def test_an_unknown_model_costs_what_the_dearest_does():
    assert all(price("x").input >= known.input for known in PRICES.values())
    assert all(price("x").output >= known.output for known in PRICES.values())


@pytest.mark.parametrize(
    ("spent", "why"),
    [
        (Spent(), None),
        (Spent(day=400_000, month=400_000), None),
        (Spent(day=400_001), "spending cap of $0.50 a day reached ($0.40 spent or reserved"),
        (Spent(month=4_950_000), "spending cap of $5.00 a month reached ($4.95 spent or reserved"),
        (Spent(calls=3), "Claude was asked 3 times about this incident: that is the most"),
    ],
)
def test_caps(spent, why):
    found = refusal(wish(), spent, CAPS)
    assert found is None if why is None else found.startswith(why)


def test_calls_are_counted_for_incidents_only():
    assert refusal(wish(incident=0), Spent(calls=99), CAPS) is None


@pytest.mark.parametrize("caps", [Caps.of(0, 5), Caps.of(1, 0), Caps.of(-1, 5)])
def test_a_cap_of_nothing_switches_it_off(caps):
    assert refusal(wish(0), Spent(), caps) == "spending on Claude is switched off"


def test_the_big_model_leaves_something_for_the_small_one():
    assert CAPS.for_big() == Caps(400_000, 4_000_000, 3)


def test_questions_leave_something_for_the_notes():
    asked = CAPS.for_questions()
    assert asked == Caps(350_000, 3_500_000, 2, " for questions")
    assert asked.for_big() == Caps(280_000, 2_800_000, 2, " for questions")
    said = refusal(wish(), Spent(day=300_000), asked)
    assert said.startswith("spending cap of $0.35 a day reached for questions")
    assert refusal(wish(), Spent(day=300_000), CAPS) is None


def test_amounts_as_people_read_them():
    said = [dollars(n) for n in (0, 40, 9_999, 10_000, 500_000, 12_345_678)]
    assert said == ["$0.00", "$0.0000", "$0.0100", "$0.01", "$0.50", "$12.35"]


def test_days_and_months_are_those_of_utc():
    assert today(NOON) == datetime(2026, 5, 4, tzinfo=UTC)
    assert this_month(NOON) == datetime(2026, 5, 1, tzinfo=UTC)
