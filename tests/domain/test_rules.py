"""When a message may make a sound."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.check import Patience, Result, Seen
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
    assert rules.patience_of("life-os", "logs") == Patience(1, 1)
    assert rules.patience_of("life-os", "http") == Patience(3, 2)


def test_a_check_that_a_person_added_goes_by_its_own_name_then_by_its_kind():
    mine = {"http": Patience(3, 2), "life-os/http:login": Patience(1, 1)}
    rules = Rules(patience_for=mine)
    assert rules.patience_of("life-os", "http:login") == Patience(1, 1)
    assert rules.patience_of("other", "http:login") == Patience(3, 2)


def test_how_bad_a_look_is_may_be_set_for_one_check():
    rules = Rules(severity_for={"life-os/http:login": Severity.P3})
    looks = [
        Result("life-os", name, Seen.FAIL, at(3), "refused") for name in ("http:login", "http")
    ]
    assert [rules.severity_of(look) for look in looks] == [Severity.P3, Severity.P0]


LEANS = {"page": ("life-os", "mail"), "life-os": ("anthropic",), "mail": ("page",)}


def test_kin_are_what_it_leans_on_and_what_leans_on_it_and_a_circle_ends():
    rules = Rules(leans_on=LEANS)
    assert rules.roots("page") == ("life-os", "mail", "anthropic")
    assert set(rules.kin("anthropic")) == {"page", "life-os", "mail"}
    assert rules.kin("stranger") == ()


@pytest.mark.parametrize(
    ("check", "root", "follows"),
    [
        ("logs", "anthropic", True),
        ("sql:goals", "anthropic", True),
        ("http", "anthropic", False),  # a process does not die of somebody else's outage
        ("service", "anthropic", False),
        ("http", "life-os", True),
        ("service", "life-os", False),
        ("postgres", "life-os", False),
    ],
)
def test_what_may_follow_from_what(check, root, follows):
    rules = Rules(leans_on=LEANS, upstreams=frozenset({"anthropic"}))
    assert rules.may_follow(check, root) is follows


def test_a_question_ends_before_the_offer_it_rests_on():
    assert timedelta() < Rules().ask_valid <= Rules().offer_valid
