"""Notes: whatever one does not want to forget."""

from __future__ import annotations

from telegram import User

from lifeos.life import Life

SHOWN = 12
KEPT_IN_MIND = 200


async def note(life: Life, user: User, said: str) -> str:
    if not said:
        return "What shall I note? /note TEXT"
    life.database.run("INSERT INTO notes (user_id, text) VALUES (%s, %s)", user.id, said)
    return "Noted."


async def notes(life: Life, user: User, _said: str) -> str:
    newest = of(life, user.id)[:SHOWN]
    return "\n".join(f"• {text}" for text in newest) or "I have no notes of yours yet."


def of(life: Life, user_id: int) -> list[str]:
    """Return the newest notes, newest first."""
    rows = life.database.rows(
        "SELECT text FROM notes WHERE user_id = %s ORDER BY id DESC LIMIT %s", user_id, KEPT_IN_MIND
    )
    return [text for (text,) in rows]
