"""How a post stands in its row: its wish written, its progress read."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Delivery, Lane, Post, Posted, message_of

from .codec import CONTENT, Content, decode, encode
from .tables import EPOCH, MOVED_CHAT, POST
from .upsert import Insert, insert_in

MOVED_TO = select(MOVED_CHAT.c.now).where(MOVED_CHAT.c.chat == bindparam("chat"))
REPLIED = POST.alias("replied")
# Message ids count within their chat: one of another chat would reply to a stranger's line.
POSTED = select(POST, REPLIED.c.message_id.label("reply_to_id")).outerjoin_from(
    POST, REPLIED, and_(REPLIED.c.key == POST.c.reply_to, REPLIED.c.chat == POST.c.chat)
)

OUTDATED = and_(POST.c.state.in_((Delivery.WAITING, Delivery.SENT)), POST.c.shown < POST.c.wanted)
# What people have seen already may wait for what they have not: an edit never takes the page lane.
URGENCY = case(
    (or_(POST.c.message_id.is_(None), POST.c.lane > Lane.CARD), POST.c.lane), else_=int(Lane.CARD)
)
# A reply to what a person wrote is named by the number of that message (ports.message_of).
MESSAGE = message_of(0).removesuffix("0")
MUST_ARRIVE = POST.c.lane.in_([lane for lane in Lane if lane.must_arrive])


async def wish(connection: AsyncConnection, post: Post, now: datetime) -> None:
    """Make the post's content what is wanted; the same content again is no new wish."""
    row = {
        "key": post.key,
        "chat": await current_chat(connection, post.chat),
        "lane": int(post.lane),
        "body": encode(Content(post.message, post.document, post.picture)),
        "silent": post.silent,
        "reply_to": post.reply_to,
    }
    fresh = {
        "state": Delivery.WAITING,
        "wanted": 1,
        "shown": 0,
        "attempts": 0,
        "repeated": False,
        "not_before_us": EPOCH,
        "error": "",
        "created_us": now,
        "updated_us": now,
    }
    await connection.execute(_upsert(connection.dialect.name), row | fresh)


@cache  # the same for every post, and making it costs more than carrying it out
def _upsert(dialect: str) -> Insert:
    new = insert_in(dialect, POST)
    settled = POST.c.state.in_((Delivery.SENDING, Delivery.DEAD))
    changes = {
        **{name: new.excluded[name] for name in ("lane", "body", "silent", "reply_to")},
        "state": case((settled, POST.c.state), else_=Delivery.WAITING),
        "wanted": POST.c.wanted + 1,
        "attempts": 0,
        "updated_us": new.excluded.updated_us,
    }
    # Until it is seen, also whether it makes a sound: one of a storm shall not.
    other = or_(POST.c.lane != new.excluded.lane, POST.c.silent != new.excluded.silent)
    unseen = and_(POST.c.message_id.is_(None), POST.c.state == Delivery.WAITING)
    changed = or_(POST.c.body != new.excluded.body, and_(unseen, other))
    return new.on_conflict_do_update(index_elements=[POST.c.key], set_=changes, where=changed)


async def current_chat(connection: AsyncConnection, chat: int) -> int:
    found: int | None = await connection.scalar(MOVED_TO, {"chat": chat})
    return chat if found is None else found


def posted(row: Row[Any]) -> Posted:
    """Read a row of POSTED."""
    content = decode(CONTENT, row.body)
    return Posted(
        post=Post(
            key=row.key,
            chat=row.chat,
            lane=Lane(row.lane),
            message=content.message,
            silent=row.silent,
            reply_to=row.reply_to,
            document=content.document,
            picture=content.picture,
        ),
        state=Delivery(row.state),
        wanted=row.wanted,
        shown=row.shown,
        message_id=row.message_id,
        reply_to_id=row.reply_to_id or _message(row.reply_to),
        attempts=row.attempts,
        repeated=row.repeated,
        not_before=row.not_before_us,
        error=row.error,
    )


def _message(reply_to: str) -> int | None:
    number = reply_to.removeprefix(MESSAGE)
    return int(number) if number != reply_to and number.isdecimal() else None
