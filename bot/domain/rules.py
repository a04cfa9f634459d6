"""The house rules: every number and every name that a decision depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from .check import Patience, Result
from .oncall import Member, Rung
from .people import People
from .severity import Severity, kind_of, row

FROM_UPSTREAM = frozenset({"logs", "sql", "job"})
FROM_SERVICE = FROM_UPSTREAM | {"http", "heartbeat", "telegram"}


@dataclass(frozen=True)
class Autopilot:
    """What is done by itself while nobody answers: nothing, unless acts are named.

    `after` is from the detection; at half of it it is announced. `a_day` is of any 24 hours, over
    all incidents.
    """

    acts: frozenset[str] = frozenset()
    after: timedelta = timedelta(minutes=10)
    a_day: int = 1
    severities: frozenset[Severity] = frozenset({Severity.P0, Severity.P1})


@dataclass(frozen=True)
class Rules:
    people: People = field(default_factory=People)
    patience: Patience = field(default_factory=Patience)
    patience_for: Mapping[str, Patience] = field(default_factory=dict)  # by "service/check", kind
    severity_for: Mapping[str, Severity] = field(default_factory=dict)  # by "service/check"
    upstreams: frozenset[str] = frozenset()  # of others: watched, never acted on
    leans_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # a service on others
    offer_valid: timedelta = timedelta(minutes=15)  # an offer rests on evidence no older than this
    ask_valid: timedelta = timedelta(minutes=5)  # how long "Yes, do it" may be tapped
    taps_live: timedelta = timedelta(seconds=150)  # how long Telegram keeps a tap for us
    look_within: timedelta = timedelta(seconds=2)  # how long a tap waits for a last look
    two_people: frozenset[str] = frozenset()  # acts that one asks for and another says yes to
    dry_run: bool = False  # everything but the call
    autopilot: Autopilot = field(default_factory=Autopilot)
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
    quiet: Mapping[Severity, tuple[int, int]] = field(default_factory=dict)  # hours without sound
    daily_at: int | None = 9  # hour of the zone in which all is said to be well; None: never
    roster: tuple[Member, ...] = ()  # who may be called, by name
    escalation: tuple[Rung, ...] = ()  # who else is called while nobody answers
    triage_within: timedelta = timedelta(seconds=8)  # on the card within ten
    confirm_after: timedelta = timedelta(seconds=1)  # the first confirming look; the next doubles
    confirm_at_most: timedelta = timedelta(seconds=30)
    start_grace: timedelta = timedelta(seconds=60)  # so long a start or a deploy may be felt
    flaps: int = 3  # it failed again so often within `flaps_within`: it comes and goes
    flaps_within: timedelta = timedelta(hours=1)
    storm: int = 5  # so many incidents within `storm_within` are told as one
    storm_within: timedelta = timedelta(minutes=1)

    def patience_of(self, service: str, check: str) -> Patience:
        own = self.patience_for.get(f"{service}/{check}")
        return own or self.patience_for.get(kind_of(check), self.patience)

    def severity_of(self, result: Result) -> Severity:
        """How bad a failing look is: as the settings say of that check, or by the table."""
        own = self.severity_for.get(f"{result.service}/{result.check}")
        return own or row(result.check, result.code).severity

    def kin(self, service: str) -> tuple[str, ...]:
        """The services whose incident may be this one's too: what it leans on, and what on it."""
        leaning = [s for s in self.leans_on if service in self.roots(s)]
        return tuple(dict.fromkeys([*self.roots(service), *leaning]))

    def roots(self, service: str, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
        """What a service leans on, the near before the far."""
        near = [s for s in self.leans_on.get(service, ()) if s not in seen and s != service]
        far = (root for s in near for root in self.roots(s, (*seen, service)))
        return (*near, *far)

    def may_follow(self, check: str, root: str) -> bool:
        """Whether what a check sees may come from trouble of something its service leans on.

        A process does not die of somebody else's outage: then it has a trouble of its own.
        """
        return kind_of(check) in (FROM_UPSTREAM if root in self.upstreams else FROM_SERVICE)

    def audible(self, severity: Severity, at: datetime) -> bool:
        """Whether a new message of that severity may make a sound at that time: P0 always may."""
        if severity in {Severity.P0, Severity.P3}:
            return severity.wakes
        hour = at.astimezone(self.zone).hour
        if hours := self.quiet.get(severity):
            return not within(hour, hours)
        return severity.wakes or within(hour, self.day)


def within(hour: int, hours: tuple[int, int]) -> bool:
    """Whether it lies in the hours from the first until before the second, over midnight too."""
    first, end = hours
    return first <= hour < end if first <= end else hour >= first or hour < end
