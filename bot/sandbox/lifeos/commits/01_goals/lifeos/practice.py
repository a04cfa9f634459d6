"""The handles by which the practice world breaks a running Life OS; nothing else looks at them.

They are files in the temporary directory of the instance, read again and again:
- `leak` holds a number: so many MiB are allocated and touched per second, as if the cache of
  vectors were never trimmed. A new process of the same instance goes on leaking.
- `hang`: while it exists, the poller waits for what never comes: no getUpdates any more, while the
  event loop turns, the heart beats and the page answers as ever.
- `block`: while it exists, the event loop is blocked as by a call that never returns; only the
  thread behind the port answers.
A new process removes the last two, as a restart mends a deadlock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from telegram.ext import ExtBot

log = logging.getLogger("lifeos.memory")

LOOK_SECONDS = 0.1
MEBIBYTE = 1024 * 1024


def watch(loop: asyncio.AbstractEventLoop) -> None:
    folder = Path(tempfile.gettempdir())
    for name in ("hang", "block"):
        (folder / name).unlink(missing_ok=True)
    _deaf_while(folder / "hang")
    threading.Thread(target=_obey, args=(folder, loop), name="vectors", daemon=True).start()


def _obey(folder: Path, loop: asyncio.AbstractEventLoop) -> None:
    cache: list[bytes] = []
    while True:
        time.sleep(LOOK_SECONDS)
        _grow(cache, folder / "leak")
        if (folder / "block").exists():
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(_block_while, folder / "block")


def _grow(cache: list[bytes], leak: Path) -> None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        size = int(float(leak.read_text()) * MEBIBYTE * LOOK_SECONDS)
        cache.append(b"v" * size)  # written, so that it is resident
        if len(cache) % 50 == 0:
            log.info("%d MiB of vectors cached", sum(map(len, cache)) // MEBIBYTE)


def _block_while(file: Path) -> None:
    while file.exists():
        time.sleep(LOOK_SECONDS)


def there(file: Path) -> bool:
    return file.exists()


def _deaf_while(file: Path) -> None:
    get_updates = ExtBot.get_updates

    async def listen(bot: ExtBot[Any], *args: Any, **how: Any) -> Any:  # noqa: ANN401 - as it is called
        while there(file):  # noqa: ASYNC110 - another process makes the file
            await asyncio.sleep(LOOK_SECONDS)
        return await get_updates(bot, *args, **how)

    ExtBot.get_updates = listen
