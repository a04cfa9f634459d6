"""Prove that it is over: back, stays up, healthy, no regression. Or say that it is not."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.check import Result, Seen, Verdict
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident, Phase
from bot.domain.logs.baseline import Known
from bot.domain.moves import BEGINS_PROOF, Kind, Status
from bot.domain.proof import LOG_UNREAD, NEW_ERROR, Step, begun, done, next_step
from bot.domain.rules import Rules
from bot.flows.baseline import OVERLAP, Compared, came_with_it, compared, note_try, tried_lately
from bot.flows.triage import gather
from bot.flows.watch import verdicts
from bot.ports import Test, World
from bot.views.acts import act_in
from bot.views.words import plural, span

log = logging.getLogger(__name__)

Verdicts = Mapping[tuple[str, str], Verdict]


async def verify(world: World) -> bool:
    did = False
    for incident in await world.store.having(Status.VERIFYING):
        if event := await next_event(world, incident):
            await world.store.record(incident, event)
            say_step(incident, event)
            did = True
    return did


def say_step(incident: Incident, event: Event) -> None:
    """What came of a step, for whoever reads the log: no words from outside."""
    what = {"incident": incident.id, "came": str(event.kind)}
    log.info("proof.step", extra={**what, "phase": event.phase or "-", "step": event.step})


async def next_event(world: World, incident: Incident) -> Event | None:
    since, now = begun(incident), world.now()
    if since is None:
        raise LookupError(f"incident #{incident.id} is verifying nothing")
    found = await verdicts(world, incident, since)
    healthy = all(v is Verdict.HEALTHY for v in found.values())
    step = next_step(incident, world.rules)
    if step is None:
        return Event(Kind.RECOVERED, now, note=over_because(incident))
    if step.phase is Phase.BACK:
        return await is_it_back(world, incident, since, found)
    if Verdict.FAILING in found.values():
        note = f"{how_long(incident, now)}: {await what_fails(world, incident, found)}"
        return Event(Kind.PERSISTED, now, note=note)
    if healthy and now >= step.due:
        return await holds(world, incident, step)
    return None  # too early, or nothing to be seen: neither proves anything


def over_because(incident: Incident) -> str:
    unread = any(step.code == LOG_UNREAD for step in done(incident))
    but = "; its log was not compared at every step" if unread else ""
    return f"back, stayed up, healthy, no regression{but}"


def how_long(incident: Incident, now: datetime) -> str:
    """When it failed again, seen from what the proof began with: 8 min after the restart."""
    return f"{span(now - (begun(incident) or now))} after {proved(incident)}"


def proved(incident: Incident) -> str:
    """What the proof is of, in words that follow "after" or "since"."""
    latest = incident.last(*BEGINS_PROOF, Kind.DEPLOYED)
    if latest and latest.kind is Kind.DEPLOYED:
        return "the new deploy"
    if latest and latest.kind is not Kind.HEALED and incident.act:
        return f"the {act_in(incident.act.offer).noun}"
    return "it seemed well"


async def is_it_back(
    world: World, incident: Incident, since: datetime, found: Verdicts
) -> Event | None:
    now = world.now()
    if all(v is Verdict.HEALTHY for v in found.values()):
        note = await newest_looks(world, incident, since)
        return Event(Kind.CHECKED, now, phase=Phase.BACK, note=note)
    began = incident.last(*BEGINS_PROOF)
    alone = began is not None and began.kind is Kind.HEALED and not began.by_id
    if alone and Verdict.FAILING in found.values():  # it was back already: nothing to wait for
        return Event(Kind.PERSISTED, now, note=await what_fails(world, incident, found))
    if now - since > world.rules.back_within:
        return Event(Kind.PERSISTED, now, note=await what_fails(world, incident, found))
    for name, verdict in found.items():
        if verdict is Verdict.UNSURE:
            world.look_soon(*name)
    return None


async def holds(world: World, incident: Incident, step: Step) -> Event | None:
    """Write down the step with its figures, unless the log says that something new is wrong.

    A log that cannot be read is waited for, as checks are that see nothing; but not for ever, as
    those still watch: then the step says so.
    """
    now, before = world.now(), done(incident)
    if await tried_lately(world, incident):
        return None
    first = begun(incident) if step.phase is Phase.WATCH else None
    logged = await compared(world, incident, unread_since(incident, world.rules), first=first)
    if logged.new:
        note = await what_is_new(world, incident, logged.new)
        return Event(Kind.PERSISTED, now, note=note, code=NEW_ERROR, baselines=logged.found)
    if logged.unread and now - step.due <= world.rules.back_within:
        await note_try(world, incident)
        return None
    begun_at = before[-1].at if before else incident.began_at
    return Event(
        Kind.CHECKED,
        now,
        phase=step.phase,
        step=step.number,
        note=await figures(world, incident, begun_at, logged),
        code=LOG_UNREAD if logged.unread else "",
        evidence=await tested(world, incident),
        baselines=logged.found,
    )


def unread_since(incident: Incident, rules: Rules) -> datetime:
    """From when on errors count that no step has compared yet.

    A start or a deploy may be felt for a moment, and so may the end of the process before it: what
    is logged until then, or until it is back, and not again, is no regression.
    """
    held = done(incident)
    settled = max((begun(incident) or incident.began_at) + rules.start_grace, held[0].at)
    read = [e.at - OVERLAP for e in held[1:] if e.code != LOG_UNREAD]
    return max([settled, *read])


async def what_is_new(world: World, incident: Incident, new: Sequence[Known]) -> str:
    """Say what it is, and whether it came since or with the trouble itself."""
    top, more = new[0], len(new) - 1
    also = f" and {plural(more, 'more kind')}" if more else ""
    before = await came_with_it(world, incident, top, begun(incident) or incident.began_at)
    said = {
        True: "an error of the trouble goes on",
        False: f"a new error since {proved(incident)}",
        None: "an error that was not there before the trouble",
    }[before]
    return f"{said}: {told(top)}{also}"


def told(known: Known) -> str:
    return f"{known.title} (×{known.count})"


async def what_fails(world: World, incident: Incident, found: Verdicts) -> str:
    """One clause per check that is not healthy, in the words of its newest look."""
    bad = [name for name, verdict in found.items() if verdict is not Verdict.HEALTHY]
    clauses = []
    for service, check in bad:
        looks = await world.store.results(service, check, limit=1)
        said = looks[0].detail if looks and looks[0].seen is not Seen.PASS else "not sure yet"
        whose = "" if service == incident.service else f"{service} "
        clauses.append(f"{whose}{check}: {said}")
    return "; ".join(clauses) or "it failed again"


async def newest_looks(world: World, incident: Incident, since: datetime) -> str:
    mine = checks_of(world, incident)
    said = [await world.store.results(*name, since=since, limit=1) for name in mine]
    return " · ".join(looks[0].detail for looks in said if looks and looks[0].detail)


def checks_of(world: World, incident: Incident) -> list[tuple[str, str]]:
    return [(c.service, c.name) for c in world.checks if c.service in incident.services]


async def tested(world: World, incident: Incident) -> tuple[Evidence, ...]:
    """What people have configured to be tried: what is expected, and what the last look said."""
    found = []
    for check in world.checks:
        own = check.service in incident.services and ":" in check.name
        if own and isinstance(check, Test):
            looks = await world.store.results(check.service, check.name, limit=1)
            whose = "" if check.service == incident.service else f"{check.service} "
            found.append(as_evidence(f"{whose}{check.name}", check.expects, looks))
    return tuple(found)


SAW = {Seen.PASS: Found.SOMETHING, Seen.FAIL: Found.NOTHING, Seen.BLIND: Found.UNREADABLE}


def as_evidence(name: str, expected: str, looks: Sequence[Result]) -> Evidence:
    facts = (("expected", expected),)
    if not looks:
        return Evidence("", name, Found.UNREADABLE, "not looked at yet", facts)
    return Evidence("", name, SAW[looks[0].seen], looks[0].detail, facts)


async def figures(world: World, incident: Incident, since: datetime, logged: Compared) -> str:
    """Looks that passed, the log, memory and CPU, all since the step before."""
    mine = checks_of(world, incident)
    looks = {name: await world.store.results(*name, since=since, limit=999) for name in mine}
    every = [look for found in looks.values() for look in found]
    good = sum(look.seen is Seen.PASS for look in every)
    said = [f"{good} of {len(every)} looks good"]
    logs = looks.get((incident.service, "logs"), ())
    if rates := [look.value for look in logs if look.value is not None]:
        said.append(f"{max(rates):.1f} errors/min at most")
    said += log_said(logged)
    said += resources(await gather(world, incident, world.sources))
    return " · ".join(said)


def log_said(logged: Compared) -> list[str]:
    if not logged.any_log:
        return []
    if logged.unread:
        return [f"log not read ({logged.unread})"]
    if logged.gone:
        return [f"new at first, not again: {told(logged.gone[0])}"]
    return ["no new errors"]


def resources(evidence: tuple[Evidence, ...]) -> list[str]:
    service = next((e for e in evidence if e.source == "service"), None)
    if service is None:
        return []
    memory, limit, cpu = (service.fact(n) for n in ("memory_mb", "memory_limit_mb", "cpu"))
    said = [f"{memory} of {limit} MB"] if memory and limit else []
    return [*said, f"CPU {cpu}"] if cpu else said
