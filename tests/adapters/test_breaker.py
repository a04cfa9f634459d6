"""What fails again and again is left alone for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.breaker import Breaker
from bot.ports import Unavailable

NOW = datetime(2026, 1, 1, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def line(breaker, at):
    """What is said while it is open; "" while it is not."""
    try:
        breaker.check(at)
    except Unavailable as gone:
        return str(gone)
    return ""


def test_it_opens_at_the_third_failure_in_a_row():
    breaker = Breaker()
    for _ in range(2):
        breaker.failed(NOW, "HTTP 500")
        assert line(breaker, NOW) == ""
    breaker.well()
    for _ in range(3):
        assert line(breaker, NOW) == ""
        breaker.failed(NOW, "HTTP 500")
    said = "not asked before 03:17 UTC after 3 failures, the last: HTTP 500"
    assert line(breaker, NOW + 4 * MINUTE) == said
    assert line(breaker, NOW + 5 * MINUTE) == ""


def test_one_more_failure_opens_it_again():
    breaker = Breaker(most=1)
    breaker.failed(NOW, "x")
    later = NOW + 6 * MINUTE
    assert line(breaker, later) == ""
    breaker.failed(later, "x")
    assert line(breaker, later + 4 * MINUTE).startswith("not asked before 03:23 UTC")


def test_the_longer_rest_stays():
    breaker = Breaker(most=1)
    breaker.rest(NOW + timedelta(hours=1), "asked to wait")
    breaker.failed(NOW, "x")
    assert line(breaker, NOW + 30 * MINUTE) == "asked to wait"


@pytest.mark.parametrize("permanent", [True, False])
def test_whether_asking_again_helps_is_told(permanent):
    breaker = Breaker()
    breaker.rest(NOW + MINUTE, "no key", permanent=permanent)
    with pytest.raises(Unavailable) as caught:
        breaker.check(NOW)
    assert caught.value.permanent is permanent
