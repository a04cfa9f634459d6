"""Once a day, at an hour of the readers, say how things stand: silently, so that it is missed."""

from __future__ import annotations

from bot.domain.check import Verdict
from bot.flows.watch import verdict_of
from bot.ports import Lane, Post, World
from bot.views.daily import daily as words

LATE = 3  # hours: after that it is no morning's word any more
PATIENCE = 10  # minutes of an hour in which what is in doubt may be settled first
ENOUGH = 50  # incidents among which the open ones are


async def daily(world: World) -> bool:
    """A duty: post under the day's key, so that a restart posts nothing twice."""
    rules, now = world.rules, world.now()
    local = now.astimezone(rules.zone)
    key = f"daily:{local:%Y-%m-%d}"
    if rules.daily_at is None or not rules.daily_at <= local.hour < rules.daily_at + LATE:
        return False
    if await world.store.posted(key):
        return False
    verdicts = [await verdict_of(world, c.service, c.name) for c in world.checks]
    if Verdict.UNSURE in verdicts and local.minute < PATIENCE:
        return False
    recent = await world.store.recent(ENOUGH)
    message = words(verdicts, recent, await world.store.silences(now), rules, now)
    await world.store.post(Post(key, world.chat, Lane.DIGEST, message, silent=True))
    return True
