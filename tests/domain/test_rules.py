"""When a message may make a sound."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.check import Patience
from bot.domain.rules import Rules
from bot.domain.severity import Severity

P0, P1, P2, P3 = Severity
TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


def at(hour, minute=0):
    return datetime(2026, 1, 1, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("hour", range(24))
def test_p0_and_p1_are_heard_at_any_hour_and_p3_never(hour):
    rules = Rules()
    assert rules.audible(P0, at(hour))
    assert rules.audible(P1, at(hour))
    assert not rules.audible(P3, at(hour))


@pytest.mark.parametrize(
    ("when", "zone", "heard"),
    [
        (at(7, 59), UTC, False),
        (at(8), UTC, True),
        (at(21, 59), UTC, True),
        (at(22), UTC, False),
        (at(3), UTC, False),
        (at(3), TOKYO, True),  # noon there
        (at(14), TOKYO, False),  # 23:00 there
        (at(14), NEW_YORK, True),  # 09:00 there
        (at(12, 30), NEW_YORK, False),  # 07:30 there
    ],
)
def test_p2_is_heard_by_day_where_the_readers_are(when, zone, heard):
    assert Rules(zone=zone).audible(P2, when) is heard


def test_p2_follows_the_clock_of_summer_too():
    rules = Rules(zone=ZoneInfo("Europe/Berlin"))
    winter, summer = (
        datetime(2026, 1, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 6, 30, tzinfo=UTC),
    )
    assert not rules.audible(P2, winter)
    assert rules.audible(P2, summer)


def test_the_day_is_a_setting():
    assert Rules(day=(0, 24)).audible(P2, at(3))
    assert not Rules(day=(0, 0)).audible(P2, at(12))


def test_each_check_has_its_own_patience_or_the_common_one():
    rules = Rules(patience=Patience(3, 2), patience_for={"logs": Patience(1, 1)})
    assert rules.patience_of("logs") == Patience(1, 1)
    assert rules.patience_of("http") == Patience(3, 2)


def test_a_question_ends_before_the_offer_it_rests_on():
    assert timedelta() < Rules().ask_valid <= Rules().offer_valid
