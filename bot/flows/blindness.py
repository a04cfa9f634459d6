"""Say when we cannot see, and when we can again: its own message, never an incident."""

from __future__ import annotations

from datetime import datetime

from bot.domain.check import Seen, Verdict
from bot.flows.watch import verdict_of
from bot.ports import Check, Lane, Post, World
from bot.views.message import Message
from bot.views.status import blindness, sight
from bot.views.words import span

FAR = 999  # looks that are searched for the beginning


async def tell_blindness(world: World, check: Check) -> None:
    """Post once when a run of blind looks begins to count, and edit that post when it ends."""
    name = f"blind:{check.service}:{check.name}"
    since = await world.store.memo(name)
    verdict = await verdict_of(world, check.service, check.name)
    if verdict is Verdict.BLIND and not since:
        await begin(world, check, name)
    elif verdict in {Verdict.HEALTHY, Verdict.FAILING} and since:
        await end(world, check, name, since)


async def begin(world: World, check: Check, name: str) -> None:
    looks = await world.store.results(check.service, check.name, limit=FAR)
    sighted = next((n for n, r in enumerate(looks) if r.seen is not Seen.BLIND), len(looks))
    newest, first = looks[0], looks[sighted - 1]
    rules = world.rules
    message = blindness(check.service, check.name, newest.detail, first.at, rules)
    await put(world, f"{name}:{first.at.timestamp():.0f}", message)
    await world.store.set_memo(name, first.at.isoformat())


async def end(world: World, check: Check, name: str, since: str) -> None:
    first = datetime.fromisoformat(since)
    message = sight(check.service, check.name, span(world.now() - first))
    await put(world, f"{name}:{first.timestamp():.0f}", message)
    await world.store.set_memo(name, "")


async def put(world: World, key: str, message: Message) -> None:
    await world.store.post(Post(key, world.chat, Lane.CARD, message, silent=True))
