"""Run an approved action, at most once; then only look at what came of it."""

from __future__ import annotations

from bot.domain.check import Verdict
from bot.domain.incident import Event, Incident, Kind, Status
from bot.domain.remedy import Answer, Live, Proposal, changed
from bot.flows.watch import verdicts
from bot.ports import Action, Stale, Unavailable, World

NEVER_AGAIN = "it is not repeated"


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
    # Committed before the request leaves: after a crash we do not know, but never run it twice.
    started = Event(Kind.STARTED, world.now(), offer=proposal.id, live=live)
    await world.store.record(incident, started)
    reply = await action.run(proposal)
    kind = Kind.FAILED if reply.answer is Answer.REFUSED else Kind.ANSWERED
    await write_down(world, incident.id, Event(kind, world.now(), note=reply.note))
    return True


async def withdraw(world: World, incident: Incident, why: str) -> bool:
    await world.store.record(incident, Event(Kind.WITHDRAWN, world.now(), note=why))
    return True


async def premise_gone(
    world: World, incident: Incident, proposal: Proposal, live: Live
) -> str | None:
    """Say why what was approved should not be done any more, or None."""
    approval = incident.last(Kind.APPROVED)
    if approval and world.now() - approval.at > world.rules.ask_valid:
        return "the approval came too long ago; nothing was done"
    if why := changed(proposal.live, live):
        return f"{why}; nothing was done"
    failed = {e.check for e in incident.failing}
    now = await verdicts(world, incident.service)
    if failed and all(now.get(check) is Verdict.HEALTHY for check in failed):
        return "every check passes again; nothing was done"
    return None


async def observe(world: World, incident: Incident) -> bool:
    started = incident.last(Kind.STARTED)
    action = action_for(world, incident, chosen(incident))
    if started is None or started.live is None or action is None:
        note = f"nothing is left to look for its effect with; {NEVER_AGAIN}"
        return await give_up(world, incident, note)
    blind = ""
    try:
        if seen := await action.effect_since(started.live, started.at):
            await world.store.record(incident, Event(Kind.RAN, world.now(), note=seen))
            return True
    except Unavailable as gone:
        blind = f" ({gone})"
    if world.now() - started.at <= world.rules.observe_for:
        return False
    note = f"no sign that it happened, and no proof that it did not{blind}; {NEVER_AGAIN}"
    return await give_up(world, incident, note)


async def give_up(world: World, incident: Incident, note: str) -> bool:
    await world.store.record(incident, Event(Kind.UNKNOWN, world.now(), note=note))
    return True


def chosen(incident: Incident) -> Proposal:
    if incident.approved is None:
        raise LookupError(f"incident #{incident.id} is {incident.status} without an approval")
    return incident.approved


def action_for(world: World, incident: Incident, proposal: Proposal) -> Action | None:
    mine = (a for a in world.actions if a.service == incident.service)
    return next((a for a in mine if a.name == proposal.action), None)


async def write_down(world: World, id: int, event: Event) -> None:
    """Record what is a fact already, however often the timeline moves on meanwhile."""
    while incident := await world.store.incident(id):
        try:
            await world.store.record(incident, event)
        except Stale:
            continue
        return
