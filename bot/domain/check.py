"""A check looks at a service once; a verdict says what a run of looks amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile


class Seen(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    BLIND = "blind"  # the look itself failed: our network, the platform's API, our credentials


@dataclass(frozen=True)
class Result:
    """One look of one check at one service.

    `code` is a row of the severity table ("refused", "crashed", …), `detail` a line for people,
    `value` the measured figure in the check's own unit (seconds, errors per minute), if any.
    """

    service: str
    check: str
    seen: Seen
    at: datetime
    code: str = ""
    detail: str = ""
    value: float | None = None


class Verdict(StrEnum):
    HEALTHY = "healthy"
    FAILING = "failing"
    BLIND = "blind"
    UNSURE = "unsure"  # too few looks in a row to say


@dataclass(frozen=True)
class Patience:
    """How many looks in a row it takes to believe a change."""

    failures: int = 3
    passes: int = 2


def judge(newest_first: Sequence[Result], patience: Patience) -> Verdict:
    """Say what the latest unbroken run of results amounts to.

    Opening an incident and proving a recovery ask the same question, so both ask it here.
    A blind look proves neither: a few are skipped, a run of them is its own verdict.
    """
    if not newest_first:
        return Verdict.UNSURE
    blind = run_length(newest_first, Seen.BLIND)
    if blind >= patience.failures:
        return Verdict.BLIND
    sighted = [r for r in newest_first if r.seen is not Seen.BLIND]
    if run_length(sighted, Seen.FAIL) >= patience.failures:
        return Verdict.FAILING
    if not blind and run_length(sighted, Seen.PASS) >= patience.passes:
        return Verdict.HEALTHY
    return Verdict.UNSURE


def run_length(newest_first: Sequence[Result], seen: Seen) -> int:
    return sum(1 for _ in takewhile(lambda r: r.seen is seen, newest_first))
