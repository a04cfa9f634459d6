"""The small parts: times, levels, patterns, folds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.pace import Pace
from bot.sandbox.render.logs import guess_level, pattern
from bot.sandbox.render.metrics import Meter, Window, series
from bot.sandbox.render.state import Failure, Sample, Spec
from bot.sandbox.render.times import parse, stamp

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [
        (0, "2026-03-02T12:00:00Z"),
        (460_450, "2026-03-02T12:00:00.46045Z"),
        (1, "2026-03-02T12:00:00.000001Z"),
        (500_000, "2026-03-02T12:00:00.5Z"),
    ],
)
def test_fraction_digits_vary(microsecond, text):
    at = NOON.replace(microsecond=microsecond)
    assert stamp(at) == text
    assert parse(text) == at


def test_other_offsets_are_understood():
    assert parse("2026-03-02T13:00:00+01:00") == NOON


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2026-03-02 12:00:00,000 - httpx - INFO - 200 OK, no error", "info"),
        ("WARNING:root:slow query", "warning"),
        ("[WARN] low disk", "warning"),
        ("CRITICAL out of everything", "critical"),
        ("DEBUG error budget left", "debug"),
        ("Traceback (most recent call last):", "error"),
        ("psycopg2.OperationalError: server closed the connection", "error"),
        ("DeprecationWarning: old", "warning"),
        ("Bot is running!", "info"),
        ("", "info"),
    ],
)
def test_guess_level(text, level):
    assert guess_level(text) == level


def test_patterns():
    assert pattern("a*c").search("abc")
    assert not pattern("a*c").search("xabc")
    assert pattern("a.c", inside=True).search("xA.Cx")
    assert not pattern("a.c", inside=True).search("abc")
    with pytest.raises(ValueError, match="regular expression"):
        pattern("/(/")


@pytest.mark.parametrize(
    ("failure", "details"),
    [
        (Failure(exit_code=1), {"evicted": False, "nonZeroExit": 1}),
        (Failure(exit_code=0), {"evicted": False, "earlyExit": True}),
        (
            Failure(exit_code=137, oom_limit="1Mi"),
            {"evicted": False, "oomKilled": {"memoryLimit": "1Mi"}},
        ),
        (
            Failure(timed_out=(900, "slow")),
            {"evicted": False, "timedOutSeconds": 900, "timedOutReason": "slow"},
        ),
        (Failure(unhealthy="slow"), {"evicted": False, "unhealthy": "slow"}),
        (Failure(evicted="full"), {"evicted": True, "evictionReason": "full"}),
    ],
)
def test_failures(failure, details):
    assert failure.details() == details


def test_samples_are_folded_into_steps():
    meter = Meter()
    for second, cpu in enumerate((0.1, 0.3, 0.2, 0.9)):
        at = NOON + timedelta(seconds=second)
        meter.record(at, [Sample(at, "i-1", 100 * (second + 1), cpu)])
    spec = Spec(("true",), None, Path())

    def values(name, fold="AVG", instances=frozenset()):
        window = Window(NOON, NOON + timedelta(seconds=9), 2.0, instances, fold)
        return [
            [point["value"] for point in one["values"]]
            for one in series(name, "srv-a", meter, spec, window)
        ]

    assert values("cpu") == [[pytest.approx(0.2), pytest.approx(0.55)]]
    assert values("cpu", "MAX") == [[0.3, 0.9]]
    assert values("cpu", "MIN") == [[0.1, 0.2]]
    assert values("memory") == [[200, 400]]
    assert values("cpu-limit") == [[0.5, 0.5]]
    assert values("instance-count") == [[1, 1]]
    assert values("cpu", instances=frozenset({"i-2"})) == []


def test_pace():
    pace = Pace(20)
    assert (pace.real(60), pace.rate(30)) == (3, 600)
    with pytest.raises(ValueError, match="above zero"):
        Pace(0)
