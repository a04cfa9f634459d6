"""A thought for the day, for the owner: by Claude, on one of the goals."""

from __future__ import annotations

import asyncio
import os
import random

from lifeos.features import ask
from lifeos.life import Life

EVERY_SECONDS = float(os.environ.get("LIFE_OS_THOUGHT_SECONDS", "0"))
PROMPT = "Write one encouraging sentence for somebody with this goal: {goal}"


async def thought(life: Life) -> None:
    owner = life.settings.owner_id
    rows = life.database.rows("SELECT text FROM goals WHERE user_id = %s", owner)
    goal = random.choice(rows)[0] if rows else "a good day"
    text = await asyncio.to_thread(ask.say, life.settings, PROMPT.format(goal=goal))
    await life.bot.send_message(owner, text)
