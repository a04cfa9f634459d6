"""What the service used over the last hour: memory, CPU and answers, and where they are going."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.adapters.render_answers import Series
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.measures.points import Points, thin
from bot.domain.measures.usage import Used, facts_of, said
from bot.domain.platform import Happening
from bot.ports import Unavailable

LOOK_BACK = timedelta(minutes=60)
NAMES = {
    "memory": "memory",
    "memory-limit": "the memory limit",
    "cpu": "CPU",
    "cpu-limit": "the CPU limit",
    "http-requests": "requests",
    "http-latency": "response times",
}
EVENTS = "events"
IN_WORDS = {**NAMES, EVENTS: "restarts"}
KILOBYTE, MEGABYTE, GIGABYTE = 1 / 1024, 1, 1024  # in megabytes
# Recorded answers have bytes, ms and cpu; OpenAPI's example has GB.
IN_MEGABYTES = {"kb": KILOBYTE, "kib": KILOBYTE, "mb": MEGABYTE, "mib": MEGABYTE}
IN_MEGABYTES |= {"gb": GIGABYTE, "gib": GIGABYTE}
IN_MILLISECONDS = dict.fromkeys(("s", "sec", "second", "seconds"), 1_000.0)
BYTE = KILOBYTE / 1024
MOST_ROWS = 50  # instances of a metric

Figures = dict[str, tuple[Series, ...]]


@dataclass(frozen=True)
class Metrics:
    """Evidence M1, a slow source. Raises Unavailable when no figure at all can be read.

    Facts that end in `_points` are rows for charts (`bot.domain.measures.points`), the rest is for
    code.
    HTTP figures need a plan that has them, and a worker has none (docs, service metrics).
    """

    service: str
    id: str
    render: Render
    now: Callable[[], datetime]
    name: str = "metrics"

    async def gather(self, incident: Incident) -> Evidence:
        now = self.now()
        (figures, unread), (events, blind) = await asyncio.gather(
            self._figures(now), self._events(now)
        )
        used = used_of(figures)
        facts = facts_of(used, events, incident.began_at, now)
        empty = [NAMES[name] for name, rows in figures.items() if not any(s.points for s in rows)]
        why = {IN_WORDS[name]: str(gone) for name, gone in {**unread, **blind}.items()}
        if why:
            facts["unread"] = ",".join([*unread, *blind])
        summary = said(facts, empty=empty, unread=why)
        found = Found.NOTHING if used.nothing else Found.SOMETHING
        return Evidence("M1", self.name, found, summary, tuple(facts.items()))

    async def _figures(self, now: datetime) -> tuple[Figures, dict[str, Unavailable]]:
        """What could be read, by name, and why the rest could not. Raises Unavailable: nothing."""
        asked = (self.render.metrics(name, self.id, now - LOOK_BACK, now) for name in NAMES)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        figures: Figures = {}
        unread: dict[str, Unavailable] = {}
        for name, answer in zip(NAMES, answers, strict=True):
            if isinstance(answer, Unavailable):
                unread[name] = answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                figures[name] = answer
        if not figures:
            raise next(iter(unread.values()))
        return figures, unread

    async def _events(
        self, now: datetime
    ) -> tuple[tuple[Happening, ...], Mapping[str, Unavailable]]:
        """What happened meanwhile; without it the figures are told all the same."""
        try:
            return await self.render.events(self.id, now - LOOK_BACK, now), {}
        except Unavailable as gone:
            return (), {EVENTS: gone}


def used_of(figures: Mapping[str, Sequence[Series]]) -> Used:
    """The answers of the API in the house's units, bounded."""

    def rows(name: str, units: Mapping[str, float], plain: float) -> dict[str, Points]:
        found: dict[str, Points] = {}
        for n, one in enumerate(figures.get(name, ())[:MOST_ROWS]):
            factor = units.get(one.unit.lower(), plain)
            points = thin((at, value * factor) for at, value in one.points)
            found[one.instance if one.instance not in found else f"{one.instance}.{n}"] = points
        return {who: points for who, points in found.items() if points}

    return Used(
        memory=rows("memory", IN_MEGABYTES, BYTE),
        memory_limit=rows("memory-limit", IN_MEGABYTES, BYTE),
        cpu=rows("cpu", {}, 1.0),
        cpu_limit=rows("cpu-limit", {}, 1.0),
        requests=rows("http-requests", {}, 1.0),
        latency=rows("http-latency", IN_MILLISECONDS, 1.0),
    )
