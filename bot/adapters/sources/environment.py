"""Whether the variables that the service needs are set: their names, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.adapters.render import Render
from bot.domain.evidence import Evidence, Found, found_by
from bot.domain.incident import Incident
from bot.domain.required import lines, named_in, standing, summary

MISSING = "missing_env_var"
NOT_READ = "Read: the service's own variables. Not read: environment groups that are linked to it."


@dataclass(frozen=True)
class Environment:
    """Evidence E1. Raises Unavailable when the names cannot be read.

    `required` are names with what each is for; a name that the log says is missing is added.
    """

    service: str
    id: str
    render: Render
    required: Mapping[str, str] = field(default_factory=dict)
    name: str = "environment"

    async def gather(self, incident: Incident) -> Evidence:
        known = await self.render.variables(self.id)
        named = missed(incident)
        found = standing(self.required, named, known)
        facts = {
            "all_set": "no" if found.lacking else "yes",
            "missing": ",".join(found.missing),
            "empty": ",".join(found.empty),
            "set": ",".join(found.set),
            "named": ",".join(found.named),
            "late": ",".join(found.late),
        }
        said = summary(found)
        told = (*lines(found, self.required), *((NOT_READ,) if found.missing else ()))
        state = Found.SOMETHING if found.lacking else Found.NOTHING
        return Evidence("E1", self.name, state, said, tuple(facts.items()), told)


def missed(incident: Incident) -> tuple[str, ...]:
    """What the log says is missing; nothing where it speaks of other trouble."""
    log = found_by("logs", incident.evidence)
    if log is None or log.fact("category") != MISSING:
        return ()
    return named_in(log.fact("cause_error") or log.fact("top_error") or "")
