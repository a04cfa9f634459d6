"""How bad it is, by table: what failed says who is hurt, and each row says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """P0 is the worst; the order of the names is the order of harm."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def wakes(self) -> bool:
        """Whether it is audible at any hour and repeated until somebody has it."""
        return self in {Severity.P0, Severity.P1}


MEANING = {
    Severity.P0: "bot completely down, database inaccessible, data loss or security breach",
    Severity.P1: "partly working, features broken, severely slow, errors for several users",
    Severity.P2: "one feature broken, intermittent, slow but working",
    Severity.P3: "minor or cosmetic, no user hurt",
}


@dataclass(frozen=True)
class Row:
    """A line of the table. `impact` continues the service's name: "life-os is down …"."""

    severity: Severity
    impact: str
    reason: str

    @property
    def was(self) -> str:
        """The impact once it is over."""
        return PAST[self.impact]


DOWN = "is down for everyone"
NO_DATABASE = "cannot reach its database"
PAST = {
    DOWN: "was down for everyone",
    NO_DATABASE: "could not reach its database",
    "did not take its last deploy": "did not take its last deploy",
    "does not answer": "did not answer",
    "cannot serve anybody": "could not serve anybody",
    "answers with errors": "answered with errors",
    "is slow": "was slow",
    "gets errors from its database": "got errors from its database",
    "has a slow database": "had a slow database",
    "fails for several users": "failed for several users",
    "started but does not work": "started but did not work",
    "has a failing check": "had a failing check",
}

TABLE: dict[tuple[str, str], Row] = {
    ("service", "crashed"): Row(Severity.P0, DOWN, "the process exited and is not back"),
    ("service", "crash_loop"): Row(Severity.P0, DOWN, "it crashes again after every start"),
    ("service", "out_of_memory"): Row(Severity.P0, DOWN, "it was killed at its memory limit"),
    ("service", "unhealthy"): Row(Severity.P0, DOWN, "the platform's health check fails"),
    ("service", "suspended"): Row(Severity.P0, DOWN, "the service is suspended"),
    ("service", "deploy_failed"): Row(
        Severity.P2, "did not take its last deploy", "the version before it keeps serving"
    ),
    ("http", "refused"): Row(Severity.P0, DOWN, "its address refuses connections"),
    ("http", "timeout"): Row(Severity.P0, "does not answer", "its address gives no answer in time"),
    ("http", "gateway"): Row(Severity.P0, DOWN, "nothing answers behind its address"),
    ("http", "unavailable"): Row(
        Severity.P0, "cannot serve anybody", "its address answers 503: it cannot serve now"
    ),
    ("http", "status"): Row(Severity.P1, "answers with errors", "its address answers an error"),
    ("http", "slow"): Row(Severity.P2, "is slow", "it answers, but later than the limit"),
    ("postgres", "refused"): Row(Severity.P0, NO_DATABASE, "nothing listens at its address"),
    ("postgres", "timeout"): Row(Severity.P0, NO_DATABASE, "it accepts but does not answer"),
    ("postgres", "auth"): Row(Severity.P0, NO_DATABASE, "it rejects the credentials"),
    ("postgres", "name"): Row(Severity.P0, NO_DATABASE, "its address or name is not known"),
    ("postgres", "saturated"): Row(Severity.P0, NO_DATABASE, "every connection is taken"),
    ("postgres", "starting"): Row(Severity.P1, NO_DATABASE, "the database is starting up"),
    ("postgres", "error"): Row(
        Severity.P1, "gets errors from its database", "it answers, but not as it should"
    ),
    ("postgres", "slow"): Row(Severity.P2, "has a slow database", "queries take too long"),
    ("logs", "error_rate"): Row(Severity.P1, "fails for several users", "errors are frequent"),
    ("logs", "not_started"): Row(
        Severity.P0, "started but does not work", "the line that says it runs never came"
    ),
}
UNKNOWN = Row(Severity.P1, "has a failing check", "this failure has no row in the table")


def row(check: str, code: str) -> Row:
    """Return the table's row for a failing check, or a cautious P1 for what has none."""
    return TABLE.get((check, code), UNKNOWN)


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of at least one severity."""
    return min(severities)
