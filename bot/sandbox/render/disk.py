"""The disk of a service: a folder that outlives its instances, and that can be full."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

GIBIBYTE = 1024**3
BALLAST = "core.dump"
FULL = Path("/dev/full")  # whoever writes there is told that no space is left (Linux, full(4))
ASIDE = ".before"


@dataclass(frozen=True)
class Disk:
    """`capacity` is in bytes; a file counts with the size it shows, holes and all."""

    folder: Path
    capacity: int = GIBIBYTE

    def used(self) -> int:
        sizes = 0
        with contextlib.suppress(OSError):  # a file may go while we look
            for file in self.folder.iterdir():
                sizes += 0 if file.is_symlink() else file.stat().st_size
        return min(sizes, self.capacity)

    def fill(self, name: str) -> None:
        """Take what is left of it; from now on each write to the file of this name fails."""
        if self.full:
            return
        file = self.folder / name
        if file.exists():
            file.rename(file.with_name(f"{name}{ASIDE}"))
        file.symlink_to(FULL)
        with (self.folder / BALLAST).open("wb") as ballast:
            ballast.truncate(self.capacity)  # a hole: it takes nothing of this machine

    def empty(self, name: str) -> None:
        file = self.folder / name
        if file.is_symlink():
            file.unlink()
            with contextlib.suppress(FileNotFoundError):
                file.with_name(f"{name}{ASIDE}").rename(file)
        (self.folder / BALLAST).unlink(missing_ok=True)

    @property
    def full(self) -> bool:
        return (self.folder / BALLAST).exists()
