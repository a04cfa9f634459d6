"""The words of rulings that several rules come to."""

from __future__ import annotations

from collections.abc import Sequence

from .ruling import Case, Held, Ruling, Strength
from .timing import log_reaches


def suspected(case: Case, why: str, strength: Strength) -> Ruling:
    if strength is Strength.STRONG and not log_reaches(case):
        strength, why = Strength.WEAK, f"{why}; the log does not reach back before it"
    return case.is_held(Held.SUSPECT, f"{case.went_live}, {why}", strength)


def overlapped(case: Case, what: str) -> Ruling:
    why = f"{what}; but while it was put in place two copies ran side by side, which passes"
    return case.is_held(Held.UNDECIDED, why)


def in_its_traceback(hit: Sequence[str]) -> str:
    return f"touches {hit[0]}, which is in the traceback"
