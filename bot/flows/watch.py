"""Look at a check; open an incident when it fails, begin the proof when all pass again."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.check import (
    OUR_NETWORK,
    SETTLING,
    Patience,
    Result,
    Seen,
    Verdict,
    comes_and_goes,
    doubt,
    is_long_enough,
    judge,
    run_length,
)
from bot.domain.incident import Event, Incident
from bot.domain.moves import WHILE_LIVE, Kind, Status
from bot.domain.proof import regressed
from bot.domain.severity import Severity, kind_of
from bot.domain.silence import Silence, covers
from bot.flows.baseline import goes_on
from bot.ports import Check, Stale, World

log = logging.getLogger(__name__)

TRIES = 5
# What a restart or a deploy may be felt in for a moment, when the platform says that there is one.
FELT = frozenset({"http", "telegram"})
PLATFORM = "service"  # the check that reads the platform's word
NO_ANSWER = frozenset({"timeout", "name", "unreachable"})  # may be our own network's fault


@dataclass(frozen=True)
class Watched:
    """What came of a look. `again_in`: a change is in doubt, look again so soon."""

    result: Result
    verdict: Verdict
    moved: bool
    again_in: timedelta | None = None


@dataclass(frozen=True)
class Weighed:
    """A look, and how bad it would be."""

    result: Result
    severity: Severity

    def told(self, kind: Kind) -> Event:
        look = self.result
        return Event(
            kind,
            look.at,
            note=look.detail,
            check=look.check,
            code=look.code,
            severity=self.severity,
        )


async def watch(world: World, check: Check) -> Watched:
    return await weigh(world, await checked(world, await check.look()))


async def checked(world: World, result: Result) -> Result:
    """Before no answer is held against the service, see whether it is our own network."""
    unanswered = result.seen is Seen.FAIL and result.code in NO_ANSWER
    if not unanswered and result.seen is not Seen.BLIND:
        return result
    if await world.witness.reaches_anything():
        return result
    said = "nothing outside answers us at all"
    return replace(result, seen=Seen.BLIND, code=OUR_NETWORK, detail=said)


async def weigh(world: World, result: Result) -> Watched:
    """Keep the look, and do what follows from the run that it is part of."""
    await world.store.keep(result)
    looks = await world.store.results(result.service, result.check)
    patience = await patience_now(world, result)
    verdict = judge(looks, patience)
    if verdict is not judge(looks[1:], patience):
        turned(result, verdict)
    weighed = Weighed(result, how_bad(world, result, looks, patience))
    moved = await follow_up(world, weighed, verdict)
    ask_the_platform(world, looks)
    return Watched(result, verdict, moved, again_in(world, looks, patience))


def ask_the_platform(world: World, looks: Sequence[Result]) -> None:
    """A failure that a start or a deploy would explain: hear soon whether there is one."""
    newest = looks[0]
    first = newest.seen is Seen.FAIL and run_length(looks, Seen.FAIL) == 1
    if first and kind_of(newest.check) in FELT:
        world.look_soon(newest.service, PLATFORM)


async def patience_now(world: World, result: Result) -> Patience:
    """What is felt of a deploy or a start must last longer than those may be felt."""
    patience = world.rules.patience_of(result.service, result.check)
    if result.seen is not Seen.FAIL or kind_of(result.check) not in FELT:
        return patience
    grace = world.rules.start_grace
    said = await world.store.results(result.service, PLATFORM, since=result.at - grace)
    newest = next((r for r in said if r.seen is not Seen.BLIND), None)
    settling = newest and newest.seen is Seen.PASS and newest.code == SETTLING
    return replace(patience, lasts=grace) if settling else patience


def how_bad(world: World, result: Result, looks: Sequence[Result], patience: Patience) -> Severity:
    """As the table says; what comes and goes is worse than nothing and better than gone."""
    severity = world.rules.severity_of(result)
    return max(severity, Severity.P2) if wavers(looks, patience) else severity


def wavers(looks: Sequence[Result], patience: Patience) -> bool:
    sighted = [r for r in looks if r.seen is not Seen.BLIND]
    return comes_and_goes(sighted, patience) and not is_long_enough(sighted, patience)


def again_in(world: World, looks: Sequence[Result], patience: Patience) -> timedelta | None:
    """The first confirming look comes soon, each further one after twice the time."""
    so_far = doubt(looks, patience)
    if so_far is None:
        return None
    rules = world.rules
    return min(rules.confirm_after * float(2 ** min(so_far - 1, 20)), rules.confirm_at_most)


async def follow_up(world: World, weighed: Weighed, verdict: Verdict) -> bool:
    for _ in range(TRIES):
        try:
            return await follow(world, weighed, verdict)
        except Stale:
            continue  # two checks of one service found it at the same moment
    raise Stale(weighed.result.service)


def turned(result: Result, verdict: Verdict) -> None:
    """Say in our own log what has changed, once."""
    seen = {"service": result.service, "check": result.check, "verdict": verdict}
    log.info("check.verdict", extra={**seen, "detail": result.detail})


async def verdict_of(
    world: World, service: str, check: str, since: datetime | None = None
) -> Verdict:
    looks = await world.store.results(service, check, since=since)
    return judge(looks, world.rules.patience_of(service, check))


async def verdicts(
    world: World, incident: Incident, since: datetime | None = None
) -> Mapping[tuple[str, str], Verdict]:
    """What each check of the incident's services amounts to, judged on looks after `since` only.

    What another system reports is not looked at: its last word stands. So does that of a check
    which looks so seldom that it has not looked since, unless it is among those that failed.
    """
    failed = [incident.named(e) for e in incident.failing]
    mine = [(c.service, c.name) for c in world.checks if c.service in incident.services]
    quiet = await world.store.silences(world.now())
    found = {}
    for name in dict.fromkeys([*mine, *failed]):
        if name not in failed and quiet and await is_unheard(world, quiet, name):
            continue  # nobody wants to hear of it: it does not stand in the way of a proof either
        said = await verdict_of(world, *name, since)
        if name not in mine or (name not in failed and not await looked(world, name, since)):
            said = await verdict_of(world, *name)
        found[name] = said
    return found


async def is_unheard(world: World, quiet: Sequence[Silence], name: tuple[str, str]) -> bool:
    newest = await world.store.results(*name, limit=1)
    said = newest[0].detail if newest else ""
    return covers(quiet, *name, said, world.now()) is not None


async def just_failed(world: World, name: tuple[str, str]) -> bool:
    newest = await world.store.results(*name, limit=1)
    return bool(newest) and newest[0].seen is Seen.FAIL


async def looked(world: World, name: tuple[str, str], since: datetime | None) -> bool:
    return bool(await world.store.results(*name, since=since, limit=1))


async def follow(world: World, weighed: Weighed, verdict: Verdict) -> bool:
    """Move the service's incident as the verdict says; True when something was recorded."""
    result = weighed.result
    if verdict is Verdict.FAILING and result.seen is Seen.FAIL:
        return await found_failing(world, weighed, await home_of(world, result))
    if verdict is Verdict.HEALTHY:
        for incident in await world.store.having(Status.OPEN):
            if result.service in incident.services:
                return await maybe_healed(world, incident)
    return False


