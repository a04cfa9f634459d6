"""Goals: what one wants to reach."""

from __future__ import annotations

from telegram import User

from lifeos.life import Life


async def goals(life: Life, user: User, _said: str) -> str:
    rows = life.database.rows("SELECT text FROM goals WHERE user_id = %s ORDER BY id", user.id)
    lines = [f"{number}. {text}" for number, (text,) in enumerate(rows, 1)]
    return "\n".join(lines) or "No goals yet. Add one with /addgoal TEXT."


async def addgoal(life: Life, user: User, said: str) -> str:
    if not said:
        return "What is the goal? /addgoal TEXT"
    life.database.run(
        "INSERT INTO goals (user_id, text) VALUES (%s, %s) ON CONFLICT DO NOTHING", user.id, said
    )
    return f"Goal added: {said}"
