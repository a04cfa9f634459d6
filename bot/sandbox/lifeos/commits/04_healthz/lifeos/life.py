"""What every command and every job is given."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from telegram import Bot, User

from lifeos.config import Config
from lifeos.db import Database


@dataclass(frozen=True)
class Life:
    settings: Config
    database: Database
    bot: Bot


class Command(Protocol):
    """Is called as its function is named, with who asks and what was said after it."""

    __name__: str

    def __call__(self, life: Life, user: User, said: str, /) -> Awaitable[str]: ...


class Job(Protocol):
    """Is done again and again, as often as features/__init__.py says."""

    __name__: str

    def __call__(self, life: Life, /) -> Awaitable[None]: ...
