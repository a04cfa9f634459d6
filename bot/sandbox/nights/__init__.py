"""The nights of the practice world: each a fault, and how the story must go on from it."""

from __future__ import annotations

from bot.sandbox.nights import crash, nothing_wrong
from bot.sandbox.nights.story import Night

NIGHTS: dict[str, Night] = {night.name: night for night in (crash.NIGHT, nothing_wrong.NIGHT)}
