"""What the database says of itself, or why it says nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapters.postgres import Finding, Probe
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.ports import Unavailable


@dataclass(frozen=True)
class Database:
    """One new connection, as the service would make it. Raises Unavailable when we are blind."""

    service: str
    probe: Probe
    name: str = "database"

    async def gather(self, incident: Incident) -> Evidence:  # noqa: ARG002 - the port's form
        found = await self.probe.figures()
        if found.blind:
            raise Unavailable(found.detail)
        state = found.code or "ok"
        summary = _summary(found)
        return Evidence("B1", self.name, Found.SOMETHING, summary, _facts(state, found))


def _summary(found: Finding) -> str:
    if found.connections is None:
        return found.detail
    taken = f"{found.connections} of {found.max_connections} connections"
    return f"{found.detail}, {taken} taken, version {found.version}"


def _facts(state: str, found: Finding) -> tuple[tuple[str, str], ...]:
    facts = {"state": state, "detail": found.detail}
    if found.seconds is not None:
        facts["ms"] = f"{found.seconds * 1000:.0f}"
    if found.connections is not None:
        facts["version"] = found.version
        facts["connections"] = str(found.connections)
        facts["max"] = str(found.max_connections)
    return tuple(facts.items())
