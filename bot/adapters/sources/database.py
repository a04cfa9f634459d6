"""What the database says of itself, or why it says nothing; and what the platform says of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapters.postgres import Finding, Probe
from bot.adapters.postgres_health import Health
from bot.adapters.render import Render
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.ports import Unavailable

MOST_NAMED = 2  # of what is bad, in the summary; the lines tell all


@dataclass(frozen=True)
class Database:
    """One new connection, as the service would make it. Raises Unavailable when we are blind.

    `id` is the platform's (dpg-…); without it only the connection is looked at.
    """

    service: str
    probe: Probe
    render: Render | None = None
    id: str = ""
    name: str = "database"

    async def gather(self, incident: Incident) -> Evidence:  # noqa: ARG002 - the port's form
        found = await self.probe.figures()
        if found.blind:
            raise Unavailable(found.detail)
        hosted = await self._hosted()
        facts = {**_facts(found), **({"hosted": hosted} if hosted else {})}
        said = f"{_summary(found)}; Render says {hosted}" if hosted else _summary(found)
        lines = _lines(found.health) if found.health else ()
        return Evidence("B1", self.name, Found.SOMETHING, said, tuple(facts.items()), lines)

    async def _hosted(self) -> str:
        """The platform's word for its state; empty when it is not known."""
        if self.render is None or not self.id:
            return ""
        try:
            hosted = await self.render.postgres(self.id)
        except Unavailable:  # the connection says more, and it has been tried
            return ""
        return "suspended" if hosted.suspended else hosted.status


def _summary(found: Finding) -> str:
    if found.connections is None:
        return found.detail
    taken = f"{found.connections} of {found.max_connections} connections"
    said = f"{found.detail}, {taken} taken, version {found.version}"
    symptoms = found.health.symptoms if found.health else ()
    worse = [one.detail for one in symptoms if one.code != found.code]
    return "; ".join((said, *worse[:MOST_NAMED]))


def _facts(found: Finding) -> dict[str, str]:
    facts = {"state": found.code or "ok", "detail": found.detail}
    if found.seconds is not None:
        facts["ms"] = f"{found.seconds * 1000:.0f}"
    if found.connections is not None:
        facts["version"] = found.version
        facts["connections"] = str(found.connections)
        facts["max"] = str(found.max_connections)
    if found.started_at is not None:
        facts["started"] = found.started_at.isoformat()
    return facts | (_health(found.health) if found.health else {})


def _health(health: Health) -> dict[str, str]:
    """`health` names what is bad, worst first; `unseen` what nobody may call good."""
    bad = ",".join(dict.fromkeys(one.code for one in health.symptoms))
    unseen = {"unseen": ", ".join(health.unseen)} if health.unseen else {}
    return {"health": bad or "ok"} | dict(health.facts) | unseen


def _lines(health: Health) -> tuple[str, ...]:
    """What is bad, then the figures, then what could not be seen."""
    bad = tuple(one.detail for one in health.symptoms)
    unseen = (f"not seen: {', '.join(health.unseen)}",) if health.unseen else ()
    return tuple(dict.fromkeys((*bad, *health.lines, *unseen)))
