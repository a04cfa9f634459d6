"""Ways in which PostgreSQL goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.sandbox.switches.switch import Switch

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld


async def stop(world: PracticeWorld) -> None:
    await world.postgres.stop()


async def start(world: PracticeWorld) -> None:
    await world.postgres.start()


async def freeze(world: PracticeWorld) -> None:
    await world.postgres.freeze()


async def thaw(world: PracticeWorld) -> None:
    await world.postgres.thaw()


async def fill(world: PracticeWorld) -> None:
    await world.postgres.saturate()


async def empty(world: PracticeWorld) -> None:
    await world.postgres.release()


def is_(state: str) -> Callable[[PracticeWorld], bool]:
    return lambda world: bool(world.postgres.state == state)


SWITCHES = (
    Switch(
        "database-stop",
        "Database",
        "Stop the database",
        "PostgreSQL goes away: every connection is cut and new ones are refused.",
        stop,
        start,
        is_("stopped"),
    ),
    Switch(
        "database-freeze",
        "Database",
        "Freeze the database",
        "PostgreSQL still accepts connections, but answers nothing.",
        freeze,
        thaw,
        is_("frozen"),
    ),
    Switch(
        "database-full",
        "Database",
        "Take every connection",
        "Somebody's report holds all connections: who has none gets none.",
        fill,
        empty,
        lambda world: world.postgres.saturated,
    ),
)
