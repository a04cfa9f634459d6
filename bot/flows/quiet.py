"""Silences and maintenance windows: wished for, lifted, and told to be over when they are."""

from __future__ import annotations

from datetime import datetime

from bot.domain.incident import Refused
from bot.domain.people import Person, Role
from bot.domain.silence import LONGEST, Silence, Sort, Wanted, maintenance_of, silence_of
from bot.flows.wishes import allow
from bot.ports import Lane, Post, World
from bot.views.message import Message
from bot.views.silence import silenced

TOLD = "silences told"  # the memo: until when silences that ran out have been told of


async def silence(world: World, text: str, by: Person, key: str) -> Silence:
    """`/silence http 2h because …`"""  # noqa: D400, D415 - it ends as people type it
    allow(world, by, Role.RESPONDER)
    checks = [c.name for c in world.checks]
    return await begin(world, Sort.SILENCE, silence_of(text, services(world), checks), by, key)


async def maintenance(world: World, text: str, by: Person, key: str) -> Silence:
    """`/maintenance 1h life-os reason`: nothing opens, and what is open pages nobody again."""
    allow(world, by, Role.RESPONDER)
    return await begin(world, Sort.MAINTENANCE, maintenance_of(text, services(world)), by, key)


async def begin(world: World, kind: Sort, wanted: Wanted, by: Person, key: str) -> Silence:
    now = world.now()
    new = Silence(
        id=0,
        service=wanted.service,
        check=wanted.check,
        pattern=wanted.pattern,
        begins=now,
        ends=now + wanted.length,
        by=by.name,
        by_id=by.id,
        note=wanted.note,
        kind=kind,
    )
    return await world.store.silence(new, key)


async def lift(world: World, id: int | None, by: Person, key: str) -> Silence:
    """End it early; its message says so."""
    allow(world, by, Role.RESPONDER)
    if id is None:
        raise Refused("say which: /unsilence 3, as /silence lists them")
    lifted = await world.store.lift(id, by, world.now(), key)
    if lifted is None:
        raise Refused(f"no silence {id} is in force; /silence lists them")
    await tell(world, lifted)
    return lifted


async def expire(world: World) -> bool:
    """A duty: let the message of what ran out by itself say so, silently."""
    now = world.now()
    told = await world.store.memo(TOLD)
    since = datetime.fromisoformat(told) if told else now - LONGEST
    over = await world.store.ended(since, now)
    for silence in over:
        await tell(world, silence)
    if over:
        await world.store.set_memo(TOLD, now.isoformat())
    return bool(over)


async def tell(world: World, silence: Silence) -> None:
    await world.store.post(
        Post(post_key(silence), world.chat, Lane.ANSWER, message_of(world, silence), silent=True)
    )


def message_of(world: World, silence: Silence) -> Message:
    return silenced(silence, world.rules, world.now())


def post_key(silence: Silence) -> str:
    """The answer to who asked for it is edited when it is over."""
    return f"silence:{silence.id}"


def services(world: World) -> list[str]:
    return list(dict.fromkeys(c.service for c in world.checks))
