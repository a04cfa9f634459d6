"""The first line: on a locked screen, sixty characters must tell all."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.domain.proof import regressed
from bot.domain.rules import Rules
from bot.domain.severity import row

from .words import clock, flat, span

ON_SCREEN = 60  # characters that a lock screen is sure to show

MARK = {
    Status.OPEN: "🔴",
    Status.APPROVED: "🟠",
    Status.RUNNING: "🟠",
    Status.VERIFYING: "🟡",
}
ENDS = {Kind.RECOVERED: ("🟢", "resolved"), Kind.OVERRIDDEN: ("⚪", "closed without proof")}


def headline(incident: Incident, rules: Rules) -> str:
    """Severity, what is broken for users, since when: as plain text."""
    name = flat(hurt(incident), 20)
    if end := over(incident):
        mark, how = ENDS[end.kind]
        return f"{mark} {incident.severity} {name}: {how} after {span(lasted(incident))}"
    mark, since = MARK[incident.status], clock(incident.began_at, rules.zone)
    if incident.status is Status.OPEN and regressed(incident):
        return f"{mark} {incident.severity} {name} is back, with a new error · since {since}"
    if incident.status is Status.VERIFYING:
        return f"{mark} {incident.severity} {name}: checking that it is over · since {since}"
    return f"{mark} {incident.severity} {name} {impact(incident)} · since {since}"


def hurt(incident: Incident) -> str:
    """The service that it is worst for: not always the one it began with."""
    return incident.named(incident.failing[0])[0] if incident.failing else incident.service


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
    """The event that ended it, proved or said by a person; None while it is not over."""
    if incident.status not in {Status.RESOLVED, Status.CLOSED}:
        return None
    return incident.last(Kind.RECOVERED, Kind.OVERRIDDEN)


def lasted(incident: Incident) -> timedelta:
    """From the detection of this spell to its end, the proof included, or to what is known last."""
    end = over(incident)
    return (end.at if end else incident.timeline[-1].at) - incident.began_at
