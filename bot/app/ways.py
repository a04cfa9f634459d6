"""How the outside is reached, for those who build the parts of the world."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from bot.adapters.github import GitHub
from bot.adapters.render import Render
from bot.ports import Store
from bot.settings import House, Settings


def utcnow() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ways:
    """How the outside is reached, and what was set of it. `soon` has a check look at once."""

    settings: Settings
    house: House
    render: Render
    web: httpx.AsyncClient
    store: Store
    stack: AsyncExitStack
    github: GitHub | None = None
    soon: Callable[[str], None] = lambda _: None
