"""How the variables stand that may be set and shown, and which wait for a deploy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.render import Render
from bot.adapters.render_deploys import READ
from bot.adapters.render_live import CLOCKS_APART
from bot.adapters.render_variables import read_variables
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.platform import live_deploy
from bot.domain.variables import SOURCE, Known, facts, known, set_since


@dataclass(frozen=True)
class Variables:
    """Evidence V1, of those names alone. Raises Unavailable when one of them cannot be read."""

    service: str
    id: str
    render: Render
    names: Sequence[str]
    name: str = SOURCE

    async def gather(self, incident: Incident) -> Evidence:
        values, deploys = await asyncio.gather(
            read_variables(self.render, self.id, self.names), self.render.deploys(self.id, READ)
        )
        live = live_deploy(deploys)
        begun = live.created_at if live and live.created_at else None
        asked = set_since(incident, begun + CLOCKS_APART) if begun else {}
        waiting = [name for name, value in asked.items() if values.get(name) == value]
        found = known(values, waiting)
        said = ", ".join(found.said(name) for name in self.names)
        return Evidence("V1", self.name, Found.SOMETHING, f"{said}{_late(found)}", facts(found))


def _late(found: Known) -> str:
    names = ", ".join(sorted(found.waiting))
    return f"; not taken up by what runs: {names}" if names else ""
