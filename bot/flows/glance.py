"""How things stand: on record, or with a look at once because somebody asks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.check import Result, Verdict
from bot.domain.incident import Refused
from bot.domain.people import Person, Role
from bot.domain.severity import kind_of
from bot.domain.silence import named
from bot.flows.watch import verdict_of, watch
from bot.flows.wishes import allow
from bot.ports import Check, Stale, World
from bot.views.status import Standing

LOOK_WITHIN = timedelta(seconds=25)  # the chat waits for it
NEAR, FAR = 50, 999  # looks that are searched for the beginning of a run


async def look_now(world: World, name: str, by: Person) -> Sequence[Standing]:
    """`/check` or `/check http`: look, with all that follows from it, and say what was seen."""
    allow(world, by, Role.RESPONDER)
    chosen = the_checks(world, name.strip())
    await asyncio.gather(*(look(world, check) for check in chosen))
    return [await standing(world, check) for check in chosen]


async def look(world: World, check: Check) -> None:
    """What takes longer than the chat can wait stays as it was seen last."""
    try:
        async with asyncio.timeout(LOOK_WITHIN.total_seconds()):
            await watch(world, check)
    except (TimeoutError, Stale):
        return


def the_checks(world: World, name: str) -> Sequence[Check]:
    if not name:
        return world.checks
    chosen = [check for check in world.checks if typed(name) in names_of(check)]
    if not chosen:
        known = dict.fromkeys(c.name for c in world.checks)
        raise Refused(f"there is no such check; say one of: {named(known)}")
    return chosen


def names_of(check: Check) -> set[str]:
    own, service = typed(check.name), typed(check.service)
    return {own, kind_of(own), service, f"{service} {own}"}


def typed(name: str) -> str:
    """`Life-OS/http` and `life-os http` are the same."""
    return name.casefold().replace("/", " ")


async def standing(world: World, check: Check) -> Standing:
    looks = await world.store.results(check.service, check.name, limit=NEAR)
    if not looks:
        return Standing(check.service, check.name, Verdict.UNSURE, None)
    verdict = await verdict_of(world, check.service, check.name)
    since = began(looks)
    if since is None and verdict is not Verdict.HEALTHY:
        since = began(await world.store.results(check.service, check.name, limit=FAR))
    known = since or looks[-1].at
    return Standing(check.service, check.name, verdict, looks[0], known, longer=since is None)


def began(newest_first: Sequence[Result]) -> datetime | None:
    """When the run of equal looks began that the newest is part of; None: before all of these."""
    newest = newest_first[0].seen
    other = next((n for n, r in enumerate(newest_first) if r.seen is not newest), None)
    return None if other is None else newest_first[other - 1].at
