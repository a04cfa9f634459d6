"""What the service said last: its newest hundred lines, summed up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.logs.errors import when
from bot.domain.logs.lines import LogLine
from bot.domain.logs.summary import LogSummary, summarise

LINES = 100
LOOK_BACK = timedelta(hours=24)  # a service that lies still has said nothing for hours
MOST_LINES = 12  # quoted
LONGEST = 200  # characters of a line that is quoted


@dataclass(frozen=True)
class RecentLogs:
    """Evidence L1. Raises Unavailable."""

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    name: str = "logs"

    async def gather(self, incident: Incident) -> Evidence:  # noqa: ARG002 - the port's form
        now = self.now()
        owner = await self.render.owner(self.id)
        lines = await self.render.logs(owner, self.id, now - LOOK_BACK, now, LINES)
        found = summarise(lines)
        something = Found.SOMETHING if found.errors else Found.NOTHING
        quoted = quote(found.top.sample) if found.top else ()
        return Evidence("L1", self.name, something, _summary(found), _facts(found, now), quoted)


def quote(sample: Sequence[str]) -> tuple[str, ...]:
    """The first line and the end: the announcement, and the exception with its last frames."""
    if len(sample) > MOST_LINES:
        sample = (sample[0], "…", *sample[2 - MOST_LINES :])
    return tuple(line[:LONGEST] for line in sample)


def _summary(found: LogSummary) -> str:
    if found.first is None:
        return f"no lines in {LOOK_BACK.total_seconds() / 3600:.0f} hours"
    read = f"the last {found.lines} lines (since {found.first:%H:%M} UTC)"
    if found.top is None or found.last_error is None:
        return f"no errors in {read}"
    where = f" in {found.top.where}" if found.top.where else ""
    kinds = f" of {len(found.groups)} kinds" if len(found.groups) > 1 else ""
    errors = "1 error" if found.errors == 1 else f"{found.errors} errors"
    return (
        f"{errors}{kinds} in {read}, the latest at {when(found.last_error):%H:%M:%S};"
        f" most often {found.top.title[:LONGEST]}{where} (×{found.top.count})"
    )


def _facts(found: LogSummary, now: datetime) -> tuple[tuple[str, str], ...]:
    facts = {"lines": str(found.lines), "errors": str(found.errors)}
    if found.top:
        facts["top_error"] = found.top.title[:LONGEST]
        facts["top_count"] = str(found.top.count)
        facts["top_where"] = found.top.where
    if found.first_error and found.last_error:
        facts["first_error"] = when(found.first_error).isoformat()
        facts["last_error"] = when(found.last_error).isoformat()
        since = (now - when(found.first_error)).total_seconds() / 60
        facts["errors_since_minutes"] = f"{since:.0f}"
    if found.last_success:
        facts["last_success"] = _said(found.last_success)
        facts["last_success_at"] = found.last_success.at.isoformat()
    if found.started_at:
        facts["started_at"] = found.started_at.isoformat()
    return tuple(facts.items())


def _said(line: LogLine) -> str:
    return line.text[:LONGEST]
