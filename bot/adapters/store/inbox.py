"""The inbox: every update of the chat, kept before the chat is told that we have it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Update

from .tables import INBOX
from .upsert import insert_for
from .work import Part

UNHANDLED = select(INBOX).where(INBOX.c.done_us.is_(None)).order_by(INBOX.c.seq)


class Inbox(Part):
    async def take_in(self, updates: Sequence[Update], at: datetime) -> int:
        rows = [{"update_id": u.id, "body": u.body, "at_us": at, "outcome": ""} for u in updates]

        async def unit(connection: AsyncConnection) -> int:
            new = insert_for(connection, INBOX).values(rows)
            return (await connection.execute(new.on_conflict_do_nothing())).rowcount

        return await self._work(unit) if rows else 0

    async def unhandled(self) -> Sequence[Update]:
        return [Update(row.update_id, row.body) for row in await self._all(UNHANDLED)]

    async def handled(self, update_id: int, outcome: str) -> None:
        done = update(INBOX).where(INBOX.c.update_id == update_id)
        await self._do(done.values(done_us=self._now(), outcome=outcome))
