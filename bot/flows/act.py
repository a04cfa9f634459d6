"""Run an approved action, at most once; then only look at what came of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from bot.domain.check import Verdict
from bot.domain.incident import Event, Incident, Refused
from bot.domain.moves import Kind, Status
from bot.domain.remedy import Answer, Course, Effect, Live, Proposal, changed
from bot.flows.halted import halted
from bot.flows.watch import verdicts
from bot.ports import Action, Reply, Stale, Unavailable, World
from bot.views.words import span

NEVER_AGAIN = "it is not repeated"
NO_SIGN = "no sign that it happened, and no proof that it did not"
DRY = "dry run, nothing was called. I would have done this now"
TOO_LATE = "the approval came too long ago; nothing was done"


async def act(world: World) -> bool:
    did = [await start(world, i) for i in await world.store.having(Status.APPROVED)]
    did += [await observe(world, i) for i in await world.store.having(Status.RUNNING)]
    return any(did)


async def start(world: World, incident: Incident) -> bool:
    proposal = chosen(incident)
    action = action_for(world, incident, proposal)
    if action is None:
        return await withdraw(world, incident, "that action is not configured any more")
    try:
        live = await action.live()
    except Unavailable as gone:
        return await withdraw(world, incident, f"could not re-check before acting: {gone}")
    if why := await premise_gone(world, incident, proposal, live):
        return await withdraw(world, incident, why)
    if stop := await halted(world):
        return await withdraw(world, incident, f"{stop.by} halted everything; nothing was done")
    if world.rules.dry_run:
        return await withdraw(world, incident, f"{DRY}: {proposal.effect}")
    # Committed before the request leaves: after a crash we do not know, but never run it twice.
    started = Event(Kind.STARTED, world.now(), offer=proposal.id, live=live)
    incident = await world.store.record(incident, started)
    why = await overtaken(world, incident)
    reply = Reply(Answer.REFUSED, why) if why else await action.run(proposal)
    kind = Kind.FAILED if reply.answer is Answer.REFUSED else Kind.ANSWERED
    await write_down(world, incident.id, Event(kind, world.now(), note=reply.note))
    return True


async def overtaken(world: World, incident: Incident) -> str | None:
    """Say what has come between the last look and the claim, or None. Then comes the call."""
    newest = await world.store.incident(incident.id)
    if newest is None or newest.status is not Status.RUNNING:
        return "it was held up for so long that it was given up; nothing was done"
    if came_too_late(world, incident):
        return TOO_LATE
    stop = await halted(world)
    return f"{stop.by} halted everything; nothing was done" if stop else None


async def withdraw(world: World, incident: Incident, why: str) -> bool:
    await world.store.record(incident, Event(Kind.WITHDRAWN, world.now(), note=why))
    return True


async def premise_gone(
    world: World, incident: Incident, proposal: Proposal, live: Live
) -> str | None:
    """Say why what was approved should not be done any more, or None."""
    if came_too_late(world, incident):
        return TOO_LATE
    if why := changed(proposal.live, live):
        return f"{why}; nothing was done"
    failed = {incident.named(e) for e in incident.failing}
    now = await verdicts(world, incident)
    if failed and all(now.get(check) is Verdict.HEALTHY for check in failed):
        return "every check passes again; nothing was done"
    return None


def came_too_late(world: World, incident: Incident) -> bool:
    approval = incident.last(Kind.APPROVED)
    return approval is not None and world.now() - approval.at > world.rules.ask_valid


async def observe(world: World, incident: Incident) -> bool:
    started = incident.last(Kind.STARTED)
    action = action_for(world, incident, chosen(incident))
    if started is None or started.live is None or action is None:
        note = f"nothing is left to look for its effect with; {NEVER_AGAIN}"
        return await give_up(world, incident, note)
    seen, blind = None, ""
    try:
        seen = await action.effect_since(chosen(incident), started.live, started.at)
    except Unavailable as gone:
        blind = f" ({gone})"
    waited = world.now() - started.at
    if seen is None:
        if waited <= longest(world, incident):
            return False
        return await give_up(world, incident, lost(incident, blind))
    too_long = waited > world.rules.deploy_within
    if seen.course is not Course.FAILED and (too_long or is_new(incident, seen)):
        # Once a step, because the platform counts requests. What came to nothing leaves nothing.
        last = seen.course is not Course.UNDER_WAY or too_long
        incident = await secure(world, incident, action, started.live, last_try=last)
    if seen.course is Course.UNDER_WAY and too_long:
        limit = span(world.rules.deploy_within)
        return await give_up(world, incident, f"{seen.note}, for over {limit}; {NEVER_AGAIN}")
    return await write_course(world, incident, seen)


def lost(incident: Incident, blind: str) -> str:
    seen = under_way(incident)
    said = "it was under way, then I lost sight of it" if seen else NO_SIGN
    return f"{said}{blind}; {NEVER_AGAIN}"


async def write_course(world: World, incident: Incident, seen: Effect) -> bool:
    """Write down how far it has come, each step once."""
    if seen.course is Course.FAILED:
        step = Event(Kind.FAILED, world.now(), note=seen.note)
    elif seen.course is Course.DONE:
        kind = Kind.RAN if chosen(incident).mends else Kind.INTERIM
        step = Event(kind, world.now(), note=seen.note, evidence=seen.evidence)
    elif is_new(incident, seen):
        step = Event(Kind.ANSWERED, world.now(), note=seen.note, code=seen.course)
    else:
        return False
    await world.store.record(incident, step)
    return True


def is_new(incident: Incident, seen: Effect) -> bool:
    latest = under_way(incident)
    return seen.course is not Course.UNDER_WAY or latest is None or latest.note != seen.note


def under_way(incident: Incident) -> Event | None:
    """The newest step that was seen of the act at hand."""
    latest = incident.last(Kind.STARTED, Kind.ANSWERED)
    return latest if latest and latest.code == Course.UNDER_WAY else None


async def secure(
    world: World, incident: Incident, action: Action, before: Live, *, last_try: bool
) -> Incident:
    """Make safe what the act leaves behind, and write down once what a person must do later."""
    if is_secured(incident):
        return incident
    try:
        todo = await action.secure(before)
    except Unavailable as gone:
        if not last_try:
            return incident
        todo = str(gone)
    if todo is None:
        return incident
    left = Event(Kind.LEFT, world.now(), note=todo, step=1 + numbered(incident))
    return await world.store.record(incident, left)


def is_secured(incident: Incident) -> bool:
    latest = incident.last(Kind.STARTED, Kind.LEFT)
    return latest is not None and latest.kind is Kind.LEFT


def numbered(incident: Incident) -> int:
    return sum(e.kind is Kind.LEFT for e in incident.timeline)


def longest(world: World, incident: Incident) -> timedelta:
    """Once it was seen to be under way, a reading that fails for a while proves nothing."""
    return world.rules.deploy_within if under_way(incident) else world.rules.observe_for


async def give_up(world: World, incident: Incident, note: str) -> bool:
    """What was to mend may have: the proof tells. What was not to mend is looked at anew."""
    kind = Kind.UNKNOWN if chosen(incident).mends else Kind.INTERIM
    await world.store.record(incident, Event(kind, world.now(), note=note))
    return True


def chosen(incident: Incident) -> Proposal:
    if incident.approved is None:
        raise LookupError(f"incident #{incident.id} is {incident.status} without an approval")
    return incident.approved


def action_for(world: World, incident: Incident, proposal: Proposal) -> Action | None:
    mine = (a for a in world.actions if a.service == (proposal.service or incident.service))
    return next((a for a in mine if a.name == proposal.action), None)


async def write_down(world: World, id: int, event: Event) -> None:
    """Record what is a fact already, however often the timeline moves on meanwhile."""
    while incident := await world.store.incident(id):
        with suppress(Refused):  # an instance beside us has seen its effect and gone on
            try:
                await world.store.record(incident, event)
            except Stale:
                continue
        return
