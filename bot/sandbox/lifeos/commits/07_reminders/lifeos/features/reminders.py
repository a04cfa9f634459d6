"""Weekly reminders, at the time of the day when they were asked for."""

from __future__ import annotations

import asyncio
import os

from telegram import User

from lifeos.life import Life

TICK_SECONDS = float(os.environ.get("LIFE_OS_TICK_SECONDS", "60"))
TAKE_DUE = (
    "UPDATE reminders SET next_at = next_at + interval '7 days' "
    "WHERE next_at <= now() RETURNING user_id, text"
)


async def remind(life: Life, user: User, said: str) -> str:
    if not said:
        return "Of what? /remind TEXT"
    life.database.run("INSERT INTO reminders (user_id, text) VALUES (%s, %s)", user.id, said)
    return f"Every week from now on: {said}"


async def reminders(life: Life) -> None:
    for user_id, text in await asyncio.to_thread(life.database.rows, TAKE_DUE):
        await life.bot.send_message(user_id, f"⏰ {text}")
