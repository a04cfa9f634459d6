"""Goals: what one wants to reach, and whether it was done today."""

from __future__ import annotations

from telegram import User

from lifeos.life import Life


async def goals(life: Life, user: User, _said: str) -> str:
    rows = life.database.rows(
        "SELECT text, done_at::date = current_date FROM goals WHERE user_id = %s ORDER BY id",
        user.id,
    )
    lines = [f"{n}. {text}{' ✓' if done else ''}" for n, (text, done) in enumerate(rows, 1)]
    return "\n".join(lines) or "No goals yet. Add one with /addgoal TEXT."


async def addgoal(life: Life, user: User, said: str) -> str:
    if not said:
        return "What is the goal? /addgoal TEXT"
    life.database.run(
        "INSERT INTO goals (user_id, text) VALUES (%s, %s) ON CONFLICT DO NOTHING", user.id, said
    )
    return f"Goal added: {said}"


async def done(life: Life, user: User, said: str) -> str:
    if not said.isdecimal():
        return "Which one? /done NUMBER"
    rows = life.database.rows(
        "UPDATE goals SET done_at = now() WHERE id = ("
        "SELECT id FROM goals WHERE user_id = %s ORDER BY id OFFSET %s LIMIT 1) RETURNING text",
        user.id,
        max(int(said) - 1, 0),
    )
    return f"Well done: {rows[0][0]}" if rows else "There is no such goal."
