"""Tell Telegram which commands to suggest, in the on-call chat only."""

from __future__ import annotations

from telegram import BotCommandScopeChat
from telegram.error import TelegramError

from bot.chat.client import Client
from bot.ports import Unavailable, World
from bot.views.help import COMMANDS


class Introduction:
    """A duty that is over once it has succeeded."""

    def __init__(self, world: World, api: Client) -> None:
        self.world, self.api, self.done = world, api, False

    async def turn(self) -> bool:
        if self.done:
            return False
        chat = await self.world.store.chat_now(self.world.chat)
        try:
            await self.api.set_my_commands(list(COMMANDS), scope=BotCommandScopeChat(chat))
        except TelegramError as error:
            raise Unavailable(f"Telegram, commands: {type(error).__name__}") from error
        self.done = True
        return False
