"""A migration in a process of its own: what it loads does not stay in the watchdog's memory.

    echo sqlite:///watchdog.db | python -m bot.adapters.store.apart

Nothing rests on it: what it did not do, `open_store` does itself, or says why it cannot.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import UTC, datetime

from bot.adapters.store.engine import MIGRATION_SECONDS
from bot.adapters.store.store import is_behind, open_store
from bot.ports import Unavailable

log = logging.getLogger(__name__)

PROGRAM = (sys.executable, "-m", "bot.adapters.store.apart")


async def migrate_apart(url: str) -> None:
    """Bring the schema up to date, if it is behind. Never raises but when cancelled.

    The URL holds a password: it goes through the pipe, where no list of processes shows it.
    """
    try:
        if not await is_behind(url):
            return
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*PROGRAM, stdin=pipe, stdout=pipe, stderr=pipe)
    except (Unavailable, OSError):
        return  # whoever opens the store hears of it, too
    try:
        async with asyncio.timeout(MIGRATION_SECONDS):
            await child.communicate(url.encode())
    except TimeoutError:
        log.warning("store.migration_cut_off", extra={"after": MIGRATION_SECONDS})
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def main(url: str) -> None:
    store = await open_store(url, lambda: datetime.now(UTC))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.stdin.read().strip()))
