"""Questions of people: each a memo until it is answered, so that none is lost or answered twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Text, Update, cast, delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.question import Question
from bot.ports import Post, Stale

from .codec import QUESTION, decode, encode
from .memos import Memos
from .posts import wish
from .tables import INBOX, MEMO
from .upsert import insert_for

NAME = "question:"  # its memos begin so, and end with the number of the update
DONE = ""  # what stays of one: the same update must not ask again


class Questions(Memos):
    async def put_question(self, question: Question, post: Post) -> None:
        row = {"name": _name(question), "value": encode(question)}

        async def unit(connection: AsyncConnection) -> None:
            new = insert_for(connection, MEMO).values(row)
            new = new.on_conflict_do_nothing(index_elements=[MEMO.c.name])
            if (await connection.execute(new)).rowcount:
                await wish(connection, post, self._now())

        await self._work(unit)

    async def questions(self) -> Sequence[Question]:
        waiting = MEMO.c.name.startswith(NAME), MEMO.c.value != DONE
        rows = await self._all(select(MEMO.c.value).where(*waiting))
        return sorted((decode(QUESTION, row.value) for row in rows), key=lambda q: (q.at, q.id))

    async def begin_question(self, question: Question) -> None:
        same = MEMO.c.value == encode(question)
        begin = _kept(question, encode(replace(question, begun=True))).where(same)

        async def unit(connection: AsyncConnection) -> None:
            if (await connection.execute(begin)).rowcount == 0:
                raise Stale(f"question {question.id} is begun or answered")

        await self._work(unit)

    async def answer_question(self, question: Question, post: Post) -> None:
        async def unit(connection: AsyncConnection) -> None:
            await connection.execute(_kept(question, DONE))
            await wish(connection, post, self._now())

        await self._work(unit)

    async def prune(self, before: datetime) -> None:
        """What is left of an answered one is needed as long as its update is."""
        await super().prune(before)
        updates = select(literal(NAME) + cast(INBOX.c.update_id, Text))
        done = MEMO.c.name.startswith(NAME), MEMO.c.value == DONE
        await self._do(delete(MEMO).where(*done, MEMO.c.name.not_in(updates)))


def _name(question: Question) -> str:
    return f"{NAME}{question.id}"


def _kept(question: Question, value: str) -> Update:
    return update(MEMO).where(MEMO.c.name == _name(question)).values(value=value)
