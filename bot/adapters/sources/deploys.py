"""What was deployed last, and how long before the trouble began."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.render import Render
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.platform import Deploy, newest_first

SHORT = 7  # characters of a commit id, as git abbreviates it
SHOWN = 60  # characters of it in the summary
LONGEST = 120  # characters of a commit message that are quoted


@dataclass(frozen=True)
class Deploys:
    """Evidence D1. Raises Unavailable."""

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    name: str = "deploys"

    async def gather(self, incident: Incident) -> Evidence:
        newest = newest_first(await self.render.deploys(self.id))[:2]
        if not newest:
            return Evidence("D1", self.name, Found.NOTHING, "nothing was ever deployed")
        before = _minutes_before(newest[0], incident.began_at)
        lines = tuple(_line(deploy, self.now()) for deploy in newest)
        summary = _summary(newest[0], before)
        return Evidence("D1", self.name, Found.SOMETHING, summary, _facts(newest, before), lines)


def _minutes_before(deploy: Deploy, began: datetime) -> float | None:
    """Minutes from the end of the deploy to the begin of the trouble; negative when after it."""
    at = deploy.finished_at or deploy.created_at
    return (began - at).total_seconds() / 60 if at else None


def _summary(latest: Deploy, before: float | None) -> str:
    title = latest.message.partition("\n")[0][:SHOWN]
    commit = f"{latest.commit[:SHORT]} “{title}”" if latest.commit else "no commit"
    said = f"latest is {latest.status}: {commit}"
    if before is None:
        return said
    when = "before" if before >= 0 else "after"
    return f"{said}, {_length(abs(before))} {when} the trouble began"


def _facts(newest: list[Deploy], before: float | None) -> tuple[tuple[str, str], ...]:
    facts = {}
    for name, deploy in zip(("latest", "previous"), newest, strict=False):
        facts[name] = deploy.id
        facts[f"{name}_commit"] = deploy.commit
        facts[f"{name}_status"] = deploy.status
    if before is not None:
        facts["minutes_before"] = f"{before:.0f}"
    return tuple(facts.items())


def _line(deploy: Deploy, now: datetime) -> str:
    at = deploy.created_at
    age = f", {_length((now - at).total_seconds() / 60)} old" if at else ""
    first = deploy.message.partition("\n")[0][:LONGEST]
    return f"{deploy.id} {deploy.status}{age}: {deploy.commit[:SHORT]} {first}".rstrip()


def _length(minutes: float) -> str:
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004 - two days
