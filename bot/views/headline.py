"""The first line: on a locked screen, sixty characters must tell all."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.incident import Event, Incident, Kind, Status
from bot.domain.rules import Rules
from bot.domain.severity import row

from .words import clean, clock, short, span

ON_SCREEN = 60  # characters that a lock screen is sure to show

MARK = {
    Status.OPEN: "🔴",
    Status.APPROVED: "🟠",
    Status.RUNNING: "🟠",
    Status.VERIFYING: "🟡",
    Status.RESOLVED: "🟢",
    Status.CLOSED: "🟢",
}


def headline(incident: Incident, rules: Rules) -> str:
    """Severity, what is broken for users, since when: as plain text."""
    mark = MARK[incident.status]
    name = short(clean(incident.service), 20)
    if incident.status in {Status.RESOLVED, Status.CLOSED}:
        return f"{mark} {incident.severity} {name}: resolved after {span(lasted(incident))}"
    since = clock(incident.began_at, rules.zone)
    if incident.status is Status.VERIFYING:
        return f"{mark} {incident.severity} {name}: checking that it is over · since {since}"
    return f"{mark} {incident.severity} {name} {impact(incident)} · since {since}"


def impact(incident: Incident) -> str:
    """What it means for users, in words that follow the service's name."""
    if not incident.failing:
        return "has an incident"
    worst = incident.failing[0]
    return row(worst.check, worst.code).impact


def was(incident: Incident) -> str:
    """The same once it is over."""
    if not incident.failing:
        return "had an incident"
    worst = incident.failing[0]
    return row(worst.check, worst.code).was


def over(incident: Incident) -> Event | None:
    """The event that ended it: proved, or said by a person."""
    return incident.last(Kind.RECOVERED, Kind.OVERRIDDEN)


def lasted(incident: Incident, now: datetime | None = None) -> timedelta:
    """How long users were hurt: from the first detection of the spell to its end."""
    end = over(incident)
    until = now or (end.at if end else incident.timeline[-1].at)
    return until - incident.began_at
