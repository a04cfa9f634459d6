"""A check looks at a service once; a verdict says what a run of looks amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, takewhile


class Seen(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    BLIND = "blind"  # the look itself failed: our network, the platform's API, our credentials


@dataclass(frozen=True)
class Result:
    """One look of one check at one service.

    `code` of a failure is a row of the severity table ("refused", "crashed", …), of a blind look
    what is in the way (BEHIND_RENDER, OUR_NETWORK or ""), of a pass a state worth knowing
    (SETTLING or ""). `detail` is a line for people, `value` the measured figure in the check's own
    unit (seconds, errors per minute), if any.
    """

    service: str
    check: str
    seen: Seen
    at: datetime
    code: str = ""
    detail: str = ""
    value: float | None = None


SETTLING = "settling"  # a deploy is under way, or it has just been started
BEHIND_RENDER, OUR_NETWORK = "render", "network"


class Verdict(StrEnum):
    HEALTHY = "healthy"
    FAILING = "failing"
    BLIND = "blind"
    UNSURE = "unsure"  # too few looks in a row to say


@dataclass(frozen=True)
class Patience:
    """How much it takes to believe a change.

    So many looks in a row, and for a failure, from the first of them to the last, at least
    `lasts`. A check that fails `turns` separate times among its last `of` looks fails, too: one
    that comes and goes never makes a run.
    """

    failures: int = 3
    passes: int = 2
    lasts: timedelta = timedelta()
    turns: int = 4
    of: int = 20


def judge(newest_first: Sequence[Result], patience: Patience) -> Verdict:
    """Say what the latest looks amount to.

    Opening an incident and proving a recovery ask the same question, so both ask it here.
    A blind look proves neither: a few are skipped, a run of them is its own verdict.
    """
    blind = run_length(newest_first, Seen.BLIND)
    if blind >= patience.failures:
        return Verdict.BLIND
    sighted = [r for r in newest_first if r.seen is not Seen.BLIND]
    if is_long_enough(sighted, patience) or comes_and_goes(sighted, patience):
        return Verdict.FAILING
    if not blind and run_length(sighted, Seen.PASS) >= patience.passes:
        return Verdict.HEALTHY
    return Verdict.UNSURE


def is_long_enough(sighted: Sequence[Result], patience: Patience) -> bool:
    """Whether the newest looks are a run of failures that is to be believed."""
    run = run_length(sighted, Seen.FAIL)
    if run < patience.failures:
        return False
    return sighted[0].at - sighted[run - 1].at >= patience.lasts


def comes_and_goes(sighted: Sequence[Result], patience: Patience) -> bool:
    seen = [r.seen for r in sighted[: patience.of]]
    return sum(one is Seen.FAIL for one, _ in groupby(seen)) >= patience.turns


def doubt(newest_first: Sequence[Result], patience: Patience) -> int | None:
    """How many looks speak for a change that is not to be believed yet; None: nothing is in doubt.

    Doubts are settled by looks that follow quickly, not at the next interval.
    """
    if not newest_first or newest_first[0].seen is Seen.BLIND:
        return None
    sighted = [r for r in newest_first if r.seen is not Seen.BLIND]
    run = run_length(sighted, sighted[0].seen)
    if sighted[0].seen is Seen.FAIL:
        return None if is_long_enough(sighted, patience) else run
    return None if run >= patience.passes else run


def run_length(newest_first: Sequence[Result], seen: Seen) -> int:
    return sum(1 for _ in takewhile(lambda r: r.seen is seen, newest_first))
