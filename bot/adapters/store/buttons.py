"""Buttons: an opaque token for each, so that what a tap means never passes through the chat."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Button, IssuedButton

from .tables import BUTTON, POST
from .upsert import insert_for
from .work import Part

TOKEN_BYTES = 16  # 22 characters, of the 64 bytes that callback_data may have


class Buttons(Part):
    async def issue(self, post: str, buttons: Sequence[Button]) -> Mapping[Button, str]:
        if not buttons:
            return {}
        query = select(BUTTON).where(BUTTON.c.post == post)

        async def unit(connection: AsyncConnection) -> dict[tuple[str, int, str], str]:
            new = insert_for(connection, BUTTON).values([_row(post, b) for b in buttons])
            await connection.execute(new.on_conflict_do_nothing())
            rows = (await connection.execute(query)).all()
            return {(row.verb, row.incident, row.arg): row.token for row in rows}

        tokens = await self._work(unit)
        return {b: tokens[b.verb, b.incident, b.arg] for b in buttons}

    async def issued(self, token: str) -> IssuedButton | None:
        query = (
            select(BUTTON, POST.c.chat, POST.c.message_id)
            .join(POST, POST.c.key == BUTTON.c.post)
            .where(BUTTON.c.token == token)
        )
        row = await self._first(query)
        if row is None:
            return None
        button = Button(row.label, row.verb, row.incident, row.arg, row.style)
        return IssuedButton(row.token, button, row.post, row.chat, row.message_id)


def _row(post: str, button: Button) -> dict[str, str | int]:
    return {
        "token": secrets.token_urlsafe(TOKEN_BYTES),
        "post": post,
        "verb": button.verb,
        "incident": button.incident,
        "arg": button.arg,
        "label": button.label,
        "style": button.style,
    }
