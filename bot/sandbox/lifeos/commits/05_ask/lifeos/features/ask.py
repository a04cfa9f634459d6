"""Answers questions, with the help of Claude."""

from __future__ import annotations

import asyncio
import os

from telegram import User

from lifeos.config import Config
from lifeos.life import Life

ANSWERS = os.environ.get("LIFE_OS_ASK", "on") != "off"
LATER = "I cannot answer questions at the moment. Your goals and notes are all here."


async def ask(life: Life, _user: User, said: str) -> str:
    if not ANSWERS:
        return LATER
    if not said:
        return "What do you want to know? /ask TEXT"
    return await asyncio.to_thread(say, life.settings, said)


def say(settings: Config, prompt: str) -> str:
    from lifeos import claude  # noqa: PLC0415 - seconds of import, and many MiB

    return claude.say(settings, prompt)
