"""Streaks: how many days in a row something was done, and a nudge when one is about to end."""

from __future__ import annotations

import asyncio

from telegram import User

from lifeos.life import Life

DAYS = (
    "SELECT DISTINCT current_date - done_at::date AS ago FROM goals "
    "WHERE user_id = %s AND done_at IS NOT NULL ORDER BY ago"
)
ENDING = (
    "SELECT user_id FROM goals GROUP BY user_id "
    "HAVING max(done_at)::date = current_date - 1 AND extract(hour FROM now()) >= 20"
)
_nudged: set[int] = set()


async def streak(life: Life, user: User, _said: str) -> str:
    days = [ago for (ago,) in life.database.rows(DAYS, user.id)]
    length = sum(ago == number for number, ago in enumerate(days))
    return f"{length} days in a row."


async def nudge(life: Life) -> None:
    for (user_id,) in await asyncio.to_thread(life.database.rows, ENDING):
        if user_id not in _nudged:
            await life.bot.send_message(user_id, "🔥 Your streak ends tonight!")
            _nudged.add(user_id)
