"""Telegram for the practice world: the Bot API for bots, and a chat API for the people's side."""

from __future__ import annotations

from bot.sandbox.telegram.emulator import Telegram
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.state import Account, Person

__all__ = ["Account", "Fault", "Person", "Telegram"]
