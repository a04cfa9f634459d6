"""The outbox: what should stand in the chats, and how far each post got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, bindparam, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.incident import Incident
from bot.ports import Delivery, Post, Posted, Stale

from .posts import MESSAGE, MUST_ARRIVE, OUTDATED, POSTED, URGENCY, current_chat, posted, wish
from .tables import INCIDENT, MOVED_CHAT, POST
from .upsert import insert_for
from .work import Part

DUE = POSTED.where(OUTDATED, POST.c.not_before_us <= bindparam("now")).order_by(
    URGENCY, POST.c.created_us, POST.c.key
)


class Outbox(Part):
    async def announce(self, incident: Incident, posts: Sequence[Post]) -> None:
        async def unit(connection: AsyncConnection) -> None:
            for post in posts:
                await wish(connection, post, self._now())
            await connection.execute(
                update(INCIDENT)
                .where(INCIDENT.c.id == incident.id, INCIDENT.c.announced < incident.version)
                .values(announced=incident.version)
            )

        await self._work(unit)

    async def post(self, *posts: Post) -> None:
        async def unit(connection: AsyncConnection) -> None:
            for post in posts:
                await wish(connection, post, self._now())

        await self._work(unit)

    async def posted(self, key: str) -> Posted | None:
        row = await self._first(POSTED.where(POST.c.key == key))
        return None if row is None else posted(row)

    async def posted_as(self, chat: int, message_id: int) -> Posted | None:
        row = await self._first(POSTED.where(POST.c.chat == chat, POST.c.message_id == message_id))
        return None if row is None else posted(row)

    async def due(self, now: datetime) -> Sequence[Posted]:
        return [posted(row) for row in await self._all(DUE, now=now)]

    async def interrupted(self) -> Sequence[Posted]:
        query = POSTED.where(POST.c.state == Delivery.SENDING)
        rows = await self._all(query.order_by(URGENCY, POST.c.created_us, POST.c.key))
        return [posted(row) for row in rows]

    async def sending(self, posted: Posted) -> Posted:
        key = posted.post.key
        # `attempts` too: a copy read before somebody else's try is no claim on the next one.
        same = POST.c.wanted == posted.wanted, POST.c.attempts == posted.attempts
        claim = self._change(key, state=Delivery.SENDING, attempts=POST.c.attempts + 1)

        async def unit(connection: AsyncConnection) -> Posted:
            claimed = await connection.execute(claim.where(OUTDATED, *same))
            if claimed.rowcount == 0:
                raise Stale(f"post {key} has changed or is being sent")
            return await _read(connection, key)

        return await self._work(unit)

    async def sent(self, posted: Posted, message_id: int, at: datetime) -> None:
        up_to_date = POST.c.wanted == posted.wanted
        await self._do(
            self._change(
                posted.post.key,
                state=case((up_to_date, Delivery.SENT), else_=Delivery.WAITING),
                shown=posted.wanted,
                message_id=message_id,
                attempts=0,
                error="",
                updated_us=at,
            )
        )

    async def later(
        self, posted: Posted, not_before: datetime, error: str, *, repeated: bool = False
    ) -> None:
        sticky = {"repeated": True} if repeated else {}
        change = self._change(
            posted.post.key,
            state=Delivery.WAITING,
            not_before_us=not_before,
            error=error,
            **sticky,
        )
        await self._do(change.where(POST.c.state.in_((Delivery.WAITING, Delivery.SENDING))))

    async def resend(self, posted: Posted) -> None:
        await self._do(
            self._change(
                posted.post.key,
                state=Delivery.WAITING,
                message_id=None,
                shown=0,
                repeated=False,  # the copy that was unconfirmed is gone with the rest
            )
        )

    async def dead(self, posted: Posted, error: str) -> None:
        await self._do(self._change(posted.post.key, state=Delivery.DEAD, error=error))

    async def undelivered(self) -> int:
        # Not `message_id is null`: a post of a moved chat has arrived, in the chat as it was.
        missing = or_(POST.c.shown == 0, POST.c.state == Delivery.DEAD)
        query = select(func.count()).select_from(POST).where(MUST_ARRIVE, missing)
        row = await self._first(query)
        return row[0] if row else 0

    async def moved(self, chat: int, to: int) -> None:
        """Message ids do not move: kept, they would edit and answer strangers' lines."""

        async def unit(connection: AsyncConnection) -> None:
            there = update(POST).where(POST.c.chat == chat)
            theirs = there.where(POST.c.reply_to.startswith(MESSAGE))
            await connection.execute(theirs.values(reply_to=""))
            await connection.execute(there.values(chat=to, message_id=None))
            onward = update(MOVED_CHAT).where(MOVED_CHAT.c.now == chat)
            await connection.execute(onward.values(now=to))
            new = insert_for(connection, MOVED_CHAT).values(chat=chat, now=to)
            await connection.execute(
                new.on_conflict_do_update(index_elements=[MOVED_CHAT.c.chat], set_={"now": to})
            )
            await connection.execute(delete(MOVED_CHAT).where(MOVED_CHAT.c.chat == to))

        if chat != to:
            await self._work(unit)

    async def chat_now(self, chat: int) -> int:
        async def unit(connection: AsyncConnection) -> int:
            return await current_chat(connection, chat)

        return await self._work(unit)

    def _change(self, key: str, **values: object) -> Update:
        values.setdefault("updated_us", self._now())
        return update(POST).where(POST.c.key == key).values(**values)


async def _read(connection: AsyncConnection, key: str) -> Posted:
    return posted((await connection.execute(POSTED.where(POST.c.key == key))).one())
