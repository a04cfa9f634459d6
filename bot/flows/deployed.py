"""Other code that people put live while an incident is open: written down, once for each deploy."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.evidence import Evidence
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.flows.triage import gather
from bot.ports import World

SOURCE = "deploys"
MOVED = (Status.OPEN, Status.VERIFYING)  # while an act of ours is under way its deploy is ours
SLACK = timedelta(seconds=5)  # between the platform's clock and ours
OF_ACTS = (Kind.ANSWERED, Kind.RAN, Kind.UNKNOWN)  # their notes name the deploy that an act made


async def deployed(world: World) -> bool:
    did = False
    for incident in await world.store.having(*MOVED):
        asked = [s for s in world.sources if s.name == SOURCE]
        if not asked or not any(e.kind is Kind.TRIAGED for e in incident.spell):
            continue
        for found in await gather(world, incident, asked):
            if event := new_code(incident, found, world.now()):
                incident = await world.store.record(incident, event)  # noqa: PLW2901 - the newest copy
                did = True
    return did


def new_code(incident: Incident, found: Evidence, now: datetime) -> Event | None:
    """The deploy that runs now, if it is not known yet, not ours, and brought other code."""
    deploy, commit = found.fact("runs"), found.fact("runs_commit")
    before = ran_before(incident, found)
    noted = {event.code for event in incident.deploys}
    if not deploy or not commit or before is None or deploy in noted:
        return None
    if (commit == before and not noted) or is_ours(incident, found, deploy):
        return None
    since = moment(found.fact("runs_since"))
    at = since if since and incident.began_at <= since <= now else now
    service = found.fact("runs_service") or ""
    other = "" if service == incident.service else service
    said = found.fact("runs_said") or commit
    return Event(Kind.DEPLOYED, at, code=deploy, note=said, service=other)


def ran_before(incident: Incident, found: Evidence) -> str | None:
    """The commit that ran when this spell was first looked into; None: that is not known."""
    looks = (e for event in incident.spell for e in event.evidence if e.source == found.source)
    mine = (e for e in looks if e.fact("runs_service") == found.fact("runs_service"))
    return next((commit for e in mine if (commit := e.fact("runs_commit"))), None)


def is_ours(incident: Incident, found: Evidence, deploy: str) -> bool:
    """Whether an act's own words name it, or it was made while an act that deploys was run."""
    if any(deploy in event.note for event in incident.timeline if event.kind in OF_ACTS):
        return True
    made, started = moment(found.fact("runs_made")), None
    for event in incident.timeline:
        if event.kind is Kind.STARTED:
            started = None if "restart" in event.offer else event.at
        elif event.kind in {Kind.RAN, Kind.UNKNOWN, Kind.FAILED} and started:
            if made and started - SLACK <= made <= event.at + SLACK:
                return True
            started = None
    return False


def moment(iso: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(iso or "")
    except ValueError:
        return None
    return at if at.tzinfo else None
