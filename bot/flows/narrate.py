"""Third look: a model reads what was found; its note is checked before anybody sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.cause import Cause
from bot.domain.evidence import Evidence
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.domain.narration.brief import brief_of
from bot.domain.narration.claims import together
from bot.flows.triage import say_cause
from bot.ports import Model, Stale, Unavailable, World

SENT = "model.sent"  # memo: what was sent last, for whoever asks
AGAIN = timedelta(minutes=10)  # after a failure
MOST_TRIES = 3  # of one spell
TRIES_TO_RECORD = 5
FIRST = "SLBDCMUHR"  # letters of ids: what tells most goes first, as of a flood the last are cut


async def narrate(world: World) -> bool:
    """One incident a turn: it may take a minute, and the next turn follows at once."""
    if world.model is None:
        return False
    for incident in await world.store.having(Status.OPEN):
        rules = incident.by_rules()
        if rules and wants_words(world, incident):
            await record(world, incident, await told(world, world.model, incident, rules))
            return True
    return False


def wants_words(world: World, incident: Incident) -> bool:
    """When the evidence is complete, once for each trouble found; after a failure again, later."""
    if incident.triage is None or (world.deeper and incident.needs_investigation):
        return False
    known = [e for e in incident.spell if e.kind is Kind.EXPLAINED and e.cause]
    if not known or known[-1].cause is None:
        return True
    last = known[-1]
    since = [e for e in incident.spell if e.at > last.at]
    if any(e.kind in {Kind.JOINED, Kind.PERSISTED} for e in since):
        return True
    if incident.is_other_than(last):
        return True
    if not has_failed(last):
        return False
    failures = sum(has_failed(e) for e in known)
    return failures < MOST_TRIES and world.now() - last.at > AGAIN


def has_failed(event: Event) -> bool:
    """Whether no answer came; one that came and settled nothing has cost something."""
    return event.cause is not None and bool(event.cause.unsaid) and not event.cause.cost


async def told(world: World, model: Model, incident: Incident, rules: Cause) -> Cause:
    """The note of both; where the model has none to give, the rules' with one line that says so."""
    brief = brief_of(incident, ordered(incident), incident.proposals, rules, world.now())
    try:
        said = await model.explain(brief)
    except Unavailable as gone:
        cause = replace(rules, unsaid=str(gone))
    else:
        cause = together(rules, said.cause)
    if model.last_sent:
        await world.store.set_memo(SENT, model.last_sent)
    return cause


def ordered(incident: Incident) -> list[Evidence]:
    place = {letter: n for n, letter in enumerate(FIRST)}
    return sorted(incident.evidence, key=lambda e: place.get(e.id[:1], len(FIRST)))


async def record(world: World, incident: Incident, cause: Cause) -> None:
    """People may have acted while the model was reading: the note is about the spell it read."""
    for _ in range(TRIES_TO_RECORD):
        now = await world.store.incident(incident.id)
        if now is None or now.began_at != incident.began_at or now.status is Status.CLOSED:
            return  # it is over: nobody waits for the note
        try:
            event = Event(Kind.EXPLAINED, world.now(), cause=cause)
            await world.store.record(now, event)
        except Stale:
            continue
        say_cause(now, event)
        return
