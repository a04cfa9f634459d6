"""Ways in which the watchdog itself goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.switches.switch import Switch

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld


async def kill(world: PracticeWorld) -> None:
    world.watchdog.kill()


SWITCHES = (
    Switch(
        "watchdog-kill",
        "Watchdog",
        "Kill the watchdog",
        "The watchdog itself is killed without warning (kill -9). It is started again at once"
        " and must carry on where it was.",
        kill,
    ),
)
