"""What can be broken from the chat page, each with a sentence on what it breaks."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld

CORRUPT = b"\x80\x04half a pickle"


@dataclass(frozen=True)
class Switch:
    name: str
    label: str
    effect: str
    kind: str  # "once" | "toggle"
    turn: Callable[[PracticeWorld, bool], Awaitable[None]]
    is_on: Callable[[PracticeWorld], bool] = lambda _: False

    async def flip(self, world: PracticeWorld, *, on: bool = True) -> None:
        await self.turn(world, on)

    def shown(self, world: PracticeWorld) -> dict[str, object]:
        return {
            "name": self.name,
            "label": self.label,
            "effect": self.effect,
            "kind": self.kind,
            "on": self.is_on(world),
        }


async def crash(world: PracticeWorld, _on: bool) -> None:  # noqa: FBT001 - every switch has this shape
    """Corrupt the cache of each instance, and let its watcher see that the file has changed."""
    for instance in world.service.instances:
        file = instance.folder / "embeddings.pkl"
        file.write_bytes(CORRUPT)
        later = file.stat().st_mtime + 1
        os.utime(file, (later, later))


async def stop_database(world: PracticeWorld, on: bool) -> None:  # noqa: FBT001 - as above
    await (world.postgres.stop() if on else world.postgres.start())


async def freeze_database(world: PracticeWorld, on: bool) -> None:  # noqa: FBT001 - as above
    await (world.postgres.freeze() if on else world.postgres.thaw())


async def kill_watchdog(world: PracticeWorld, _on: bool) -> None:  # noqa: FBT001 - as above
    world.watchdog.kill()


def database_is(state: str) -> Callable[[PracticeWorld], bool]:
    def is_on(world: PracticeWorld) -> bool:
        return bool(world.postgres.state == state)

    return is_on


SWITCHES = (
    Switch(
        "crash",
        "Crash the service",
        "Its cache file is damaged: the process dies with a traceback, and dies again at every"
        " start of the same instance. A restart gives it a fresh one.",
        "once",
        crash,
    ),
    Switch(
        "database-stop",
        "Stop the database",
        "PostgreSQL goes away: every connection is cut and new ones are refused.",
        "toggle",
        stop_database,
        database_is("stopped"),
    ),
    Switch(
        "database-freeze",
        "Freeze the database",
        "PostgreSQL still accepts connections, but answers nothing.",
        "toggle",
        freeze_database,
        database_is("frozen"),
    ),
    Switch(
        "watchdog-kill",
        "Kill the watchdog",
        "The watchdog itself is killed without warning (kill -9). It is started again at once"
        " and must carry on where it was.",
        "once",
        kill_watchdog,
    ),
)
BY_NAME = {switch.name: switch for switch in SWITCHES}
