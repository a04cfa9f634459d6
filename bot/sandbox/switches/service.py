"""Ways in which the running process goes wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox.switches.switch import Switch

if TYPE_CHECKING:
    from bot.sandbox.world import PracticeWorld

CORRUPT = b"\x80\x04half a pickle"
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


async def hang(world: PracticeWorld) -> None:
    for folder in folders(world):
        (folder / "hang").touch()


def having(name: str, world: PracticeWorld) -> bool:
    return any((folder / name).exists() for folder in folders(world))


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
    ),
    Switch(
        "hang",
        "Service",
        "Hang the poller",
        "The process runs and its web page answers, but it reads no messages any more.",
        hang,
    ),
)
