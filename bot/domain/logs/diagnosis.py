"""What a log proves: one category, how sure, what to do, and what must not follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log2

from bot.domain.severity import Severity

from .analysis import Analysis
from .consequences import AFTER_START, BRINGS, LASTING, SEVERITIES, STARTING
from .deploys import Release, from_marks, new_since
from .families import Rank
from .families.family import NONE, RESTART, ROLLBACK, SUGGESTIONS, family
from .findings import FEW, Finding, findings, has_passed, is_noise
from .marks import Kind, Mark
from .timeline import Timeline, timeline


class Verdict(StrEnum):
    CONFIRMED = "confirmed"
    LIKELY = "likely"
    INCONCLUSIVE = "inconclusive"
    NONE = "none"


LOOP = 3  # ends of the process
CLOSE = 0.75  # of the best score: then it is not alone


@dataclass(frozen=True)
class Diagnosis:
    """`because` are the findings it rests on, the cause first; `why` is one sentence for people."""

    category: str
    severity: Severity
    verdict: Verdict
    suggestions: tuple[str, ...]
    must_not: tuple[str, ...]
    why: str
    because: tuple[Finding, ...]
    timeline: Timeline
    deploys: tuple[Release, ...]
    since: Release | None = None


def diagnose(log: Analysis, deploys: Sequence[Release] = ()) -> Diagnosis:
    known = tuple(deploys) or tuple(from_marks(log.marks))
    found = findings(log)
    dead = _dead_handle(found, log)
    causes = [
        f
        for f in found
        if f.family.rank >= Rank.PASSING and (not is_noise(f, log) or _cut(f, dead))
    ]
    causes = _unexplained([*causes, *_loop(log, causes)])
    times = timeline(log.minutes.counts, log.first_error, log.last_at)
    if not causes:
        return _without_cause(log, found, times, known)
    ranked = sorted(causes, key=lambda f: score(f, log), reverse=True)
    lasting = dead if dead and _cut(ranked[0], dead) and has_passed(ranked[0], log) else None
    return _of(ranked, log, times, known, lasting)


def score(one: Finding, log: Analysis) -> float:
    """How much it weighs: how often, how lately, whether the program died of it."""
    weight = 1.0 + log2(1 + one.count)
    weight *= 0.5 if one.errors == 0 and one.groups else 1.0
    weight *= 0.6 if one.family.category == "code_error" else 1.0
    weight *= 0.4 if has_passed(one, log) else 1.0
    return weight * (1.6 if deadly(one, log.marks) else 1.0)


def deadly(one: Finding, marks: Sequence[Mark]) -> bool:
    """Whether the process ended within a few lines of it."""
    spots = [g.last for g in one.groups] + [one.last]
    return any(m.kind is Kind.EXIT and 0 <= m.number - s <= 60 for m in marks for s in spots)  # noqa: PLR2004 - lines


def _unexplained(causes: list[Finding]) -> list[Finding]:
    """Leave out what another brings about that began no later."""
    return [
        one
        for one in causes
        if not any(
            one.family.category in BRINGS.get(other.family.category, ())
            and _before(other, one)
            and other is not one
            for other in causes
        )
    ] or causes[:1]


def _before(other: Finding, one: Finding) -> bool:
    """It began before, or, being a fault of the start, is what each start dies of."""
    early = other.first <= one.first + 5
    enough = 10 * other.count >= one.count or other.family.rank is Rank.CAUSE
    at_start = other.family.category in STARTING
    return enough and (early or (at_start and one.family.category in AFTER_START))


def _loop(log: Analysis, causes: Sequence[Finding]) -> list[Finding]:
    """The process ended again and again."""
    ends = [m for m in log.marks if m.kind is Kind.EXIT]
    if len(ends) < LOOP or any(f.family.category == "crash_loop" for f in causes):
        return []
    loop = family(
        "crash loop",
        "crash_loop",
        "the process ends again after every start",
        "none",
        "restart scale",
        r"(?!)",
        deploy=True,
    )
    one = Finding(loop, len(ends), len(ends), ends[0].number, ends[-1].number)
    one.first_at, one.last_at = ends[0].at, ends[-1].at
    one.good_before = log.good
    return [one]


def _dead_handle(found: Sequence[Finding], log: Analysis) -> Finding | None:
    """What goes on and on though its cause was short: a lost connection, a broken transaction."""
    lasting = (f for f in found if f.family.name in LASTING and f.count >= FEW)
    return next((f for f in lasting if not has_passed(f, log)), None)


def _cut(one: Finding, dead: Finding | None) -> bool:
    """Whether it is what the dead connection died of."""
    if dead is None or one.first >= dead.last:
        return False
    return one.family.category in LASTING[dead.family.name]


def _of(
    ranked: list[Finding],
    log: Analysis,
    times: Timeline,
    deploys: tuple[Release, ...],
    lasting: Finding | None,
) -> Diagnosis:
    best = ranked[0]
    family = best.family
    over = family.rank is Rank.PASSING and has_passed(best, log) and lasting is None
    since = new_since(best.first_at, log.first_at, deploys)
    suggestions = (
        _suggestions(best, since, over=over) if lasting is None else lasting.family.suggests
    )
    verdict = _verdict(ranked, log, over=over)
    return Diagnosis(
        category=family.category,
        severity=_severity(best, log, over=over),
        verdict=verdict,
        suggestions=suggestions,
        must_not=_must_not(best, suggestions, since, deploys),
        why=_why(best, over=over),
        because=tuple(ranked),
        timeline=times,
        deploys=deploys,
        since=since,
    )


def _suggestions(best: Finding, since: Release | None, *, over: bool) -> tuple[str, ...]:
    if over:
        return (NONE,)
    own = [s for s in best.family.suggests if s != NONE]
    if since is not None and best.family.deploy and ROLLBACK not in best.family.never:
        own.append(ROLLBACK)
    return tuple(own) or (NONE,)


def _must_not(
    best: Finding, suggestions: Sequence[str], since: Release | None, deploys: Sequence[Release]
) -> tuple[str, ...]:
    never = set(best.family.never)
    if ROLLBACK not in suggestions and (since is None or not best.family.deploy):
        never.add(ROLLBACK)  # nothing says that a deploy brought it
    if best.first_at and any(d.at > best.first_at for d in deploys) and since is None:
        never.add(ROLLBACK)
    if suggestions == (NONE,):
        never |= {RESTART, ROLLBACK}
    return tuple(s for s in SUGGESTIONS if s in never and s not in suggestions)


def _verdict(ranked: Sequence[Finding], log: Analysis, *, over: bool) -> Verdict:
    best = ranked[0]
    if best.family.category == "crash_loop":
        return Verdict.LIKELY
    rivals = [
        f
        for f in ranked[1:]
        if f.family.category != best.family.category and score(f, log) >= CLOSE * score(best, log)
    ]
    few = best.family.rank is Rank.PASSING and best.count < FEW
    return Verdict.LIKELY if rivals or over or few else Verdict.CONFIRMED


def _severity(best: Finding, log: Analysis, *, over: bool) -> Severity:
    if over:
        return Severity.P3
    base = SEVERITIES.get(best.family.category, Severity.P2)
    deadly_ = deadly(best, log.marks)
    if deadly_ and base > Severity.P0 and not _went_on(best, log):
        return Severity.P0
    mild = best.count < 5 and _went_on(best, log)  # noqa: PLR2004 - a handful
    return max(base, Severity.P2) if mild and base <= Severity.P1 and not deadly_ else base


def _went_on(best: Finding, log: Analysis) -> bool:
    return log.good - best.good_before >= 5  # noqa: PLR2004 - a handful


def _why(best: Finding, *, over: bool) -> str:
    times = "once" if best.count == 1 else f"{best.count} times"
    ended = "; it has ended by itself" if over else ""
    return f"{best.family.means} ({times}){ended}"


def _without_cause(
    log: Analysis, found: Sequence[Finding], times: Timeline, deploys: tuple[Release, ...]
) -> Diagnosis:
    """No cause: either nothing is wrong, or what is in the log does not name it."""
    open_ = [
        f
        for f in found
        if f.family.rank is Rank.CONSEQUENCE and f.errors + f.count * (not f.groups)
    ]
    exits = any(m.kind is Kind.EXIT for m in log.marks)
    wrong = (open_ and not all(has_passed(f, log) for f in open_)) or exits
    if not wrong and log.records:
        return Diagnosis(
            "none",
            Severity.P3,
            Verdict.NONE,
            (NONE,),
            (RESTART, ROLLBACK),
            "nothing in these lines is wrong",
            tuple(found),
            times,
            deploys,
        )
    said = open_[0].family.means if open_ else "the process ended, and nothing says why"
    said = said if log.records else "the log is empty"
    return Diagnosis(
        "none",
        Severity.P2 if log.records else Severity.P3,
        Verdict.INCONCLUSIVE,
        (NONE,),
        (RESTART, ROLLBACK),
        f"too little evidence: {said}",
        tuple(open_),
        times,
        deploys,
    )
