"""One vendor's page: its components, and the incidents and maintenances that befall them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.statuspage.vendors import Vendor

COMPONENT = (
    *("operational", "degraded_performance", "partial_outage", "major_outage"),
    "under_maintenance",
)
INCIDENT = ("investigating", "identified", "monitoring", "resolved", "postmortem")
MAINTENANCE = ("scheduled", "in_progress", "verifying", "completed")
IMPACTS = ("none", "minor", "major", "critical", "maintenance")
OVER = {"resolved", "postmortem", "completed"}


@dataclass
class Component:
    id: str
    name: str
    position: int
    created_at: datetime
    updated_at: datetime
    status: str = "operational"


@dataclass(frozen=True)
class Affected:
    component: Component
    old: str
    new: str


@dataclass(frozen=True)
class Update:
    id: str
    status: str
    body: str
    at: datetime
    affected: tuple[Affected, ...]


@dataclass
class Incident:
    """A maintenance is one with `scheduled`: from, until."""

    id: str
    name: str
    impact: str
    components: tuple[Component, ...]
    updates: list[Update] = field(default_factory=list)  # oldest first
    scheduled: tuple[datetime, datetime] | None = None

    @property
    def status(self) -> str:
        return self.updates[-1].status

    @property
    def over(self) -> bool:
        return self.status in OVER

    def since(self, *statuses: str) -> datetime | None:
        """When it first came to one of these."""
        return next((one.at for one in self.updates if one.status in statuses), None)


class Page:
    def __init__(self, vendor: Vendor, now: Callable[[], datetime]) -> None:
        self.vendor, self.now = vendor, now
        self.born = self.updated_at = now()
        self.components = [
            Component(self._id(f"component {name}"), name, n, self.born, self.born)
            for n, name in enumerate(vendor.components, 1)
        ]
        self.incidents: list[Incident] = []  # maintenances too; oldest first

    # What the conductor does.

    def degrade(
        self,
        component: str,
        status: str = "partial_outage",
        title: str = "Elevated errors",
        impact: str = "major",
        body: str = "We are investigating this issue.",
    ) -> Incident:
        """Open an incident; `component` is a name or the beginning of one."""
        _known(impact, IMPACTS)
        found = self.component(component)
        one = Incident(self._id(f"incident {len(self.incidents)}"), title, impact, (found,))
        self.incidents.append(one)
        self._say(one, "investigating", body, status)
        return one

    def update(
        self,
        status: str,
        body: str,
        *,
        component_status: str | None = None,
        incident: Incident | None = None,
    ) -> Incident:
        """Say what is new of an incident or maintenance: the last one that is not over."""
        one = incident or self._current()
        _known(status, INCIDENT if one.scheduled is None else MAINTENANCE)
        self._say(one, status, body, component_status)
        return one

    def resolve(self, incident: Incident | None = None) -> Incident:
        one = incident or self._current()
        over = "resolved" if one.scheduled is None else "completed"
        self._say(one, over, "This incident has been resolved.", "operational")
        return one

    def schedule(
        self,
        component: str,
        title: str,
        start: datetime,
        end: datetime,
        impact: str = "maintenance",
    ) -> Incident:
        """Announce a maintenance; it begins with `update("in_progress", …)`."""
        found = self.component(component)
        id = self._id(f"maintenance {len(self.incidents)}")
        one = Incident(id, title, impact, (found,), scheduled=(start, end))
        self.incidents.append(one)
        self._say(one, "scheduled", "We will be undergoing scheduled maintenance.", None)
        return one

    def clear(self) -> None:
        """All is well, and nothing ever happened."""
        self.incidents.clear()
        self.updated_at = self.now()
        for one in self.components:
            one.status, one.updated_at = "operational", self.updated_at

    # What is asked.

    @property
    def troubled(self) -> bool:
        return any(not one.over and one.scheduled is None for one in self.incidents)

    def component(self, name: str) -> Component:
        found = [one for one in self.components if one.name.lower().startswith(name.lower())]
        if not found:
            raise ValueError(f"{self.vendor.name} has no component {name!r}.")
        return found[0]

    def _current(self) -> Incident:
        for one in reversed(self.incidents):
            if not one.over:
                return one
        raise LookupError(f"Nothing is going on at {self.vendor.name}.")

    def _say(self, one: Incident, status: str, body: str, component_status: str | None) -> None:
        at = self.now()
        affected = tuple(self._touch(part, component_status, at) for part in one.components)
        id = self._id(f"{one.id} update {len(one.updates)}")
        one.updates.append(Update(id, status, body, at, affected))
        self.updated_at = at

    @staticmethod
    def _touch(part: Component, status: str | None, at: datetime) -> Affected:
        """A status of None leaves it as it is."""
        told = Affected(part, part.status, status or part.status)
        _known(told.new, COMPONENT)
        if told.new != told.old:
            part.status, part.updated_at = told.new, at
        return told

    def _id(self, what: str) -> str:
        """Twelve characters, the same in every practice world."""
        return hashlib.sha256(f"{self.vendor.key} {what}".encode()).hexdigest()[:12]


def _known(word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise ValueError(f"{word!r} is none of {', '.join(words)}.")
