"""How bad each failure is, and whether it can be said on a locked screen."""

import pytest

from bot.adapters.postgres_codes import CODES, OURS
from bot.domain.severity import MEANING, PAST, TABLE, UNKNOWN, Row, Severity, row, worst

ON_SCREEN = 60  # characters a lock screen is sure to show
ROWS = [*TABLE.values(), UNKNOWN]

# What bot/domain/platform.py says of a service, with bot/adapters/render_answers.py's failures.
SERVICE = {"suspended", "crash_loop", "crashed", "deploy_failed", "out_of_memory", "unhealthy"}
SERVICE |= {"memory", "deploy_stuck"}  # bot/adapters/checks/render_service.py
# bot/adapters/checks/http.py: its own three, and what it makes of the network's.
HTTP = {"unavailable", "status", "slow", "timeout", "refused", "gateway", "content"}
LOGS = {"not_started", "error_rate", "rate_limit", "disk_full"}  # bot/adapters/checks/logs.py
# bot/adapters/postgres.py: by SQLSTATE, what the network says (as it is or renamed), and its own.
POSTGRES = {code for code, _ in CODES.values()} | set(OURS.values())
POSTGRES |= {"refused", "timeout", "slow", "error", "auth", "name"}
POSTGRES |= {"read_only", "connections", "blocked", "disk", "wraparound"}
POSTGRES |= {"long_transaction", "replication"}
OTHERS = {
    "certificate": {"expired", "invalid", "expiring"},
    "telegram": {"token", "deaf", "webhook", "delivery"},
    "heartbeat": {"late", "failed"},
    "sql": {"unexpected", "error"},
    "job": {"failed", "late"},
    "statuspage": {"outage"},
    "reach": {"unreachable"},
    "alert": {"raised", "warning"},
}
PRODUCED = [
    *(("service", code) for code in sorted(SERVICE)),
    *(("http", code) for code in sorted(HTTP)),
    *(("logs", code) for code in sorted(LOGS)),
    *(("postgres", code) for code in sorted(POSTGRES)),
    *((kind, code) for kind, codes in OTHERS.items() for code in sorted(codes)),
]


@pytest.mark.parametrize(("check", "code"), PRODUCED)
def test_every_code_that_is_produced_has_its_row(check, code):
    assert (check, code) in TABLE
    assert row(check, code) is TABLE[check, code]


def test_every_row_is_produced_by_something():
    assert set(PRODUCED) == set(TABLE)


@pytest.mark.parametrize("known", ROWS, ids=lambda r: r.reason)
def test_a_row_can_be_told_afterwards_and_fits_on_a_locked_screen(known):
    assert known.was
    assert known.reason
    assert len(f"🔴 P0 life-os {known.impact} · since 03:12") <= ON_SCREEN


def test_a_long_name_leaves_room_for_the_severity_and_most_of_the_impact():
    for known in ROWS:
        assert len(f"🔴 P0 {'n' * 20} {known.impact}") <= ON_SCREEN


def test_no_past_tense_is_left_over():
    assert set(PAST) == {known.impact for known in ROWS}


def test_what_has_no_row_is_a_cautious_p1():
    assert row("http", "nobody has thought of this") is UNKNOWN
    assert UNKNOWN.severity is Severity.P1


def test_a_row_without_a_past_is_a_mistake_that_shows():
    with pytest.raises(KeyError):
        Row(Severity.P1, "does something new", "because").was  # noqa: B018 - reading it raises


@pytest.mark.parametrize(
    ("severities", "found"),
    [
        (["P3"], "P3"),
        (["P3", "P0", "P1"], "P0"),
        (["P2", "P1"], "P1"),
    ],
)
def test_the_worst(severities, found):
    assert worst(Severity(s) for s in severities) is Severity(found)


def test_p0_and_p1_wake_and_everything_has_a_meaning():
    assert [s for s in Severity if s.wakes] == [Severity.P0, Severity.P1]
    assert set(MEANING) == set(Severity)
