"""Ways in which the running process goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox import cast
from bot.sandbox.flapping import flap
from bot.sandbox.switches.switch import Switch, Turn

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld

CORRUPT = b"\x80\x04half a pickle"
RIGHT_TICK = "2"
LEAK_SECONDS = 240.0  # world seconds from a healthy size to the memory limit


def folders(world: PracticeWorld) -> list[Path]:
    """The temporary directories of the instances: where Life OS has its handles."""
    return [instance.folder for instance in world.service.instances]


async def crash(world: PracticeWorld) -> None:
    """Corrupt the cache of each instance, and let its watcher see that the file has changed."""
    for folder in folders(world):
        file = folder / "embeddings.pkl"
        file.write_bytes(CORRUPT)
        later = file.stat().st_mtime + 1
        os.utime(file, (later, later))


async def leak(world: PracticeWorld) -> None:
    limit = world.service.spec.memory_limit / 2**20
    for folder in folders(world):
        (folder / "leak").write_text(f"{limit / max(world.pace.real(LEAK_SECONDS), 2):.1f}")


def touching(name: str) -> Turn:
    async def touch(world: PracticeWorld) -> None:
        for folder in folders(world):
            (folder / name).touch()

    return touch


def removing(name: str) -> Turn:
    async def remove(world: PracticeWorld) -> None:
        for folder in folders(world):
            (folder / name).unlink(missing_ok=True)

    return remove


def having(name: str) -> Callable[[PracticeWorld], bool]:
    return lambda world: any((folder / name).exists() for folder in folders(world))


async def crash_for_ever(world: PracticeWorld) -> None:
    await world.meddling.lose_a_migration()
    world.service.evict()


async def stop_crashing(world: PracticeWorld) -> None:
    await world.doings.insist("crash-loop", world.meddling.find_the_migration)


async def remove_variable(world: PracticeWorld) -> None:
    """Only a process that is started anew misses it."""
    world.service.settings.env.pop(cast.JOURNAL_VARIABLE, None)
    world.service.ask_deploy("service_updated")


async def put_variable_back(world: PracticeWorld) -> None:
    set_variable(world)
    world.service.ask_deploy("service_updated")


def set_variable(world: PracticeWorld) -> None:
    """What runs goes on without it until the next deploy."""
    file = world.disk.folder / cast.JOURNAL
    world.service.settings.env[cast.JOURNAL_VARIABLE] = str(file)


async def wrong_setting(world: PracticeWorld) -> None:
    world.service.settings.env[cast.TICK_VARIABLE] = "often"
    world.service.ask_deploy("service_updated")


async def right_setting(world: PracticeWorld) -> None:
    world.service.settings.env[cast.TICK_VARIABLE] = RIGHT_TICK
    world.service.ask_deploy("service_updated")


async def suspend(world: PracticeWorld) -> None:
    world.service.ask_suspend()


async def resume(world: PracticeWorld) -> None:
    world.service.ask_resume()


def scaling_to(count: int) -> Turn:
    async def scale(world: PracticeWorld) -> None:
        world.service.ask_scale(count)

    return scale


async def begin_flapping(world: PracticeWorld) -> None:
    world.doings.begin("flap", flap(world.service, world.pace))


async def end_flapping(world: PracticeWorld) -> None:
    world.doings.end("flap")


async def fill_disk(world: PracticeWorld) -> None:
    world.disk.fill(cast.JOURNAL)


async def empty_disk(world: PracticeWorld) -> None:
    world.disk.empty(cast.JOURNAL)


SWITCHES = (
    Switch(
        "crash",
        "Service",
        "Crash the service",
        "Its cache file is damaged: the process dies with a traceback, and again at every start"
        " of the same instance. A restart gives it a fresh one.",
        crash,
    ),
    Switch(
        "leak",
        "Service",
        "Leak memory",
        "The cache of vectors grows until the platform kills the process at its memory limit.",
        leak,
        removing("leak"),
        having("leak"),
    ),
    Switch(
        "hang",
        "Service",
        "Hang the poller",
        "The process runs and its web page says that all is well, but it reads no messages any"
        " more: they pile up at Telegram.",
        touching("hang"),
        removing("hang"),
        having("hang"),
    ),
    Switch(
        "block",
        "Service",
        "Block the event loop",
        "A call never returns: the process does nothing any more, and its web page says that the"
        " heartbeat is old.",
        touching("block"),
        removing("block"),
        having("block"),
    ),
    Switch(
        "crash-loop",
        "Service",
        "Crash at every start",
        "A row is missing from its database since a backup was restored: the platform moves the"
        " instance, and from then on every start ends with a traceback, on fresh instances too.",
        crash_for_ever,
        stop_crashing,
        lambda world: bool(world.meddling.lost),
    ),
    Switch(
        "missing-variable",
        "Service",
        "Remove a variable",
        "An environment variable that it needs is removed and a deploy begins: the new version"
        " ends with a KeyError at every start. Repairing puts it back and deploys again.",
        remove_variable,
        put_variable_back,
        lambda world: cast.JOURNAL_VARIABLE not in world.service.settings.env,
    ),
    Switch(
        "wrong-setting",
        "Service",
        "Set a variable wrong",
        "Somebody sets how often it looks for reminders to “often” and deploys: the new version"
        " ends with a ValueError at every start. Repairing sets it right and deploys again.",
        wrong_setting,
        right_setting,
        lambda world: world.service.settings.env[cast.TICK_VARIABLE] != RIGHT_TICK,
    ),
    Switch(
        "suspend",
        "Service",
        "Suspend the service",
        "Somebody suspends it on the platform's dashboard: no instance runs until it is resumed.",
        suspend,
        resume,
        lambda world: world.service.suspended,
    ),
    Switch(
        "second-copy",
        "Service",
        "Run a second copy",
        "Somebody scales it to two instances: both poll Telegram, and take each other's messages"
        " with a 409.",
        scaling_to(2),
        scaling_to(1),
        lambda world: world.service.settings.instance_count > 1,
    ),
    Switch(
        "flap",
        "Service",
        "Come and go",
        "The platform takes the instance away every two minutes and brings it back a minute"
        " later, again and again.",
        begin_flapping,
        end_flapping,
        lambda world: "flap" in world.doings,
    ),
    Switch(
        "disk-full",
        "Service",
        "Fill the disk",
        "No space is left on its disk: every message ends with a traceback, since its journal"
        " cannot be written.",
        fill_disk,
        empty_disk,
        lambda world: world.disk.full,
    ),
)
