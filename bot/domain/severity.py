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
CARE = "has a database that needs care"
UNSAFE = "cannot be reached safely"
DEAF = "hears nobody"
LATE = "has missed its heartbeat"
TEST = "fails a functional test"
ALERT = "raises an alert"
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
    "shows the wrong thing": "showed the wrong thing",
    "is near its memory limit": "was near its memory limit",
    "is held back by rate limits": "was held back by rate limits",
    "has no room left on its disk": "had no room left on its disk",
    "cannot write to its database": "could not write to its database",
    "is close to losing its database": "was close to losing its database",
    "waits for locks in its database": "waited for locks in its database",
    "has a database that needs care": "had a database that needed care",
    "hears nobody": "heard nobody",
    "may lose messages": "may have lost messages",
    "has missed its heartbeat": "had missed its heartbeat",
    "fails a functional test": "failed a functional test",
    "has an outage": "had an outage",
    "cannot be reached safely": "could not be reached safely",
    "has a certificate that ends soon": "had a certificate that ended soon",
    "raises an alert": "raised an alert",
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
    ("postgres", "read_only"): Row(
        Severity.P0, "cannot write to its database", "it takes no writes (read-only or standby)"
    ),
    ("postgres", "connections"): Row(
        Severity.P1, "is close to losing its database", "nearly every connection is taken"
    ),
    ("postgres", "blocked"): Row(
        Severity.P1, "waits for locks in its database", "sessions wait for a lock for too long"
    ),
    ("postgres", "disk"): Row(
        Severity.P1, "is close to losing its database", "the database's disk is nearly full"
    ),
    ("postgres", "wraparound"): Row(
        Severity.P1, "is close to losing its database", "transaction ids run out"
    ),
    ("postgres", "long_transaction"): Row(Severity.P2, CARE, "a transaction is open for too long"),
    ("postgres", "replication"): Row(Severity.P2, CARE, "a replica or a slot has fallen behind"),
    ("service", "memory"): Row(
        Severity.P2, "is near its memory limit", "at the limit it will be killed"
    ),
    ("service", "deploy_stuck"): Row(
        Severity.P2, "did not take its last deploy", "its deploy takes much longer than allowed"
    ),
    ("http", "content"): Row(
        Severity.P1, "shows the wrong thing", "it answers, but not with what is expected"
    ),
    ("certificate", "expired"): Row(Severity.P0, UNSAFE, "its certificate has expired"),
    ("certificate", "invalid"): Row(Severity.P0, UNSAFE, "its certificate is not accepted"),
    ("certificate", "expiring"): Row(
        Severity.P2, "has a certificate that ends soon", "it must be renewed before it expires"
    ),
    ("telegram", "token"): Row(Severity.P0, DEAF, "Telegram rejects its token"),
    ("telegram", "deaf"): Row(
        Severity.P0, DEAF, "it lives, but its messages wait at Telegram and do not get fewer"
    ),
    ("telegram", "webhook"): Row(Severity.P0, DEAF, "its messages go to another place"),
    ("telegram", "delivery"): Row(
        Severity.P1, "may lose messages", "Telegram cannot deliver to its webhook"
    ),
    ("heartbeat", "late"): Row(Severity.P1, LATE, "the sign of life did not come in time"),
    ("heartbeat", "failed"): Row(Severity.P1, LATE, "it reported a failure itself"),
    ("sql", "unexpected"): Row(Severity.P1, TEST, "a query gives another value than expected"),
    ("sql", "error"): Row(Severity.P1, TEST, "a query of the test fails"),
    ("job", "failed"): Row(Severity.P1, TEST, "the test inside its environment fails"),
    ("job", "late"): Row(Severity.P2, TEST, "the test inside its environment does not end"),
    ("statuspage", "outage"): Row(
        Severity.P3, "has an outage", "its own status page says so; nobody here is hurt by it yet"
    ),
    ("reach", "unreachable"): Row(
        Severity.P3, "has an outage", "it does not answer; nobody here is hurt by it yet"
    ),
    ("alert", "raised"): Row(Severity.P1, ALERT, "another system says so"),
    ("alert", "warning"): Row(Severity.P2, ALERT, "another system says so"),
    ("logs", "error_rate"): Row(Severity.P1, "fails for several users", "errors are frequent"),
    ("logs", "rate_limit"): Row(
        Severity.P1, "is held back by rate limits", "most errors are refusals by a limit"
    ),
    ("logs", "disk_full"): Row(
        Severity.P1, "has no room left on its disk", "it fails to write, again and again"
    ),
    ("logs", "not_started"): Row(
        Severity.P0, "started but does not work", "the line that says it runs never came"
    ),
}
UNKNOWN = Row(Severity.P1, "has a failing check", "this failure has no row in the table")


def row(check: str, code: str) -> Row:
    """Return the table's row for a failing check, or a cautious P1 for what has none."""
    return TABLE.get((kind_of(check), code), UNKNOWN)


def kind_of(check: str) -> str:
    """What sort of check it is: "http" of the check "http:login page"."""
    return check.partition(":")[0]


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of at least one severity."""
    return min(severities)
