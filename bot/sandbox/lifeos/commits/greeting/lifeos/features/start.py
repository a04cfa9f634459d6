"""Says hello and what there is."""

from __future__ import annotations

from telegram import User

from lifeos.life import Life

WELCOME = (
    "Hi {name}! Your goals and notes are safe here; I answer questions, too.\n"
    "/addgoal TEXT, /goals, /note TEXT, /notes, /remember WORD, /remind TEXT, /ask TEXT"
)


async def start(_life: Life, user: User, _said: str) -> str:
    return WELCOME.format(name=user.first_name)
