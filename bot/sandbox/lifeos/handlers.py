"""The commands of Life OS: goals, notes and what they remind you of."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import psycopg2
from telegram.ext import Application, CommandHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from telegram import Update, User
    from telegram.ext import ContextTypes

    from bot.sandbox.lifeos.db import Database
    from bot.sandbox.lifeos.memory import Memory

    Handle = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]

log = logging.getLogger("lifeos.handlers")

WELCOME = (
    "Hi {name}! I keep your goals and notes.\n/addgoal TEXT, /goals, /note TEXT, /remember WORD"
)
SORRY = "Sorry, something went wrong. Please try again later."


class Commands:
    """Each takes who asks and what was said, and returns the answer."""

    def __init__(self, database: Database, memory: Memory) -> None:
        self._database = database
        self._memory = memory

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        for command in (self.start, self.goals, self.addgoal, self.note, self.remember):
            name = command.__name__
            application.add_handler(CommandHandler(name, self._answering(name, command)))

    def start(self, user: User, _said: str) -> str:
        return WELCOME.format(name=user.first_name)

    def goals(self, user: User, _said: str) -> str:
        goals = self._database.goals(user.id)
        lines = [f"{number}. {goal}" for number, goal in enumerate(goals, 1)]
        return "\n".join(lines) or "No goals yet. Add one with /addgoal TEXT."

    def addgoal(self, user: User, said: str) -> str:
        if not said:
            return "What is the goal? /addgoal TEXT"
        self._database.add_goal(user.id, said)
        return f"Goal added: {said}"

    def note(self, user: User, said: str) -> str:
        if not said:
            return "What shall I note? /note TEXT"
        self._database.add_note(user.id, said)
        return "Noted."

    def remember(self, user: User, said: str) -> str:
        if not said:
            return "Which word? /remember WORD"
        related = self._memory.related(said, self._database.notes(user.id))
        return "\n".join(f"• {note}" for note in related) or "I have no notes of yours yet."

    def _answering(self, name: str, command: Callable[[User, str], str]) -> Handle:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            user, message = update.effective_user, update.effective_message
            if user is None or message is None:
                return
            began = time.monotonic()
            try:
                self._database.see_user(user.id, user.first_name)
                answer = command(user, " ".join(context.args or []))
            except psycopg2.Error:
                log.exception("/%s failed for user %d", name, user.id)
                await message.reply_text(SORRY)
                return
            await message.reply_text(answer)
            took = (time.monotonic() - began) * 1000
            log.info("handled /%s for user %d in %.0f ms", name, user.id, took)

        return handle
