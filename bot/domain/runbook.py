"""Known troubles as data: matched by evidence, their quick checks ticked by code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite

from .evidence import Evidence, Found
from .incident import Incident
from .severity import kind_of
from .why.trouble import NONE, category_of

# How much a match says about the cause. A runbook that is `general` says what is seen, not why.
BY_CATEGORY, BY_CODE, BY_FACT, BY_KIND = 10, 9, 3, 1
GENERAL = 3
MOST = 5  # matches that are told
LONGEST = 80  # characters of a value that is shown
READ = 2_000  # characters of a value that words are looked for in
FIGURE = re.compile(r"\s{0,4}(-?\d{1,18}(?:\.\d{1,9})?)")


class How(StrEnum):
    """How a fact is compared with what it should be."""

    IS = "is"
    IS_NOT = "is_not"
    HAS = "has"  # one of these texts stands in it
    HAS_NOT = "has_not"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    AFTER = "after"  # a time, and it is later than that other fact of the same source


class Mark(StrEnum):
    HOLDS = "holds"
    FAILS = "does not hold"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Expected:
    """A fact of a source and what it should be.

    `values` are texts for IS, IS_NOT, HAS and HAS_NOT, and for AFTER the name of the other fact;
    `figure` is for AT_LEAST and AT_MOST, of the share that the fact has of the fact `of`, if named.
    """

    source: str
    fact: str
    how: How
    values: tuple[str, ...] = ()
    figure: float = 0.0
    of: str = ""


@dataclass(frozen=True)
class QuickCheck:
    """A question that yes is the good answer to. Without `expected` a person answers it.

    `look` says where a person finds out.
    """

    question: str
    expected: Expected | None = None
    look: str = ""


@dataclass(frozen=True)
class Step:
    """What to do; `act` is the name of a registered action that does it, or ""."""

    do: str
    act: str = ""


@dataclass(frozen=True)
class Link:
    """`path` begins with https:// or, of the platform's dashboard, with a slash.

    {service_id}, {database_id} and {kind} in it are filled in where they are known.
    """

    title: str
    path: str


@dataclass(frozen=True)
class Matches:
    """When it fits: categories of the log, failing checks as kind or kind/code, and facts."""

    categories: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    facts: tuple[Expected, ...] = ()


@dataclass(frozen=True)
class Runbook:
    """`rules_out` are pairs: what does not help, or is not the reason, and why."""

    name: str
    title: str
    matches: Matches
    symptoms: tuple[str, ...] = ()
    quick_checks: tuple[QuickCheck, ...] = ()
    fix: tuple[Step, ...] = ()
    rules_out: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    general: bool = False


@dataclass(frozen=True)
class Match:
    """`why` are short clauses, each with the id of its evidence where it has one."""

    runbook: Runbook
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True)
class Tick:
    """A quick check and its answer; `found` is the value it rests on, with its evidence."""

    check: QuickCheck
    mark: Mark
    found: str = ""


def match(
    runbooks: Iterable[Runbook], incident: Incident, evidence: Sequence[Evidence]
) -> tuple[Match, ...]:
    """Those that fit, the likeliest first: what names the cause goes before what is only seen."""
    found = (_match(one, incident, evidence) for one in runbooks)
    fitting = [one for one in found if one.score > 0]
    order = sorted(fitting, key=lambda m: (-m.score, m.runbook.general, m.runbook.name))
    return tuple(order[:MOST])


def _match(runbook: Runbook, incident: Incident, evidence: Sequence[Evidence]) -> Match:
    reasons = [
        *_by_category(runbook.matches, evidence),
        *_by_failing(runbook.matches, incident),
        *_by_facts(runbook.matches, evidence),
    ]
    score = sum(weight for weight, _ in reasons) / (GENERAL if runbook.general else 1)
    return Match(runbook, score, tuple(dict.fromkeys(why for _, why in reasons)))


def _by_category(matches: Matches, evidence: Iterable[Evidence]) -> Iterator[tuple[int, str]]:
    """Once, however many logs say so."""
    for one in evidence:
        category = category_of(one) if _is_read(one, "logs") else NONE
        if category != NONE and category in matches.categories:
            yield BY_CATEGORY, f"the log says {category.replace('_', ' ')}{_id(one)}"
            return


def _by_failing(matches: Matches, incident: Incident) -> Iterator[tuple[int, str]]:
    """The best of what fails: several checks that see the same are no more of a reason."""
    failing = [(kind_of(e.check), e.code) for e in incident.failing if e.check]
    codes = [f"{k}/{c}" for k, c in failing if f"{k}/{c}" in matches.failing]
    kinds = [kind for kind, _ in failing if kind in matches.failing]
    if codes:
        yield BY_CODE, f"the check {codes[0].replace('/', ' says ').replace('_', ' ')}"
    elif kinds:
        yield BY_KIND, f"the check {kinds[0]} fails"


def _by_facts(matches: Matches, evidence: Sequence[Evidence]) -> Iterator[tuple[int, str]]:
    for expected in matches.facts:
        mark, found = answer(expected, evidence)
        if mark is Mark.HOLDS:
            yield BY_FACT, f"{expected.source} {expected.fact.replace('_', ' ')}: {found}"


def tick(runbook: Runbook, evidence: Sequence[Evidence]) -> tuple[Tick, ...]:
    """Answer its quick checks from what was found; what was not found is not known."""
    ticks = []
    for check in runbook.quick_checks:
        mark, found = answer(check.expected, evidence) if check.expected else (Mark.UNKNOWN, "")
        ticks.append(Tick(check, mark, found))
    return tuple(ticks)


def answer(expected: Expected, evidence: Iterable[Evidence]) -> tuple[Mark, str]:
    """Whether the fact is as expected, and what was found."""
    for one in evidence:
        value = one.fact(expected.fact) if _is_read(one, expected.source) else None
        if value is None:
            continue
        holds, shown = _compared(expected, value[:READ], one)
        if holds is None:
            continue
        return Mark.HOLDS if holds else Mark.FAILS, f"{shown}{_id(one)}"
    return Mark.UNKNOWN, ""


def _compared(expected: Expected, value: str, evidence: Evidence) -> tuple[bool | None, str]:
    """Whether it holds, or None where that cannot be said; and the value as it is shown."""
    shown = " ".join(value.split())[:LONGEST]
    said, wanted = value.strip().casefold(), [v.strip().casefold() for v in expected.values]
    match expected.how:
        case How.IS:
            return said in wanted, shown
        case How.IS_NOT:
            return said not in wanted, shown
        case How.HAS:
            return any(v in said for v in wanted), shown
        case How.HAS_NOT:
            return all(v not in said for v in wanted), shown
        case How.AFTER:
            return _later(value, evidence.fact(expected.values[0]) if expected.values else None)
        case How.AT_LEAST | How.AT_MOST:
            return _measured(expected, value, shown, evidence)


def _later(value: str, other: str | None) -> tuple[bool | None, str]:
    try:
        first, second = datetime.fromisoformat(other or ""), datetime.fromisoformat(value)
        return second > first, f"{second:%H:%M:%S %Z}".rstrip()
    except (ValueError, TypeError, OverflowError):  # no time, or one of the two without a zone
        return None, ""


def _measured(
    expected: Expected, value: str, shown: str, evidence: Evidence
) -> tuple[bool | None, str]:
    size = figure(value)
    if expected.of:
        other = evidence.fact(expected.of) or ""
        whole = figure(other[:READ])
        shown = f"{shown} of {other[:LONGEST]}"
        size = size / whole if size is not None and whole else None
    if size is None:
        return None, ""
    enough, most = size >= expected.figure, size <= expected.figure
    return (enough if expected.how is How.AT_LEAST else most), shown


def figure(text: str) -> float | None:
    """The number that a value begins with: 10 of `10 %`."""
    found = FIGURE.match(text)
    value = float(found[1]) if found else None
    return value if value is not None and isfinite(value) else None


def _is_read(evidence: Evidence, source: str) -> bool:
    return evidence.source == source and evidence.found is not Found.UNREADABLE


def _id(evidence: Evidence) -> str:
    return f" ({evidence.id})" if evidence.id else ""


def as_evidence(found: Sequence[Match]) -> Evidence:
    """The matches as evidence R1: what is known of such trouble, never a proof that it is this."""
    if not found:
        return Evidence("R1", "runbook", Found.NOTHING, "no runbook fits")
    best = found[0]
    facts = (("best", best.runbook.name), ("fits", ",".join(m.runbook.name for m in found)))
    said = f"“{best.runbook.title}” fits: {'; '.join(best.why)}"
    return Evidence("R1", "runbook", Found.SOMETHING, said, facts, best.runbook.symptoms)
