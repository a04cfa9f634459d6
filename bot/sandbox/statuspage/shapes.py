"""The feeds: what Statuspage makes of a page.

Shapes: a recording of discordstatus.com in discord-undoc.github.io (`src/status_api.md`) and one
of status.claude.com of September 2026. `page.updated_at` moves with incidents, not with requests.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.statuspage.page import Component, Incident, Page, Update

MOST_INCIDENTS = 50
LONG_BEFORE = timedelta(days=365)  # components are older than the world
DESCRIPTIONS = {
    "none": "All Systems Operational",
    "minor": "Minor Service Outage",
    "major": "Partial System Outage",
    "critical": "Major Service Outage",
    "maintenance": "Service Under Maintenance",
}
INDICATORS = {  # of a component that no incident speaks of
    "operational": "none",
    "under_maintenance": "maintenance",
    "degraded_performance": "minor",
    "partial_outage": "major",
    "major_outage": "critical",
}
RANK = ("none", "maintenance", "minor", "major", "critical")

Json = dict[str, Any]


def summary(page: Page) -> Json:
    """Only what is not over: the history is in the other feeds."""
    return {
        **_head(page),
        "components": [_component(page, one) for one in page.components],
        "incidents": _incidents(page, unresolved=True),
        "scheduled_maintenances": _maintenances(page, "scheduled", *RUNNING),
        "status": _status(page),
    }


def status(page: Page) -> Json:
    return {**_head(page), "status": _status(page)}


def components(page: Page) -> Json:
    return {**_head(page), "components": [_component(page, one) for one in page.components]}


def incidents(page: Page) -> Json:
    return {**_head(page), "incidents": _incidents(page)[:MOST_INCIDENTS]}


def unresolved(page: Page) -> Json:
    return {**_head(page), "incidents": _incidents(page, unresolved=True)}


def maintenances(page: Page) -> Json:
    return {**_head(page), "scheduled_maintenances": _maintenances(page)}


def upcoming(page: Page) -> Json:
    return {**_head(page), "scheduled_maintenances": _maintenances(page, "scheduled")}


def active(page: Page) -> Json:
    return {**_head(page), "scheduled_maintenances": _maintenances(page, *RUNNING)}


RUNNING = ("in_progress", "verifying")


def _head(page: Page) -> Json:
    vendor = page.vendor
    about = {"id": vendor.page_id, "name": vendor.name, "url": vendor.url}
    return {"page": {**about, "time_zone": "Etc/UTC", "updated_at": stamp(page.updated_at)}}


def _status(page: Page) -> Json:
    """The worst of open incidents and components. How Statuspage weighs them is unknown."""
    said = [one.impact for one in page.incidents if not one.over and one.scheduled is None]
    seen = [INDICATORS[one.status] for one in page.components]
    worst = max((*said, *seen, "none"), key=RANK.index)
    return {"indicator": worst, "description": DESCRIPTIONS[worst]}


def _component(page: Page, one: Component) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "status": one.status,
        "created_at": stamp(one.created_at - LONG_BEFORE),
        "updated_at": stamp(one.updated_at),
        "position": one.position,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": page.vendor.page_id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _incidents(page: Page, *, unresolved: bool = False) -> list[Json]:
    found = [one for one in reversed(page.incidents) if one.scheduled is None]
    return [_incident(page, one) for one in found if not (unresolved and one.over)]


def _maintenances(page: Page, *statuses: str) -> list[Json]:
    found = [one for one in reversed(page.incidents) if one.scheduled is not None]
    return [_incident(page, one) for one in found if not statuses or one.status in statuses]


def _incident(page: Page, one: Incident) -> Json:
    times = one.scheduled
    planned = (
        {"scheduled_for": stamp(times[0]), "scheduled_until": stamp(times[1])} if times else {}
    )
    return {
        "id": one.id,
        "name": one.name,
        "status": one.status,
        "created_at": stamp(one.updates[0].at),
        "updated_at": stamp(one.updates[-1].at),
        "monitoring_at": _maybe(one.since("monitoring", "verifying")),
        "resolved_at": _maybe(one.since("resolved", "completed")),
        "impact": one.impact,
        "shortlink": f"https://stspg.io/{one.id}",
        "started_at": stamp(one.updates[0].at),
        "page_id": page.vendor.page_id,
        "incident_updates": [_update(one, said) for said in reversed(one.updates)],
        "components": [_component(page, part) for part in one.components],
        **planned,
    }


def _update(one: Incident, said: Update) -> Json:
    affected = [
        {
            "code": part.component.id,
            "name": part.component.name,
            "old_status": part.old,
            "new_status": part.new,
        }
        for part in said.affected
    ]
    return {
        "id": said.id,
        "status": said.status,
        "body": said.body,
        "incident_id": one.id,
        **dict.fromkeys(("created_at", "updated_at", "display_at"), stamp(said.at)),
        "affected_components": affected or None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
