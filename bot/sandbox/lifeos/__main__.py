"""Starts Life OS: load the model, answer health checks, poll Telegram."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

import psycopg2
from telegram.ext import Application

from bot.sandbox.lifeos import config, health
from bot.sandbox.lifeos.db import Database
from bot.sandbox.lifeos.handlers import Commands
from bot.sandbox.lifeos.memory import Memory

if TYPE_CHECKING:
    from bot.sandbox.lifeos.config import Config
    from bot.sandbox.lifeos.health import Pulse

log = logging.getLogger("lifeos")

Bot = Application[Any, Any, Any, Any, Any, Any]


def main() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = config.from_environment()
    memory = Memory(settings.model_seconds)
    memory.load()
    memory.watch()
    database = Database(settings.database_url)
    pulse = health.Pulse(patience=max(3 * settings.heartbeat_seconds, 2))
    bot = application(settings, database, pulse)
    Commands(database, memory).register(bot)
    health.serve(settings.port, pulse, settings.database_url)
    print("Bot is running!", flush=True)
    bot.run_polling(bootstrap_retries=-1)


def application(settings: Config, database: Database, pulse: Pulse) -> Bot:
    beating: list[asyncio.Task[None]] = []

    async def start_beating(_: Bot) -> None:
        beating.append(asyncio.create_task(beat(settings.heartbeat_seconds, database, pulse)))

    async def stop_beating(_: Bot) -> None:
        for task in beating:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return (
        Application.builder()
        .token(settings.bot_token)
        .base_url(f"{settings.telegram_url}/bot")
        .base_file_url(f"{settings.telegram_url}/file/bot")
        .job_queue(None)
        .post_init(start_beating)
        .post_stop(stop_beating)
        .build()
    )


async def beat(seconds: float, database: Database, pulse: Pulse) -> None:
    """Show, from the poller's own loop, that it turns: to /healthz and in the database."""
    while True:
        pulse.beat()
        try:
            await asyncio.to_thread(database.beat, "poller")
        except psycopg2.Error:
            log.exception("could not write the heartbeat")
        await asyncio.sleep(seconds)


if __name__ == "__main__":
    main()
