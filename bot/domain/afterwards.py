"""What is asked when it is over: whether to mend it for good, and whether to tell the users."""

from __future__ import annotations

from enum import StrEnum

from .incident import Incident
from .moves import Kind, Status
from .proof import done
from .severity import Severity

QUICK = frozenset(
    {"restart", "rollback", "restart-database", "scale", "feature", "end-session", "clear-cache"}
)
PRIORITY = {Severity.P0: "high", Severity.P1: "high", Severity.P2: "medium", Severity.P3: "low"}
LONGEST = 250  # characters of a to-do


class Matter(StrEnum):
    """What the question is about: the code of the event that answers it."""

    GOAL = "goal"
    USERS = "users"


def proper_fix(incident: Incident) -> str:
    """What a quick fix has left to mend, with priority and time; "" where none was used."""
    act = incident.act
    if act is None or any(e.at > act.at for e in incident.deploys):
        return ""
    offer, cause = incident.offered(act.offer), incident.cause
    if offer is None or offer.action not in QUICK:
        return ""
    ways = [option for option in (cause.options if cause else ()) if option.steps]
    name, time = (ways[0].name, f", {ways[0].time}") if ways else ("Find out why it failed", "")
    return f"{name} ({PRIORITY[incident.severity]} priority{time})"


def goal_of(incident: Incident) -> str:
    """The to-do that it becomes: what to mend, and why."""
    why = f": {incident.cause.cause}" if incident.cause else ""
    return f"{proper_fix(incident)}{why}"[:LONGEST]


def open_matters(incident: Incident) -> tuple[Matter, ...]:
    """The questions that nobody has answered since it was over."""
    if incident.status not in {Status.RESOLVED, Status.CLOSED}:
        return ()
    answered = {e.code for e in incident.spell if e.kind in ANSWERS}
    asked = []
    if proper_fix(incident) and Matter.GOAL not in answered:
        asked.append(Matter.GOAL)
    proved = any(e.kind is Kind.RECOVERED for e in incident.spell)
    felt = incident.severity is not Severity.P3 and proved and bool(done(incident))
    if felt and Matter.USERS not in answered:
        asked.append(Matter.USERS)
    return tuple(asked)


ANSWERS = frozenset({Kind.LEFT, Kind.DRAFTED, Kind.DECLINED})
