"""Reads the settings from the environment, once, at the start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Config:
    bot_token: str = field(repr=False)
    owner_id: int
    database_url: str = field(repr=False)
    telegram_url: str
    port: int


def from_environment() -> Config:
    """Read it all; a missing required name is a KeyError, which ends the start."""
    return Config(
        bot_token=os.environ["TELEGRAM_BOT_TOKEN"],
        owner_id=int(os.environ["TELEGRAM_USER_ID"]),
        database_url=os.environ["DATABASE_URL"],
        telegram_url=os.environ.get("TELEGRAM_API_URL", "https://api.telegram.org"),
        port=int(os.environ.get("PORT", "10000")),
    )
