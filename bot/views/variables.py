"""A variable that is missing: what it is for, where it is added, and the button for when it is."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.evidence import Evidence
from bot.domain.incident import Incident
from bot.domain.moves import Status
from bot.domain.remedy import Proposal
from bot.domain.required import SOURCE, lacking
from bot.domain.runbook import Link

from .message import Button
from .runbook import links
from .words import esc, small

PAGE = Link("Its environment page", "/{kind}/{service_id}/env")
MISSES = "missing_env_var"
MOST = 3  # names on a card


def guide(incident: Incident, places: Mapping[str, str]) -> str:
    """On the card of an incident that comes of it: which, what for, and where it is added."""
    cause = incident.cause if incident.status is Status.OPEN else None
    seen = next((e for e in incident.evidence if e.source == SOURCE), None)
    if cause is None or cause.category != MISSES or seen is None or not lacking(seen):
        return ""
    return "\n".join([*missing(seen)[:MOST], way(places)])


def missing(seen: Evidence) -> list[str]:
    """A line for each that is not set, with what it is for."""
    return [esc(line, 160) for line in seen.lines if line.startswith("❌")]


def way(places: Mapping[str, str]) -> str:
    page = links([PAGE], places)
    where = f"{page}: add it there" if page else "Add it on its environment page"
    return f"{where} and save it, then tap. {small('I read names, never values.')}"


def waits_for_it(incident: Incident, offer: Proposal) -> bool:
    """Whether that redeploy helps only once somebody has added what is missing."""
    seen = next((e for e in incident.evidence if e.source == SOURCE), None)
    return offer.action == "redeploy" and seen is not None and bool(lacking(seen))


def added(service: str, incident: int = 0, style: str = "") -> Button:
    return Button("🚀 I have added it → redeploy", "added", incident, service, style)
