"""The steps that prove an incident over, and which of them is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from .incident import Event, Incident, Phase
from .moves import BEGINS_PROOF, Kind
from .rules import Rules

BEGINS_ANEW = {*BEGINS_PROOF, Kind.DETECTED, Kind.PERSISTED}  # what held before it is void


@dataclass(frozen=True)
class Step:
    """One thing that must hold: not before `due`, which is `lasts` after the step before it."""

    phase: Phase
    number: int
    lasts: timedelta
    due: datetime


def done(incident: Incident) -> Sequence[Event]:
    """The steps that have held since the act (or since the checks passed by themselves)."""
    after = takewhile(lambda e: e.kind not in BEGINS_ANEW, reversed(incident.timeline))
    return [e for e in after if e.kind is Kind.CHECKED][::-1]


def plan(rules: Rules) -> Sequence[tuple[Phase, int, timedelta]]:
    """Every step with its number within its phase and how long it lasts."""
    row = rules.regression_for / rules.regression_rows
    return [
        (Phase.BACK, 1, timedelta()),
        (Phase.WATCH, 1, rules.watch_for),
        (Phase.HEALTH, 1, rules.health_for),
        *((Phase.REGRESSION, n, row) for n in range(1, rules.regression_rows + 1)),
    ]


def next_step(incident: Incident, rules: Rules) -> Step | None:
    """Return what must hold next, or None when everything has."""
    held, since = done(incident), incident.acted_at
    steps = plan(rules)
    if since is None or len(held) >= len(steps):
        return None
    phase, number, lasts = steps[len(held)]
    begun = held[-1].at if held else since
    return Step(phase, number, lasts, begun + lasts)
