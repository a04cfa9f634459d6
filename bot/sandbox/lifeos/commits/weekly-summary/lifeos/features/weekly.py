"""The week in a few lines, for the owner, on Sunday evening."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lifeos.features.goals import added_since
from lifeos.life import Life

SUNDAY, EVENING = 6, 18
_told: set[str] = set()


async def summary(life: Life) -> None:
    now = datetime.now(UTC)
    week = f"{now:%G-%V}"
    if now.weekday() != SUNDAY or now.hour < EVENING or week in _told:
        return
    goals = added_since(life, life.settings.owner_id, now - timedelta(days=7))
    lines = [f"• {goal}" for goal in goals] or ["no new goals: time to rest."]
    await life.bot.send_message(life.settings.owner_id, "\n".join(["This week:", *lines]))
    _told.add(week)
