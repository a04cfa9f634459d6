"""The steps that prove an incident over, and which of them is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from .incident import Event, Incident, Phase
from .moves import BEGINS_PROOF, Kind
from .rules import Rules

# What held before it is void; of other code, too: what the old code has shown proves nothing of it.
BEGINS_ANEW = {*BEGINS_PROOF, Kind.DETECTED, Kind.PERSISTED, Kind.DEPLOYED}
NEW_ERROR = "new_error"  # code of a PERSISTED: every check passes, and the log says otherwise
LOG_UNREAD = "log_unread"  # code of a step that held without a look at the log


@dataclass(frozen=True)
class Step:
    """One thing that must hold: not before `due`, which is `lasts` after the step before it."""

    phase: Phase
    number: int
    lasts: timedelta
    due: datetime


@dataclass(frozen=True)
class Progress:
    """How far the whole proof is: a share from 0 to 1, and what it still takes at least."""

    share: float
    left: timedelta


def begun(incident: Incident) -> datetime | None:
    """From when on the proof counts: the act, or other code that came after it."""
    acted = incident.acted_at
    if acted is None:
        return None
    latest = incident.last(*BEGINS_PROOF, Kind.DEPLOYED)
    return max(acted, latest.at) if latest else acted


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
    held, since = done(incident), begun(incident)
    steps = plan(rules)
    if since is None or len(held) >= len(steps):
        return None
    phase, number, lasts = steps[len(held)]
    before = held[-1].at if held else since
    return Step(phase, number, lasts, before + lasts)


def progress(incident: Incident, rules: Rules, now: datetime) -> Progress:
    """Return how far the whole proof is: a step that waits for a look is not over."""
    lengths = [lasts for _, _, lasts in plan(rules)]
    whole, gone = sum(lengths, timedelta()), sum(lengths[: len(done(incident))], timedelta())
    if step := next_step(incident, rules):
        gone += min(max(now - (step.due - step.lasts), timedelta()), step.lasts)
    return Progress(gone / whole if whole else 1.0, whole - gone)


def regressed(incident: Incident) -> Event | None:
    """What ended the last proof, if that was a new error alone: then every check passes."""
    latest = incident.last(*BEGINS_ANEW)
    return latest if latest and latest.code == NEW_ERROR else None
