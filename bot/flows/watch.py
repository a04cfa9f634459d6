"""Look at a check; open an incident when it fails, begin the proof when all pass again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from bot.domain.check import Result, Seen, Verdict, judge
from bot.domain.incident import WHILE_LIVE, Event, Incident, Kind, Status
from bot.domain.severity import row
from bot.ports import Check, Stale, World

log = logging.getLogger(__name__)


async def watch(world: World, check: Check) -> bool:
    result = await check.look()
    await world.store.keep(result)
    looks = await world.store.results(result.service, result.check)
    patience = world.rules.patience_of(result.check)
    verdict = judge(looks, patience)
    if verdict is not judge(looks[1:], patience):
        turned(result, verdict)
    for _ in range(TRIES):
        try:
            return await follow(world, result, verdict)
        except Stale:
            continue  # two checks of one service found it at the same moment
    raise Stale(result.service)


TRIES = 5


def turned(result: Result, verdict: Verdict) -> None:
    """Say in our own log what has changed, once."""
    seen = {"service": result.service, "check": result.check, "verdict": verdict}
    log.info("check.verdict", extra={**seen, "detail": result.detail})


async def verdict_of(
    world: World, service: str, check: str, since: datetime | None = None
) -> Verdict:
    looks = await world.store.results(service, check, since=since)
    return judge(looks, world.rules.patience_of(check))


async def verdicts(
    world: World, service: str, since: datetime | None = None
) -> Mapping[str, Verdict]:
    """What each check of the service amounts to, judged on looks after `since` only."""
    names = [c.name for c in world.checks if c.service == service]
    return {name: await verdict_of(world, service, name, since) for name in names}


async def follow(world: World, result: Result, verdict: Verdict) -> bool:
    """Move the service's incident as the verdict says; True when something was recorded."""
    incident = await world.store.latest(result.service)
    if verdict is Verdict.FAILING and result.seen is Seen.FAIL:
        return await found_failing(world, result, incident)
    if verdict is Verdict.HEALTHY and incident and incident.status is Status.OPEN:
        return await maybe_healed(world, incident)
    return False


async def found_failing(world: World, result: Result, incident: Incident | None) -> bool:
    if incident is None or is_over(world, incident, result.at):
        await world.store.open(result.service, found(Kind.DETECTED, result))
    elif incident.status not in WHILE_LIVE:
        await world.store.record(incident, found(Kind.DETECTED, result))  # a relapse
    elif incident.status is Status.VERIFYING or already_known(incident, result):
        return False  # verify judges for itself
    else:
        await world.store.record(incident, found(Kind.JOINED, result))
    return True


def is_over(world: World, incident: Incident, now: datetime) -> bool:
    if incident.status is not Status.CLOSED:
        return False
    return now - incident.timeline[-1].at > world.rules.relapse_within


def already_known(incident: Incident, result: Result) -> bool:
    """A check that fails in a new and worse way is news; the same failure is not."""
    known = next((e for e in incident.failing if e.check == result.check), None)
    if known is None:
        return False
    severity = row(result.check, result.code).severity
    return known.code == result.code or known.severity is None or severity >= known.severity


def found(kind: Kind, result: Result) -> Event:
    return Event(
        kind,
        result.at,
        note=result.detail,
        check=result.check,
        code=result.code,
        severity=row(result.check, result.code).severity,
    )


async def maybe_healed(world: World, incident: Incident) -> bool:
    failed = {e.check for e in incident.failing}
    if not failed:
        return False  # opened by hand: a person says when it is over
    now = await verdicts(world, incident.service)
    if any(now.get(check) is not Verdict.HEALTHY for check in failed):
        return False
    if Verdict.FAILING in now.values():
        return False
    note = "every check passes again by itself"
    await world.store.record(incident, Event(Kind.HEALED, world.now(), note=note))
    return True
