"""Say when we cannot see, and when we can again: its own message, never an incident."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.check import Result, Seen, Verdict
from bot.flows.watch import verdict_of
from bot.ports import Lane, Post, World
from bot.views.message import Message
from bot.views.sight import Dark, blindness, sight
from bot.views.words import span

FAR = 999  # looks that are searched for the beginning
MEMO = "blind:{}"
AT_A_TIME = 500  # checks


async def tell_blindness(world: World) -> bool:
    """One message for each thing that is in the way; it is edited when that is over."""
    before = await told(world)
    dark, unsure = await in_the_dark(world, before)
    for behind, results in dark.items():
        await begin(world, behind, results)
    for behind in before:
        if behind not in dark and behind not in unsure:
            await end(world, behind)
    return False


async def in_the_dark(
    world: World, before: Sequence[str]
) -> tuple[Mapping[str, Sequence[Result]], set[str]]:
    """The newest looks of the blind checks by what is in their way; and what is not sure yet.

    Of thousands of checks hardly one is blind, or was before: only those are judged.
    """
    dark, unsure = defaultdict(list), set()
    for n, check in enumerate(world.checks):
        if n % AT_A_TIME == 0:
            await asyncio.sleep(0)  # a look that is due meanwhile does not wait for all of them
        looks = await world.store.results(check.service, check.name, limit=1)
        name = f"{check.service}/{check.name}"
        if not looks or (looks[0].seen is not Seen.BLIND and name not in before):
            continue
        verdict = await verdict_of(world, check.service, check.name)
        if verdict is Verdict.BLIND:
            dark[behind(looks[0])].append(looks[0])
        elif looks[0].seen is Seen.BLIND:
            unsure.add(behind(looks[0]))
        elif verdict is Verdict.UNSURE:
            unsure.add(name)
    return dark, unsure


def behind(result: Result) -> str:
    """What is in the way: one thing for many checks, or the check's own trouble."""
    return result.code or f"{result.service}/{result.check}"


async def told(world: World) -> list[str]:
    return [b for b in (await world.store.memo("blind") or "").split("\n") if b]


async def begin(world: World, behind: str, results: Sequence[Result]) -> None:
    since = await world.store.memo(MEMO.format(behind))
    first = datetime.fromisoformat(since) if since else await began(world, results)
    seeing = [c for c in world.checks if (c.service, c.name) not in of(results)]
    dark = Dark(behind, tuple(results), len(seeing))
    await put(world, behind, first, blindness(dark, first, world.rules))
    if not since:
        await world.store.set_memo(MEMO.format(behind), first.isoformat())
        await remember(world, [*await told(world), behind])


def of(results: Sequence[Result]) -> set[tuple[str, str]]:
    return {(r.service, r.check) for r in results}


async def began(world: World, results: Sequence[Result]) -> datetime:
    """When the first of them went blind."""
    firsts = []
    for newest in results:
        looks = await world.store.results(newest.service, newest.check, limit=FAR)
        sighted = next((n for n, r in enumerate(looks) if r.seen is not Seen.BLIND), len(looks))
        firsts.append(looks[sighted - 1].at)
    return min(firsts)


async def end(world: World, behind: str) -> None:
    since = await world.store.memo(MEMO.format(behind))
    if since:
        first = datetime.fromisoformat(since)
        await put(
            world, behind, first, sight(behind, first, span(world.now() - first), world.rules)
        )
        await world.store.set_memo(MEMO.format(behind), "")
    await remember(world, [b for b in await told(world) if b != behind])


async def remember(world: World, behind: Sequence[str]) -> None:
    await world.store.set_memo("blind", "\n".join(dict.fromkeys(behind)))


async def put(world: World, behind: str, first: datetime, message: Message) -> None:
    key = f"blind:{behind}:{first.timestamp():.0f}"
    await world.store.post(Post(key, world.chat, Lane.CARD, message, silent=True))
