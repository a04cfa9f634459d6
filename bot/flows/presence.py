"""Notice that we were away longer than a tap lives, and post the cards that wait for people anew.

Telegram keeps a tap for about 150 s (tdlib/telegram-bot-api); who taps while we are away for longer
sees nothing come of it, and nobody else does.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind, Status
from bot.ports import World

log = logging.getLogger(__name__)

HEARD = "heard"  # the memo: when Telegram has last answered us
OFTEN = timedelta(seconds=20)  # so often at most it is written down


async def presence(world: World, heard: datetime | None) -> bool:
    """A duty. `heard` is when Telegram last answered us, None: not in this life yet.

    What was written down last is replaced once every card is posted anew: a crash in between
    finds the same absence again, and the incidents that have been told of it.
    """
    if heard is None:
        return False
    said = await world.store.memo(HEARD)
    before = datetime.fromisoformat(said) if said else heard
    if said and timedelta() <= heard - before < OFTEN:
        return False
    gone = heard - before > world.rules.taps_live
    if gone and await world.store.unhandled():
        return False  # a tap that has arrived after all may settle it
    waiting = await world.store.having(Status.OPEN) if gone else ()
    told = [await come_back(world, incident, before, heard) for incident in waiting]
    await world.store.set_memo(HEARD, heard.isoformat())
    return any(told)


async def come_back(world: World, incident: Incident, since: datetime, until: datetime) -> bool:
    """Once for each absence."""
    key = f"away:{since.isoformat()}"
    if incident.heard(key):
        return False
    note = (
        f"I was away from {of(since, world)} to {of(until, world)}: taps of that time may be lost"
    )
    await world.store.record(incident, Event(Kind.RETURNED, world.now(), key=key, note=note))
    log.info("card.anew", extra={"incident": incident.id, "away": str(until - since)})
    return True


def of(at: datetime, world: World) -> str:
    return f"{at.astimezone(world.rules.zone):%H:%M}"