async def home_of(world: World, result: Result) -> Incident | None:
    """The incident that a failing look belongs to.

    Its service's own while that is live; else the live one of a service that it leans on, or that
    leans on it, where one may follow from the other: one trouble is one incident. Else its own
    last one, which it may open again.
    """
    own = await world.store.latest(result.service)
    if own and own.status in WHILE_LIVE:
        return own
    for kin in world.rules.kin(result.service):
        theirs = await world.store.latest(kin)
        if theirs and theirs.status in WHILE_LIVE and akin(world, result, theirs, kin):
            return theirs
    return own


def akin(world: World, result: Result, incident: Incident, kin: str) -> bool:
    """Whether the look may follow from what fails there, or the other way round."""
    rules = world.rules
    if result.service in incident.services:
        return True
    if kin in rules.roots(result.service):
        return rules.may_follow(result.check, kin)
    return any(rules.may_follow(e.check, result.service) for e in incident.failing)


async def found_failing(world: World, weighed: Weighed, incident: Incident | None) -> bool:
    result = weighed.result
    if await is_silenced(world, result):
        return False
    if incident is None or is_over(world, incident, result.at):
        await world.store.open(result.service, weighed.told(Kind.DETECTED))
    elif incident.status not in WHILE_LIVE:
        await world.store.record(incident, weighed.told(Kind.DETECTED))  # a relapse
    elif incident.status is Status.VERIFYING and result.service in incident.services:
        return False  # verify judges for itself
    elif already_known(incident, weighed):
        return False
    else:
        other = "" if result.service == incident.service else result.service
        await world.store.record(incident, replace(weighed.told(Kind.JOINED), service=other))
    return True


async def is_silenced(world: World, result: Result) -> bool:
    """Nothing opens for it while that lasts; the look after its end opens what still fails."""
    now = world.now()
    silences = await world.store.silences(now)
    return covers(silences, result.service, result.check, result.detail, now) is not None


def is_over(world: World, incident: Incident, now: datetime) -> bool:
    if incident.status is not Status.CLOSED:
        return False
    return now - incident.timeline[-1].at > world.rules.relapse_within


def already_known(incident: Incident, weighed: Weighed) -> bool:
    """A check that fails in a new and worse way is news; the same failure is not."""
    this = (weighed.result.service, weighed.result.check)
    known = next((e for e in incident.failing if incident.named(e) == this), None)
    if known is None:
        return False
    same = known.code == weighed.result.code
    return same or known.severity is None or weighed.severity >= known.severity


async def maybe_healed(world: World, incident: Incident) -> bool:
    failed = {incident.named(e) for e in incident.failing}
    if not failed:
        return False  # opened by hand: a person says when it is over
    now = await verdicts(world, incident)
    if any(now.get(check) is not Verdict.HEALTHY for check in failed):
        return False
    if Verdict.FAILING in now.values():
        return False
    if any([await just_failed(world, c) for c, v in now.items() if v is Verdict.UNSURE]):
        return False  # it does not pass, though one look proves nothing yet
    if await goes_on(world, incident):
        return False  # the checks have passed all along: it is the log that must be quiet again
    note = healed_how(incident)
    await world.store.record(incident, Event(Kind.HEALED, world.now(), note=note))
    return True


def healed_how(incident: Incident) -> str:
    if regressed(incident):
        return "the new error has not come again"
    if incident.deploys:
        return "every check passes again, since the new deploy"
    return "every check passes again by itself"
