"""Finds the notes that are related to a word."""

from __future__ import annotations

from telegram import User

from lifeos.features import notes
from lifeos.life import Life
from lifeos.memory import MEMORY


async def remember(life: Life, user: User, said: str) -> str:
    if not said:
        return "Which word? /remember WORD"
    related = MEMORY.related(said, notes.of(life, user.id))
    return "\n".join(f"• {note}" for note in related) or "I have no notes of yours yet."
