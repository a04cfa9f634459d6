"""A folder of finished texts: each is there whole or not at all."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from bot.ports import Unavailable

LONGEST = 200  # bytes of a name; file systems end at 255


class Folder:
    """Implements Archive.

    Raises Unavailable when it cannot be written, ValueError for what is no plain file name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def keep(self, name: str, text: str) -> None:
        """Write or replace it; when this returns, it survives a loss of power."""
        _refuse(name)
        try:
            await asyncio.to_thread(_write, self._path, name, text)
        except OSError as error:
            reason = error.strerror or "unknown reason"
            raise Unavailable(f"the folder for reports cannot be written: {reason}") from error


def _refuse(name: str) -> None:
    plain = name.isprintable() and not name.startswith(".") and len(name.encode()) <= LONGEST
    if not name or not plain or any(mark in name for mark in ("/", "\\", ":")):
        raise ValueError(f"not a plain file name: {name[:80]!r}")


def _write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".", suffix=".draft", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(folder / name)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _sync(folder)


def _sync(folder: Path) -> None:
    """The rename itself is safe only once the folder is on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
