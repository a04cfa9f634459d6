"""The Telegram side: every message finds its command, every answer its way back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update, User
from telegram.ext import Application, CommandHandler, ContextTypes, MessageHandler, filters

from lifeos import jobs, journal, practice
from lifeos.config import Config
from lifeos.db import Database
from lifeos.features import COMMANDS, JOBS, PLAIN
from lifeos.life import Command, Life

App = Application[Any, Any, Any, Any, Any, Any]
Handle = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]
Hook = Callable[[App], Coroutine[Any, Any, None]]

log = logging.getLogger("lifeos.bot")

SORRY = "Sorry, something went wrong. Please try again later."


def run(settings: Config) -> None:
    database = Database(settings.database_url)
    database.migrate()
    application = build(settings)
    life = Life(settings, database, application.bot)
    application.post_init, application.post_stop = doing(life)
    for command in COMMANDS:
        application.add_handler(CommandHandler(command.__name__, answering(life, command)))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, answering(life, PLAIN)))
    print("Bot is running!", flush=True)
    application.run_polling(bootstrap_retries=-1)


def build(settings: Config) -> App:
    return (
        Application.builder()
        .token(settings.bot_token)
        .base_url(f"{settings.telegram_url}/bot")
        .base_file_url(f"{settings.telegram_url}/file/bot")
        .job_queue(None)
        .build()
    )


def doing(life: Life) -> tuple[Hook, Hook]:
    """What begins the jobs in the poller's loop, and what ends them."""
    tasks: list[asyncio.Task[None]] = []

    async def begin(_: App) -> None:
        practice.watch(asyncio.get_running_loop())
        for job, seconds in JOBS.items():
            tasks.append(asyncio.create_task(jobs.repeat(job, seconds, life)))

    async def end(_: App) -> None:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return begin, end


def answering(life: Life, command: Command) -> Handle:
    name = command.__name__

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        user, message = update.effective_user, update.effective_message
        if user is None or message is None:
            return
        began = time.monotonic()
        said = message.text or "" if context.args is None else " ".join(context.args)
        try:
            see(life.database, user)
            answer = await command(life, user, said)
            journal.keep(name, user.id)
        except Exception:
            log.exception("/%s failed for user %d", name, user.id)
            await message.reply_text(SORRY)
            return
        await message.reply_text(answer)
        took = (time.monotonic() - began) * 1000
        log.info("handled /%s for user %d in %.0f ms", name, user.id, took)

    return handle


def see(database: Database, user: User) -> None:
    database.run(
        "INSERT INTO users (id, name) VALUES (%s, %s) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, seen_at = now()",
        user.id,
        user.first_name,
    )
