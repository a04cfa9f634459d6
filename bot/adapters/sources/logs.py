"""What the service says in its log: what is wrong there, how sure that is, and the error itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.logs.deploys import Release
from bot.domain.logs.errors import when
from bot.domain.logs.lines import LogLine
from bot.domain.logs.live import Read, read
from bot.domain.logs.summary import LogSummary, summarise
from bot.domain.measures.points import packed
from bot.domain.moves import Kind
from bot.domain.platform import RELEASED, Deploy
from bot.ports import Unavailable

LINES = 300
LINES_BETWEEN = 800  # lines that are compared: eight calls, as the platform counts them
DEPLOYS = 10
PAST = 10  # incidents
LOOK_BACK = timedelta(hours=24)  # a service that lies still has said nothing for hours
MOST_LINES = 12  # quoted
LONGEST = 200  # characters of a line that is quoted
SHORT = 80  # characters of an error in the summary


async def nothing(_: int) -> Sequence[Incident]:
    return ()


@dataclass(frozen=True)
class RecentLogs:
    """Evidence L1. Raises Unavailable when the lines cannot be read; the deploys may lack.

    `recent` tells so many incidents. What was logged until one was proven over is of that one.
    """

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    recent: Callable[[int], Awaitable[Sequence[Incident]]] = nothing
    name: str = "logs"

    async def gather(self, incident: Incident) -> Evidence:
        now = self.now()
        newest, deploys, past = await asyncio.gather(self.lines(), self._deploys(), self._past())
        well = last_well(past, incident)
        lines = [line for line in newest if well is None or line.at > well]
        said = await asyncio.to_thread(read, lines, deploys, now)
        found = summarise(lines)
        wrong = found.errors or said.found.category != "none"
        return Evidence(
            "L1",
            self.name,
            Found.SOMETHING if wrong else Found.NOTHING,
            _summary(found, well),
            (*_facts(found, now), *_diagnosed(said)),
            quote(said.error or (found.top.sample if found.top else ()), said.raised),
        )

    async def lines(self) -> tuple[LogLine, ...]:
        """The newest of the last day, oldest first. Raises Unavailable."""
        now = self.now()
        return await self._read(now - LOOK_BACK, now, LINES)

    async def between(self, since: datetime | None, until: datetime) -> tuple[LogLine, ...]:
        """The newest of that time, of a day at most, oldest first. Raises Unavailable."""
        return await self._read(since or until - LOOK_BACK, until, LINES_BETWEEN)

    async def _read(self, since: datetime, until: datetime, at_most: int) -> tuple[LogLine, ...]:
        owner = await self.render.owner(self.id)
        return await self.render.logs(owner, self.id, since, until, at_most)

    async def _past(self) -> Sequence[Incident]:
        """Without them what is old may be taken for new; that is less than not to be read."""
        try:
            return await self.recent(PAST)
        except Unavailable:
            return ()

    async def _deploys(self) -> list[Release]:
        """What an error may be new since; without them only that cannot be told."""
        try:
            known = await self.render.deploys(self.id, DEPLOYS)
        except Unavailable:
            return []
        live = [r for d in known if d.status in RELEASED and (r := _release(d))]
        return sorted(live, key=lambda r: r.at)


def last_well(past: Iterable[Incident], incident: Incident) -> datetime | None:
    """When the service was last proven to be well before this trouble began."""
    others = (i for i in past if i.id != incident.id and incident.service in i.services)
    ends = (end.at for i in others if (end := i.last(Kind.RECOVERED)))
    return max((at for at in ends if at < incident.began_at), default=None)


def _release(deploy: Deploy) -> Release | None:
    at = deploy.finished_at or deploy.created_at
    return Release(deploy.id, at, deploy.commit, deploy.message) if at else None


def quote(sample: Sequence[str], raised: str = "") -> tuple[str, ...]:
    """What was raised stands first, as a phone shows three lines; then where, the end of it.

    Markers under a line say nothing on a phone.
    """
    lines = [line[:LONGEST] for line in sample if line.strip(" ^~|+")]
    first = [raised[:LONGEST]] if raised else []
    rest = [line for line in lines if line != raised[:LONGEST]]
    room = MOST_LINES - len(first)
    if len(rest) > room:
        rest = [rest[0], "…", *rest[2 - room :]]
    return (*first, *rest)


def _summary(found: LogSummary, well: datetime | None) -> str:
    if found.first is None and well is not None:
        return f"no lines since all was well at {well:%H:%M} UTC"
    if found.first is None:
        return f"no lines in {LOOK_BACK.total_seconds() / 3600:.0f} hours"
    read_ = f"the last {found.lines} lines (since {found.first:%H:%M} UTC)"
    if found.top is None or found.last_error is None:
        return f"no errors in {read_}"
    errors = "1 error" if found.errors == 1 else f"{found.errors} errors"
    said = f"{errors} in {read_}, the latest at {when(found.last_error):%H:%M:%S}"
    if len(found.groups) == 1:
        return said
    top = f"{found.top.title[:SHORT]} (×{found.top.count})"
    return f"{said}; {len(found.groups)} kinds, most often {top}"


def _facts(found: LogSummary, now: datetime) -> tuple[tuple[str, str], ...]:
    facts = {"lines": str(found.lines), "errors": str(found.errors)}
    if found.first:
        facts["log_begins"] = found.first.isoformat()
    if found.top:
        facts["top_error"] = found.top.title[:LONGEST]
        facts["top_count"] = str(found.top.count)
        facts["top_where"] = found.top.where
    if found.first_error and found.last_error:
        facts["first_error"] = when(found.first_error).isoformat()
        facts["last_error"] = when(found.last_error).isoformat()
        since = (now - when(found.first_error)).total_seconds() / 60
        facts["errors_since_minutes"] = f"{since:.0f}"
        facts["errors_points"] = packed(found.per_minute)
    if found.last_success:
        facts["last_success"] = _said(found.last_success)
        facts["last_success_at"] = found.last_success.at.isoformat()
    if found.started_at:
        facts["started_at"] = found.started_at.isoformat()
    return tuple(facts.items())


def _diagnosed(said: Read) -> tuple[tuple[str, str], ...]:
    """What the analysis makes of them: a category, how sure, what to do and what not to."""
    found = said.found
    facts = {
        "category": found.category,
        "verdict": found.verdict.value,
        "why": found.why,
        "suggests": ",".join(found.suggestions),
        "must_not": ",".join(found.must_not),
        "coverage": said.coverage,
    }
    if error := said.raised or next(iter(said.error), ""):
        facts["cause_error"] = error[:LONGEST]
    if said.files:
        facts["files"] = ",".join(said.files)
    if found.because and (began := found.because[0].first_at):
        facts["cause_first"] = began.isoformat()
    if found.since:
        facts["new_since"] = found.since.name
    if said.orders:
        facts["orders"] = str(len(said.orders))
        facts["order"] = said.orders[0][:LONGEST]
    return tuple(facts.items())


def _said(line: LogLine) -> str:
    return line.text[:LONGEST]
