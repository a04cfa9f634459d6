"""Ordinary life: somebody uses the watched bot now and then."""

from __future__ import annotations

import asyncio
from itertools import cycle

from bot.sandbox import cast
from bot.sandbox.pace import Pace
from bot.sandbox.telegram import Telegram

EVERY = 20.0  # world seconds
LEAST = 0.5  # real seconds
SAYINGS = ("/goals", "/addgoal walk every day", "/note call the dentist", "/remember goals")


async def use_life_os(telegram: Telegram, pace: Pace) -> None:
    """Say something every twenty world seconds, for ever."""
    for text in cycle(SAYINGS):
        await asyncio.sleep(max(pace.real(EVERY), LEAST))
        telegram.say(cast.UMA.id, cast.UMA.id, text)
