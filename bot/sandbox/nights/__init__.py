"""The nights of the practice world: each a fault, and how the story must go on from it."""

from __future__ import annotations

from bot.sandbox.nights import bad_deploy, crash, database, detection, nothing_wrong
from bot.sandbox.nights.story import Night

NIGHTS: dict[str, Night] = {
    night.name: night
    for night in (
        crash.NIGHT,
        bad_deploy.NIGHT,
        *database.NIGHTS,
        nothing_wrong.NIGHT,
        *detection.NIGHTS,
    )
}
