"""The nights of the practice world: each a fault, and how the story must go on from it."""

from __future__ import annotations

from bot.sandbox.nights import (
    acts,
    autopilot,
    bad_deploy,
    crash,
    database,
    deploys,
    detection,
    guided,
    inside,
    not_over,
    nothing_wrong,
    sessions,
)
from bot.sandbox.nights.story import Night

NIGHTS: dict[str, Night] = {
    night.name: night
    for night in (
        crash.NIGHT,
        bad_deploy.NIGHT,
        *not_over.NIGHTS,
        *guided.NIGHTS,
        *database.NIGHTS,
        *sessions.NIGHTS,
        *inside.NIGHTS,
        nothing_wrong.NIGHT,
        *autopilot.NIGHTS,
        *detection.NIGHTS,
        *acts.NIGHTS,
        *deploys.NIGHTS,
    )
}
