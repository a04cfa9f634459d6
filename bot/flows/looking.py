"""What a model may look up while it answers: our own sources, bounded, and nothing that acts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident
from bot.domain.logs.errors import error_events, when
from bot.domain.logs.lines import LogLine
from bot.domain.measures.points import Points, unpacked
from bot.domain.moves import Status
from bot.domain.past.memory import Memory
from bot.domain.severity import kind_of
from bot.flows.triage import ask
from bot.ports import Unavailable, World

MOST_LINES = 60  # of a log or a diff
MOST_PAST = 5  # incidents
MINUTE = timedelta(minutes=1)
UNITS = {
    "memory": "MB",
    "cpu": "% of its limit",
    "errors_per_minute": "errors a minute",
    "response_time": "s, the slowest of each minute",
}
POINTS = "_points"  # facts that end so are rows for charts


async def look(world: World, incident: Incident, name: str, wish: Mapping[str, Any]) -> str:
    """Carry out one look by its name (`narration.brief.Look`). Raises Unavailable.

    Of an incident that is closed only memory can tell more: what stands now is another time.
    """
    if name == "past_incidents":
        return await past(world, incident, str(wish["words"]))
    if incident.status is Status.CLOSED:
        raise Unavailable("the incident is closed: only what was kept of it, and memory, can tell")
    try:
        async with asyncio.timeout(world.rules.triage_within.total_seconds()):
            return "\n".join(await live(world, incident, name, wish))
    except TimeoutError:
        raise Unavailable("no answer in time") from None


async def live(
    world: World, incident: Incident, name: str, wish: Mapping[str, Any]
) -> Sequence[str]:
    match name:
        case "search_logs":
            found = await search(world, incident, str(wish["text"]), since(world, wish))
        case "deploy_diff":
            found = await diff(world, incident, str(wish["deploy"]))
        case "metric":
            found = await metric(world, incident, str(wish["name"]), since(world, wish))
        case "database":
            found = [line for e in await gathered(world, incident, "database") for line in told(e)]
        case "dependency":
            found = await dependency(world, incident, str(wish["name"]))
        case _:
            raise Unavailable("there is no such look")
    return found


def since(world: World, wish: Mapping[str, Any]) -> datetime:
    return world.now() - int(wish["minutes"]) * MINUTE


async def logs(world: World, incident: Incident) -> list[tuple[str, Sequence[LogLine]]]:
    """The newest lines of each service that has a log."""
    known = [j for j in world.journals if j.service in incident.services]
    if not known:
        raise Unavailable("no log is set up")
    return [(journal.service, await journal.lines()) for journal in known]


async def search(world: World, incident: Incident, text: str, begin: datetime) -> list[str]:
    found = []
    for service, lines in await logs(world, incident):
        read = [line for line in lines if line.at >= begin]
        hits = [line for line in read if text.casefold() in line.text.casefold()]
        if not read:
            continue
        oldest = f"the oldest read is of {read[0].at:%H:%M:%S}"
        found.append(f"{service}: {len(hits)} of {len(read)} lines have it; {oldest}")
        found += [f"{line.at:%H:%M:%S} {line.text}" for line in hits[-MOST_LINES:]]
    return found


async def diff(world: World, incident: Incident, deploy: str) -> list[str]:
    known = [d for d in world.diffs if d.service in incident.services]
    if not known:
        raise Unavailable("nothing is set up that knows deploys")
    found = [line for one in known for line in await one.diff(deploy)]
    return found[:MOST_LINES]


async def metric(world: World, incident: Incident, name: str, begin: datetime) -> list[str]:
    if name == "errors_per_minute":
        rows = {s: errors(lines) for s, lines in await logs(world, incident)}
    elif name == "response_time":
        rows = await answers(world, incident, begin)
    else:
        measured = await gathered(world, incident, "metrics")
        rows = {e.id: unpacked(e.fact(f"{name}{POINTS}") or "") for e in measured}
    return [
        f"{which}: {summed_up(name, kept)}"
        for which, points in rows.items()
        if (kept := [(at, value) for at, value in points if at >= begin])
    ]


def errors(lines: Sequence[LogLine]) -> Points:
    """How many in each minute that was read, also where there were none."""
    if not lines:
        return ()
    seen = Counter(minute(when(event)) for event in error_events(lines))
    first, last = minute(lines[0].at), minute(lines[-1].at)
    all_of_them = (first + n * MINUTE for n in range((last - first) // MINUTE + 1))
    return tuple((at, float(seen[at])) for at in all_of_them)


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


async def answers(world: World, incident: Incident, begin: datetime) -> dict[str, Points]:
    """What our own looks at its addresses have measured."""
    asked = [c for c in world.checks if c.service in incident.services]
    found: dict[str, Points] = {}
    for check in asked:
        if kind_of(check.name) == "http":
            seen = await world.store.stretches(check.service, check.name, begin)
            rows = tuple((s.at, s.high) for s in seen if s.high is not None)
            found[f"{check.service} {check.name}"] = rows
    return found


def summed_up(name: str, points: Sequence[tuple[datetime, float]]) -> str:
    (low_at, low), (high_at, high) = min(points, key=value_of), max(points, key=value_of)
    (first, _), (last, latest) = points[0], points[-1]
    return (
        f"{name} in {UNITS[name]}: lowest {low:.4g} at {low_at:%H:%M},"
        f" highest {high:.4g} at {high_at:%H:%M}, latest {latest:.4g} at {last:%H:%M};"
        f" {len(points)} values since {first:%H:%M}"
    )


def value_of(point: tuple[datetime, float]) -> float:
    return point[1]


async def dependency(world: World, incident: Incident, name: str) -> list[str]:
    """What is known of the one of that name; else which there are."""
    known = await gathered(world, incident, "dependencies")
    lines = [line for one in known for line in told(one)]
    wanted = [line for line in lines if name.casefold() in line.casefold()]
    return wanted or [f"no dependency is called {name}", *(one.summary for one in known)]


async def gathered(world: World, incident: Incident, name: str) -> list[Evidence]:
    """What the sources of that name say now. Raises Unavailable where none can be read."""
    asked = [s for s in (*world.sources, *world.deeper) if s.name == name]
    mine = [s for s in asked if s.service in incident.services]
    if not mine:
        raise Unavailable("nothing is set up that could tell")
    found = await asyncio.gather(*(ask(world, one, incident) for one in mine))
    readable = [one for one in found if one.found is not Found.UNREADABLE]
    if not readable:
        raise Unavailable(found[0].summary)
    return readable


def told(evidence: Evidence) -> Iterator[str]:
    yield evidence.summary
    yield from (f"{name}: {value}" for name, value in evidence.facts if not name.endswith(POINTS))
    yield from evidence.lines


async def past(world: World, incident: Incident, words: str) -> str:
    recalled = await world.store.recall("", words, incident.service, MOST_PAST)
    return "\n".join(remembered(m for m in recalled.memories if m.id != incident.id))


def remembered(memories: Iterable[Memory]) -> Iterator[str]:
    for one in memories:
        vain = f"; did not help: {', '.join(dict.fromkeys(one.failed))}" if one.failed else ""
        cause = f"; cause ({one.sure}): {one.cause}" if one.cause else ""
        helped = one.helped or "not known"
        yield f"#{one.id} {one.began:%Y-%m-%d} {one.title}; helped: {helped}{vain}{cause}"
