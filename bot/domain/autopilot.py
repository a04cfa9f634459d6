"""What is done by itself while nobody answers: one safe act, announced, once. Off by default."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from .incident import Event, Incident
from .moves import Kind, Status
from .remedy import Proposal
from .rules import Rules

AUTOPILOT = "autopilot"  # who an event is by
A_DAY = timedelta(hours=24)

# After these everything is as it was: the same version, settings and data, nothing to undo. Others
# bring another build (redeploy, deploy, rollback), undo what a person has decided (resume,
# cancel-deploy), or take words that only a person can say.
SAFE = frozenset({"restart", "restart-database"})

ENDS = frozenset(
    {
        *(Kind.STOPPED, Kind.APPROVED, Kind.WITHDRAWN, Kind.FAILED),
        *(Kind.HEALED, Kind.PERSISTED, Kind.OVERRIDDEN),
    }
)


def plan_of(incident: Incident) -> Event | None:
    """The plan that stands. Without `expires_at` it has not been shown to anybody yet."""
    if incident.status is not Status.OPEN:
        return None
    latest = next((e for e in reversed(incident.spell) if e.kind in {Kind.PLANNED, *ENDS}), None)
    return latest if latest and latest.kind is Kind.PLANNED else None


def is_time(incident: Incident, rules: Rules, now: datetime) -> bool:
    """Whether half of the patience is over and nothing was announced in this spell."""
    told = any(event.kind is Kind.PLANNED for event in incident.spell)
    return not told and now - incident.began_at >= lead(rules)


def lead(rules: Rules) -> timedelta:
    """From the announcement, once it is shown, to the act."""
    return rules.autopilot.after / 2


def choice(incident: Incident, rules: Rules) -> Proposal | None:
    """The first on offer, if the evidence points to it and it may be done without a person."""
    first = next(iter(incident.proposals), None)
    alone = rules.autopilot.acts & SAFE - rules.two_people
    return first if first and first.likely and first.action in alone else None


def against(incident: Incident, rules: Rules) -> str:
    """Why a person is needed, as far as the incident itself tells; "" is that none is."""
    if incident.holder:
        return f"{incident.holder} is here"
    if incident.severity not in rules.autopilot.severities:
        return f"it is {incident.severity}"
    if any(by_itself(event) for event in incident.timeline):
        return "it was done once in this incident"
    offer, plan = choice(incident, rules), plan_of(incident)
    if offer is None:
        return "nothing that I may do comes first"
    meant = incident.offered(plan.offer) if plan else offer
    return "" if meant and meant.meant == offer.meant else "the evidence points to something else"


def by_itself(event: Event) -> bool:
    """Whether it approved that; a person may bear its name, and has a number."""
    return event.kind is Kind.APPROVED and event.by == AUTOPILOT and not event.by_id


def lately(incidents: Iterable[Incident], now: datetime) -> int:
    """How often it was done in the last 24 hours."""
    since = now - A_DAY
    return sum(by_itself(e) and e.at > since for i in incidents for e in i.timeline)
