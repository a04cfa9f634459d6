"""Says hello and what there is."""

from __future__ import annotations

from telegram import User

from lifeos.life import Life

WELCOME = "Hi {name}! I keep your goals.\n/addgoal TEXT, /goals"


async def start(_life: Life, user: User, _said: str) -> str:
    return WELCOME.format(name=user.first_name)
