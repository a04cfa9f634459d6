"""Groups become findings: equal families together, with what is left of them as a cause."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from .analysis import Analysis
from .events import CUT_OFF
from .families import Family, Rank, family_of
from .families.family import family
from .groups import Group
from .lines import Level
from .templates import Seen, Template

LONGEST = 6_000  # characters that a family is looked for in
MOST = 1_500  # groups and templates that are looked at
FEW = 3  # of what passes by itself
BEHIND = 8  # successes behind the last one: it has passed
RARE = 0.01  # of the successes
HANDLED = 5  # warnings
LONG = 300.0  # seconds of quiet

PLAIN_FAULTS = (
    "KeyError",
    "AttributeError",
    "TypeError",
    "IndexError",
    "ZeroDivisionError",
    "NameError",
    "UnboundLocalError",
    "AssertionError",
    "RecursionError",
    "NotImplementedError",
    "LookupError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "JSONDecodeError",
    "SyntaxError",
    "IndentationError",
    "StopIteration",
    "StopAsyncIteration",
    "ValueError",
    "ArithmeticError",
    "OverflowError",
    "FloatingPointError",
)
NAMES_FAULT = re.compile(rf"\b(?:{'|'.join(PLAIN_FAULTS)})(?:: |\()")  # in an entry of one line
OWN_FAULT = family(
    "own fault",
    "code_error",
    "the program fails in its own code",
    "fix_code",
    "restart scale wait_upstream fix_env fix_database throttle",
    r"(?!)",
    deploy=True,
)
WITHOUT_NAME = family(
    "cut off",
    "none",
    "a traceback without its end: what was raised is not in the log",
    "none",
    "restart rollback",
    r"(?!)",
    rank=Rank.CONSEQUENCE,
)
UNTOLD = family(
    "untold",
    "none",
    "errors whose lines do not say what is wrong",
    "none",
    "restart rollback",
    r"(?!)",
    rank=Rank.CONSEQUENCE,
)
WARNED = family(
    "warned", "none", "a warning", "none", "restart rollback", r"(?!)", rank=Rank.HARMLESS
)
LOUD = (
    "error",
    "fail",
    "fatal",
    "refused",
    "exceeded",
    "cannot",
    "could not",
    "denied",
    "no open",
    "missing",
    "not set",
    "kill",
    "full",
    "no space",
    "timed out",
    "timeout",
    "unable",
    "required",
)
VAGUE = (
    "TimeoutError",
    "asyncio.exceptions.TimeoutError",
    "asyncio.TimeoutError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "OSError",
    "socket.timeout",
    "socket.gaierror",
    "ConnectionError",
    "BrokenPipeError",
)


@dataclass
class Finding:
    """Everything of one family: `first` and `last` are numbers of lines."""

    family: Family
    count: int = 0
    errors: int = 0
    first: int = 0
    last: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    good_before: int = 0  # successes up to the last one
    good_first: int | None = None  # and up to the first one
    groups: list[Group] = field(default_factory=list)
    lines: list[Seen] = field(default_factory=list)

    def add(self, count: int, errors: int, span: tuple[int, int], good: int) -> None:
        self.count, self.errors = self.count + count, self.errors + errors
        self.first = min(self.first or span[0], span[0])
        self.last = max(self.last, span[1])
        self.good_before = max(self.good_before, good)


def findings(log: Analysis) -> list[Finding]:
    """Every family that was found, in the order in which they began."""
    found: dict[str, Finding] = {}
    for group in sorted(log.groups, key=lambda g: g.head.level, reverse=True)[:MOST]:
        if group.real:
            _take_group(found, group, family_of_group(group))
    for template in sorted(log.templates, key=lambda t: t.count)[:MOST]:
        _take_template(found, template, log)
    known = [f for f in found.values() if not set(f.family.unless) & found.keys()]
    return sorted(known, key=lambda f: f.first)


def _take_group(found: dict[str, Finding], group: Group, kind: Family) -> None:
    one = found.setdefault(kind.name, Finding(kind))
    errors = group.real if group.is_error else 0
    one.add(group.real, errors, (group.head.number, group.last), group.good_before)
    begun = group.good_first or 0
    one.good_first = begun if one.good_first is None else min(one.good_first, begun)
    one.first_at = min(filter(None, (one.first_at, group.first_at)), default=None)
    one.last_at = max(filter(None, (one.last_at, group.last_at)), default=None)
    one.groups.append(group)
    one.lines += [Seen(p.number, p.raw or p.text) for p in (*group.head.telling, *group.newest)]


def _take_template(found: dict[str, Finding], template: Template, log: Analysis) -> None:
    calm = template.level in {Level.INFO, Level.DEBUG}
    text = template.first.text[:LONGEST]
    kind = family_of(text, calm=calm)
    if kind is None or kind.rank is Rank.HARMLESS:
        return
    if not calm and not kind.anywhere and not loud(text):
        return
    one = found.setdefault(kind.name, Finding(kind))
    span = (template.first.number, template.last)
    begun, ended = (log.good * number // max(log.lines, 1) for number in span)
    late = log.good_line is None or template.last > log.good_line.number
    one.add(template.count, 0, span, log.good if late else ended)
    one.good_first = min(begun, begun if one.good_first is None else one.good_first)
    one.lines += [template.first, template.newest]


def loud(text: str) -> bool:
    """A plain line of a program without levels, which still sounds like trouble."""
    low = text[:400].lower()
    return any(word in low for word in LOUD)


def family_of_group(group: Group) -> Family:
    """By the root of the chain, then by what followed from it, then by the entry around it."""
    weak: Family | None = None
    head = group.head
    *chain, whole = head.told or ("",)
    for told in (*chain, *(group.newest_told[:1] if not head.is_trace else ())):
        kind = family_of(told[:LONGEST])
        if kind is not None and kind.rank is not Rank.CONSEQUENCE:
            return kind
        weak = weak or kind
        if head.is_trace and _plain_fault(told):
            return OWN_FAULT
    if head.key[0] == "warning":
        return WARNED
    if head.is_trace and not chain:
        return WITHOUT_NAME
    kind = family_of(whole[:LONGEST])
    if kind is not None and (kind.rank is not Rank.CONSEQUENCE or weak is None):
        return kind
    return weak or _unknown(group)


def _plain_fault(told: str) -> bool:
    return told.partition(":")[0].rpartition(".")[2] in PLAIN_FAULTS


def _unknown(group: Group) -> Family:
    head = group.head
    if not head.is_trace:
        if group.is_error and NAMES_FAULT.search(head.told[-1][:LONGEST]):
            return OWN_FAULT
        return UNTOLD if group.is_error else WARNED
    if head.type == CUT_OFF:
        return WITHOUT_NAME
    return UNTOLD if head.type in VAGUE else OWN_FAULT


def has_passed(one: Finding, log: Analysis) -> bool:
    """Whether it ended by itself: enough successes behind it, more than between two of them."""
    behind = log.good - one.good_before
    between = (one.good_before - (one.good_first or 0)) / max(one.count - 1, 1)
    if behind >= BEHIND and behind > 3 * min(between, 200.0):
        return True
    if not one.first_at or not one.last_at or not log.last_at or behind < FEW:
        return False
    gap = (one.last_at - one.first_at).total_seconds() / max(one.count - 1, 1)
    return (log.last_at - one.last_at).total_seconds() > max(10 * gap, LONG)


def is_noise(one: Finding, log: Analysis) -> bool:
    """What heals by itself and was rare beside what succeeded."""
    if one.family.rank is Rank.HARMLESS:
        return True
    if one.family.rank is not Rank.PASSING:
        return one.errors == 0 and bool(one.groups) and _handled(one, log)
    rare = one.count < FEW or one.count <= RARE * log.good
    return rare and log.good - one.good_before >= BEHIND


def _handled(one: Finding, log: Analysis) -> bool:
    """Only warnings, and work went on behind them."""
    return one.count <= HANDLED and log.good - one.good_before >= HANDLED
