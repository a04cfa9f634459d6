"""Which variables may be set and shown, how they stand, and what waits for a deploy."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Live, Proposal, Risk
from bot.domain.variables import Known, facts, known, may_be_secret, read, set_since, why_not

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "ANTHROPIC_API_KEY",
            "DB_PASSWORD",
            "TELEGRAM_BOT_TOKEN",
            "CLIENT_SECRET",
            "JWT",
            "PGPASS",
        ),
        *("DATABASE_URL", "SENTRY_DSN", "REDIS_URI", "SLACK_WEBHOOK", "CREDENTIALS", "SESSION"),
    ],
)
def test_names_that_may_be_secret(name):
    assert may_be_secret(name)
    assert "may be a secret" in why_not(name, "on")


@pytest.mark.parametrize("name", ["LOG_LEVEL", "FEATURE_ASK", "WORKERS", "LIFE_OS_TICK_SECONDS"])
def test_names_that_are_none(name):
    assert not may_be_secret(name)
    assert why_not(name, "on") == ""


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("DEBUG", ""),
        ("x" * 200, ""),
        ("two words", ""),
        ("", "1 to 200"),
        ("x" * 201, "1 to 200"),
        (" on", "no blanks around"),
        ("a\nb", "plain characters"),
        ("ä", "plain characters"),
        ("\u202eon", "plain characters"),
        ("sk-ant-api03-Zx9QmT4vB7nK2pL8sD5fG1hJ6wE3rY0u", "looks like a secret"),
        ("postgresql://u:hunter2@h/db", "looks like a secret"),
    ],
)
def test_values(value, why):
    said = why_not("LOG_LEVEL", value)
    assert why in said if why else said == ""


def test_as_evidence_keeps_them_and_back():
    found = known({"A": "1", "B": None, "C": "x" * 300}, waiting=["A"])
    assert found == Known({"A": "1"}, frozenset("B"), frozenset("C"), frozenset("A"))
    kept = Evidence("V1", "variables", Found.SOMETHING, "…", facts(found))
    assert read([kept]) == ("V1", found)
    assert "xxx" not in repr(kept)
    assert read([]) is None
    assert found.state(["A", "B", "C"]) == "set to A=1, B unset, C hidden"


def proposal(action, target):
    return Proposal(f"3.{action}", action, target, Risk.HIGH, "", "", (), Live(), NOW)


@pytest.mark.parametrize(
    ("action", "target", "expected"),
    [
        ("set-variable", "A=x=y with commit z", {"A": "x=y with commit z"}),
        ("feature", "A=off with commit bbb", {"A": "off"}),
        ("restart", "srv-1", {}),
    ],
)
def test_what_acts_have_asked_for_since_a_deploy(action, target, expected):
    one = proposal(action, target)
    incident = Incident.opened(1, "life-os", Event(Kind.DETECTED, NOW, check="logs"))
    for kind in (Kind.TRIAGED, Kind.APPROVED, Kind.STARTED):
        incident = incident.after(Event(kind, NOW, offer=one.id, proposals=(one,)))
    assert set_since(incident, NOW - timedelta(minutes=1)) == expected
    assert set_since(incident, NOW) == {}
