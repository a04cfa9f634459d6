"""What the logs said before an incident, and which of what they say now they did not say then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.check import Result, Seen
from bot.domain.incident import Incident
from bot.domain.logs.baseline import Baseline, Known, baseline, kinds, new_errors
from bot.domain.logs.errors import error_events
from bot.domain.logs.lines import LogLine
from bot.domain.proof import regressed
from bot.ports import Journal, Unavailable, World

OVERLAP = timedelta(minutes=1)  # lines may arrive late, and an error may have begun before
AGAIN = timedelta(seconds=30)  # after a log that could not be read, as the platform counts calls
TRIED = "log.compared"  # memo: the last look that proved nothing, as incident and time


@dataclass(frozen=True)
class Compared:
    """`new` are the kinds of errors that the time before the incident did not have.

    `gone` are those that were logged at first and not again. `unread` says why a log was not
    compared, "" when all of them were; `any_log` is whether there is one at all. `found` are
    baselines that could only be read now.
    """

    new: tuple[Known, ...] = ()
    gone: tuple[Known, ...] = ()
    unread: str = ""
    any_log: bool = False
    found: tuple[Baseline, ...] = ()


def journals_of(world: World, incident: Incident) -> Sequence[Journal]:
    return [j for j in world.journals if j.service in incident.services]


async def missing_baselines(world: World, incident: Incident) -> tuple[Baseline, ...]:
    """Of each service whose time before is not known yet, and can be read."""
    known = incident.baselines
    unknown = [j for j in journals_of(world, incident) if j.service not in known]
    if not unknown:
        return ()
    until = await last_well(world, incident)
    read = await asyncio.gather(*(one_baseline(world, j, until) for j in unknown))
    return tuple(one for one in read if one)


async def one_baseline(world: World, journal: Journal, until: datetime) -> Baseline | None:
    try:
        lines = await in_time(world, journal, None, until)
    except Unavailable:
        return None
    return await asyncio.to_thread(baseline, journal.service, lines, until)


async def last_well(world: World, incident: Incident) -> datetime:
    """The last look that passed before the first failure: what was logged by then is no news."""
    first = [incident.opened_at]
    for event in incident.failing:
        looks = await world.store.results(*incident.named(event))
        first.append(well_before(looks, event.at))
    return min(first)


def well_before(newest_first: Sequence[Result], found: datetime) -> datetime:
    """When a check passed last before it was found failing; without that, its first failure."""
    looks = [look for look in newest_first if look.at <= found]
    passed = next((look.at for look in looks if look.seen is Seen.PASS), None)
    return passed or min((look.at for look in looks), default=found)


async def compared(
    world: World, incident: Incident, after: datetime, *, first: datetime | None = None
) -> Compared:
    """Compare what was logged after that time with the time before the incident.

    From `first` until `after` lies what may be felt of an act: it is told, and counts for nothing.
    """
    since = min(first or after, after)
    journals, found = journals_of(world, incident), await missing_baselines(world, incident)
    known = {**{one.service: one for one in found}, **incident.baselines}
    logs = [await one_log(world, j, known.get(j.service), since, after) for j in journals]
    return Compared(
        new=tuple(kind for log in logs for kind in log.new),
        gone=tuple(kind for log in logs for kind in log.gone),
        unread=next((log.unread for log in logs if log.unread), ""),
        any_log=bool(journals),
        found=found,
    )


async def one_log(
    world: World, journal: Journal, before: Baseline | None, since: datetime, after: datetime
) -> Compared:
    if before is None:
        return Compared(unread="what it said before the trouble is not known")
    try:
        lines = await in_time(world, journal, since - OVERLAP, world.now() + OVERLAP)
    except Unavailable as hidden:
        return Compared(unread=str(hidden))
    every = await asyncio.to_thread(new_errors, lines, before.marks, since)
    late = await asyncio.to_thread(new_errors, lines, before.marks, after)
    return Compared(new=late, gone=without(every, late))


def without(every: Sequence[Known], some: Sequence[Known]) -> tuple[Known, ...]:
    marks = {known.mark for known in some}
    return tuple(known for known in every if known.mark not in marks)


async def came_with_it(
    world: World, incident: Incident, known: Known, until: datetime
) -> bool | None:
    """Whether that error was logged during the trouble already; None: that cannot be read."""
    try:
        read = [
            await in_time(world, journal, incident.began_at - OVERLAP, until)
            for journal in journals_of(world, incident)
        ]
    except Unavailable:
        return None
    seen = (kind.mark for lines in read for kind in kinds(error_events(lines)))
    return known.mark in seen


async def in_time(
    world: World, journal: Journal, since: datetime | None, until: datetime
) -> Sequence[LogLine]:
    """Raises Unavailable, also when it takes too long."""
    try:
        async with asyncio.timeout(world.rules.triage_within.total_seconds()):
            return await journal.between(since, until)
    except TimeoutError:
        raise Unavailable("no answer in time") from None


async def goes_on(world: World, incident: Incident) -> bool:
    """Whether a new error, which ended the last proof, may not be gone yet.

    It is gone when nothing of its kind was logged for as long as a service must be healthy.
    """
    last, now = regressed(incident), world.now()
    if last is None:
        return False
    quiet = now - world.rules.health_for
    if last.at > quiet or await tried_lately(world, incident):
        return True
    seen = await compared(world, incident, quiet)
    if seen.new or seen.unread:
        await note_try(world, incident)
        return True
    return False


async def tried_lately(world: World, incident: Incident) -> bool:
    which, _, at = (await world.store.memo(TRIED) or "").partition(" ")
    return which == str(incident.id) and world.now() - datetime.fromisoformat(at) < AGAIN


async def note_try(world: World, incident: Incident) -> None:
    await world.store.set_memo(TRIED, f"{incident.id} {world.now().isoformat()}")
