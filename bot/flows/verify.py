"""Prove that it is over: back, stays up, healthy, no regression. Or say that it is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.check import Seen, Verdict
from bot.domain.evidence import Evidence
from bot.domain.incident import Event, Incident, Phase
from bot.domain.moves import BEGINS_PROOF, Kind, Status
from bot.domain.proof import Step, done, next_step
from bot.flows.triage import gather
from bot.flows.watch import verdicts
from bot.ports import World

Found = Mapping[tuple[str, str], Verdict]


async def verify(world: World) -> bool:
    did = False
    for incident in await world.store.having(Status.VERIFYING):
        if event := await next_event(world, incident):
            await world.store.record(incident, event)
            did = True
    return did


async def next_event(world: World, incident: Incident) -> Event | None:
    since, now = incident.acted_at, world.now()
    if since is None:
        raise LookupError(f"incident #{incident.id} is verifying nothing")
    found = await verdicts(world, incident, since)
    healthy = all(v is Verdict.HEALTHY for v in found.values())
    step = next_step(incident, world.rules)
    if step is None:
        return Event(Kind.RECOVERED, now, note="back, stayed up, healthy, no regression")
    if step.phase is Phase.BACK:
        return await is_it_back(world, incident, since, found)
    if Verdict.FAILING in found.values():
        return Event(Kind.PERSISTED, now, note=await what_fails(world, incident, found))
    if healthy and now >= step.due:
        return await holds(world, incident, step)
    return None  # too early, or nothing to be seen: neither proves anything


async def is_it_back(
    world: World, incident: Incident, since: datetime, found: Found
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


async def holds(world: World, incident: Incident, step: Step) -> Event:
    before = done(incident)
    begun = before[-1].at if before else incident.began_at
    note = await figures(world, incident, begun)
    return Event(Kind.CHECKED, world.now(), phase=step.phase, step=step.number, note=note)


async def what_fails(world: World, incident: Incident, found: Found) -> str:
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


async def figures(world: World, incident: Incident, since: datetime) -> str:
    """Looks that passed, the highest error rate, memory and CPU, all since the step before."""
    mine = checks_of(world, incident)
    looks = {name: await world.store.results(*name, since=since, limit=999) for name in mine}
    every = [look for found in looks.values() for look in found]
    good = sum(look.seen is Seen.PASS for look in every)
    said = [f"{good} of {len(every)} looks good"]
    logs = looks.get((incident.service, "logs"), ())
    if rates := [look.value for look in logs if look.value is not None]:
        said.append(f"{max(rates):.1f} errors/min at most")
    said += resources(await gather(world, incident, world.sources))
    return " · ".join(said)


def resources(evidence: tuple[Evidence, ...]) -> list[str]:
    service = next((e for e in evidence if e.source == "service"), None)
    if service is None:
        return []
    memory, limit, cpu = (service.fact(n) for n in ("memory_mb", "memory_limit_mb", "cpu"))
    said = [f"{memory} of {limit} MB"] if memory and limit else []
    return [*said, f"CPU {cpu}"] if cpu else said
