"""The house rules: every number and every name that a decision depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from .check import Patience
from .people import People
from .severity import Severity


@dataclass(frozen=True)
class Rules:
    people: People = field(default_factory=People)
    patience: Patience = field(default_factory=Patience)
    patience_for: Mapping[str, Patience] = field(default_factory=dict)  # by check
    offer_valid: timedelta = timedelta(minutes=15)  # an offer rests on evidence no older than this
    ask_valid: timedelta = timedelta(minutes=5)  # how long "Yes, do it" may be tapped
    observe_for: timedelta = timedelta(minutes=2)  # how long the effect of an act may take to show
    deploy_within: timedelta = timedelta(minutes=20)  # and how long a deploy may take to go live
    back_within: timedelta = timedelta(minutes=5)  # how long the service may take to come back
    watch_for: timedelta = timedelta(minutes=2)  # then it must stay up this long
    health_for: timedelta = timedelta(minutes=5)  # then be healthy for this long
    regression_for: timedelta = timedelta(minutes=15)  # then show no regression for this long
    regression_rows: int = 3
    remind_every: timedelta = timedelta(minutes=5)  # a page nobody has is repeated
    relapse_within: timedelta = timedelta(minutes=60)
    zone: tzinfo = UTC  # of the people who read
    day: tuple[int, int] = (8, 22)  # hours of the zone in which P2 may be heard
    triage_within: timedelta = timedelta(seconds=10)

    def patience_of(self, check: str) -> Patience:
        return self.patience_for.get(check, self.patience)

    def audible(self, severity: Severity, at: datetime) -> bool:
        """Whether a new message of that severity may make a sound at that time."""
        if severity is Severity.P2:
            return self.day[0] <= at.astimezone(self.zone).hour < self.day[1]
        return severity.wakes
