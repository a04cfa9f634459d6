"""The store: everything that must survive, behind the one Store protocol."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.history import MINUTE
from bot.ports import Store, Unavailable

from .buttons import Buttons
from .engine import make_engine
from .history import History, floored
from .inbox import Inbox
from .incidents import Incidents
from .looks import Looks
from .memory import Memories
from .memos import Memos
from .migrate import SCHEMA, migrate, revision
from .outbox import Outbox
from .questions import Questions
from .silences import Silences
from .spend import Spending
from .work import Work

log = logging.getLogger(__name__)


class SqlStore(
    Looks,
    History,
    Incidents,
    Outbox,
    Buttons,
    Inbox,
    Questions,
    Memos,
    Memories,
    Silences,
    Spending,
    Store,
):
    """Made by `open_store`."""

    async def prune(self, before: datetime) -> None:
        await self.write_down()
        await self.thin(before)
        await super().prune(before)
        self.forget(floored(before, MINUTE))

    async def close(self) -> None:
        """Finish what has begun, also for callers that have gone; then refuse."""
        with suppress(Unavailable):
            await self.write_down()
        await self._work.close()


async def open_store(url: str, now: Callable[[], datetime]) -> SqlStore:
    """Migrate the database and open it.

    `url` is `sqlite:///file.db` or `postgresql://…`. Raises Unavailable with one sentence:
    permanent when it takes a person (a wrong URL or password, a newer schema, a damaged file).
    """
    log.info("store.opened", extra={"engine": await _migrate(url)})
    return SqlStore(Work(make_engine(url)), now)


async def is_behind(url: str) -> bool:
    """Whether a migration is due. Raises Unavailable as `open_store` does."""
    work = Work(make_engine(url, migrating=True))
    try:
        return await work(_behind)
    finally:
        await work.close()


async def _behind(connection: AsyncConnection) -> bool:
    return await connection.run_sync(revision) != SCHEMA


async def _migrate(url: str) -> str:
    """Return the name and version of the engine that was migrated."""
    work = Work(make_engine(url, migrating=True))
    try:
        return await work(_migrated)
    finally:
        await work.close()


async def _migrated(connection: AsyncConnection) -> str:
    await connection.run_sync(migrate)
    numbers = connection.dialect.server_version_info or ()
    return f"{connection.dialect.name} {'.'.join(map(str, numbers))}"
