"""Odds and ends that must survive, and the sweeping out of what need not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Delivery, Lane

from .tables import BUTTON, INBOX, MEMO, POST
from .upsert import insert_for
from .work import Part

NAMED = select(MEMO.c.value).where(MEMO.c.name == bindparam("name"))


class Memos(Part):
    async def memo(self, name: str) -> str | None:
        row = await self._first(NAMED, name=name)
        return None if row is None else row.value

    async def set_memo(self, name: str, value: str) -> None:
        async def unit(connection: AsyncConnection) -> None:
            new = insert_for(connection, MEMO).values(name=name, value=value)
            await connection.execute(
                new.on_conflict_do_update(index_elements=[MEMO.c.name], set_={"value": value})
            )

        await self._work(unit)

    async def prune(self, before: datetime) -> None:
        told = (
            POST.c.lane >= Lane.THREAD,
            POST.c.state == Delivery.SENT,
            POST.c.updated_us < before,
        )
        await self._do(
            delete(INBOX).where(INBOX.c.done_us < before),
            delete(BUTTON).where(BUTTON.c.post.in_(select(POST.c.key).where(*told))),
            delete(POST).where(*told),
        )
