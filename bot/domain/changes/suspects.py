"""Who is suspected, who is cleared, and whether any change is behind it at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from . import content, outside, timing
from .change import Change
from .ruling import Case, Held, Ruling, Strength
from .symptoms import IN_CODE, Symptoms

# The first that has something to say decides; time alone comes last.
RULES = (
    timing.never_ran,
    timing.came_after,
    timing.without_time,
    timing.was_gone,
    outside.ends_by_itself,
    outside.fails_for_others,
    timing.long_before,
    content.same_code,
    content.idle,
    content.saved_settings,
    outside.without_files,
    outside.touches_it,
    outside.touches_nothing_of_it,
    content.without_base,
    content.in_the_traceback,
    content.fitting,
    content.in_doubt,
    content.without_settings,
    content.elsewhere,
)
ORDER = {Strength.STRONG: 0, Strength.WEAK: 1, Strength.NONE: 2}


class Known(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judgement:
    """`rulings` are in the order of the changes; `no_code_cause`: none of them is behind it."""

    symptoms: Symptoms
    rulings: tuple[Ruling, ...]
    no_code_cause: Known

    @property
    def suspects(self) -> tuple[Ruling, ...]:
        """The likeliest first: what has more than the time against it, then the nearest."""
        found = [r for r in self.rulings if r.held is Held.SUSPECT]
        return tuple(sorted(found, key=lambda r: (ORDER[r.strength], abs(r.minutes_before or 0))))

    @property
    def suspect(self) -> Ruling | None:
        return next(iter(self.suspects), None)

    def held(self, as_: Held) -> tuple[Ruling, ...]:
        return tuple(r for r in self.rulings if r.held is as_)


def suspects(changes: Iterable[Change], symptoms: Symptoms) -> Judgement:
    """Judge each change by itself. Nobody is suspected who went live after the first error."""
    known = tuple(changes)
    rulings = tuple(_ruled(Case(one, symptoms, known)) for one in known)
    return Judgement(symptoms, rulings, _no_code_cause(rulings, symptoms))


def _ruled(case: Case) -> Ruling:
    found = (ruling for rule in RULES if (ruling := rule(case)))
    return next(found, None) or content.by_time(case)


def _no_code_cause(rulings: Sequence[Ruling], symptoms: Symptoms) -> Known:
    if any(r.strength is Strength.STRONG for r in rulings):
        return Known.NO
    open_ = any(r.held in {Held.SUSPECT, Held.UNDECIDED} for r in rulings)
    if open_ or symptoms.first_error is None or symptoms.category in IN_CODE:
        return Known.UNKNOWN
    ran = any(r.minutes_before is not None and r.minutes_before >= 0 for r in rulings)
    return Known.YES if ran else Known.UNKNOWN
