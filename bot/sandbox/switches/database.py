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


SLOW_SECONDS = 0.2  # real ones: the patience of the programs does not shrink
LOCKED = "users"  # each message is written there


async def change_password(world: PracticeWorld) -> None:
    await world.meddling.change_password()


async def restore_password(world: PracticeWorld) -> None:
    await world.doings.insist("wrong-password", world.meddling.restore_password)


async def lock(world: PracticeWorld) -> None:
    await world.meddling.lock(LOCKED)


async def lock_as_another(world: PracticeWorld) -> None:
    await world.meddling.lock(LOCKED, of_another_role=True)


async def cut_the_way(world: PracticeWorld) -> None:
    world.wires.cut_off_life_os(on=True)


async def mend_the_way(world: PracticeWorld) -> None:
    world.wires.cut_off_life_os(on=False)


async def unlock(world: PracticeWorld) -> None:
    world.meddling.unlock()


async def slow_down(world: PracticeWorld) -> None:
    world.wires.slow_database(SLOW_SECONDS)


async def hurry_up(world: PracticeWorld) -> None:
    world.wires.slow_database(0.0)


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
    Switch(
        "database-locks",
        "Database",
        "Lock a table",
        "Somebody's report.py locks the table of users and lies idle in its transaction: whoever"
        " writes to it waits.",
        lock,
        unlock,
        lambda world: world.meddling.locked and not world.meddling.locked_by_another_role,
    ),
    Switch(
        "database-locks-other",
        "Database",
        "Lock a table as somebody else",
        "The same report runs as a role of its own: the watchdog, which has another one, may not"
        " end it.",
        lock_as_another,
        unlock,
        lambda world: world.meddling.locked_by_another_role,
    ),
    Switch(
        "database-way",
        "Database",
        "Cut the way to the database",
        "Life OS does not reach its database any more; everybody else does.",
        cut_the_way,
        mend_the_way,
        lambda world: world.wires.life_os_is_cut_off,
    ),
    Switch(
        "database-slow",
        "Database",
        "Slow the database down",
        "Each answer of PostgreSQL takes a fifth of a second longer on its way: everything still"
        " works, slowly.",
        slow_down,
        hurry_up,
        lambda world: world.wires.life_os.delay > 0,
    ),
    Switch(
        "wrong-password",
        "Database",
        "Change the password",
        "The password of Life OS and of the watchdog is changed and their connections are cut:"
        " neither gets in again.",
        change_password,
        restore_password,
        lambda world: world.meddling.password_changed,
    ),
)
