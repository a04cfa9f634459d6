"""Which deploy is in progress, and how long one usually takes."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.deploys import under_way, usual_length
from bot.domain.platform import Deploy

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def made(id, status, created=0, took=None, trigger="new_commit"):
    at = NOW - timedelta(minutes=created)
    ended = at + timedelta(minutes=took) if took is not None else None
    return Deploy(id, status, trigger, created_at=at, finished_at=ended)


@pytest.mark.parametrize(
    ("deploys", "expected"),
    [
        ([], None),
        ([made("a", "live"), made("b", "build_failed")], None),
        ([made("a", "build_in_progress")], "a"),
        ([made("a", "live", 1), made("b", "update_in_progress", 9)], "b"),
        ([made("a", "queued", 1), made("b", "build_in_progress", 9)], "b"),
        ([made("a", "created", 1), made("b", "queued", 9)], "b"),
        ([made("a", "build_in_progress", 1), made("b", "pre_deploy_in_progress", 9)], "a"),
        ([made("a", "hibernating", 1)], None),
    ],
)
def test_what_is_under_way(deploys, expected):
    for order in (deploys, deploys[::-1]):
        found = under_way(order)
        assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("deploys", "minutes"),
    [
        ([], None),
        ([made("a", "live", 9)], None),
        ([made("a", "live", 9, 3)], 3),
        ([made("a", "live", 9, 3), made("b", "deactivated", 99, 5)], 4),
        ([made(str(n), "deactivated", 99, took) for n, took in enumerate((2, 3, 90))], 3),
        ([made("a", "live", 9, 3), made("b", "build_failed", 99, 60)], 3),
        ([made("a", "live", 9, 3), made("b", "deactivated", 99, 1, "rollback")], 3),
    ],
)
def test_how_long_one_usually_takes(deploys, minutes):
    found = usual_length(deploys)
    assert found == (timedelta(minutes=minutes) if minutes is not None else None)
