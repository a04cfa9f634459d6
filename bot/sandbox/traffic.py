"""Ordinary life: somebody uses the watched bot now and then."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import cycle

from bot.sandbox import cast
from bot.sandbox.pace import Pace
from bot.sandbox.telegram import Telegram
from bot.sandbox.telegram.errors import NotPossible

EVERY = 20.0  # world seconds
LEAST = 0.5  # real seconds
SAYINGS = (
    "/goals",
    "/addgoal walk every day",
    "/note call the dentist",
    "/ask how do I start running?",
    "/remember goals",
    "buy milk on the way home",
    "/notes",
)
QUESTION = "/ask what did I want to do today?"


IMPATIENT = 0.2  # real seconds


async def ask_again_and_again(telegram: Telegram) -> None:
    """Everybody asks Claude once more as soon as the bot has answered, for ever."""
    users = [one.id for one in cast.PEOPLE if one.role == "user"]
    for user_id in cycle(users):
        await asyncio.sleep(IMPATIENT)
        last = telegram.messages(user_id)[-1:]
        if all(message["from"]["is_bot"] for message in last):
            with contextlib.suppress(NotPossible):
                telegram.say(user_id, user_id, QUESTION)


async def use_life_os(telegram: Telegram, pace: Pace) -> None:
    """Somebody says something every twenty world seconds, for ever, whatever comes back.

    Everybody whose role is "user" takes part, each in their own chat with the bot.
    """
    users = [one.id for one in cast.PEOPLE if one.role == "user"]
    for text, user_id in zip(cycle(SAYINGS), cycle(users), strict=False):
        await asyncio.sleep(max(pace.real(EVERY), LEAST))
        with contextlib.suppress(NotPossible):  # the chat is gone for now
            telegram.say(user_id, user_id, text)
