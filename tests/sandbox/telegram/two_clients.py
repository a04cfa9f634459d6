"""Two client libraries behind one face: python-telegram-bot and pyTelegramBotAPI."""

from __future__ import annotations

import io
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

import telegram as ptb
from telebot import asyncio_helper, types
from telebot.async_telebot import AsyncTeleBot
from telegram import error
from telegram.request import HTTPXRequest


@dataclass(frozen=True)
class Failure:
    """What went wrong, in words that both libraries have."""

    kind: str
    text: str
    more: int | None = None  # seconds to wait, or the group's new id


class Client(Protocol):
    """`await client("send_message", chat_id=1, text="x")`: both name methods alike."""

    async def __call__(self, method: str, **params: Any) -> Any: ...
    async def failure(self, call: Awaitable[Any]) -> Failure: ...
    async def download(self, file_id: str) -> bytes: ...
    def keyboard(self, *buttons: tuple[str, str]) -> Any: ...
    def reply(self, message_id: int, **more: Any) -> Any: ...
    def file(self, data: bytes, name: str) -> Any: ...
    def command(self, name: str, description: str) -> Any: ...
    def scope(self, chat_id: int) -> Any: ...
    def reaction(self, emoji: str) -> Any: ...
    def photo(self, file_id: str, caption: str) -> Any: ...
    async def close(self) -> None: ...


class Ptb:
    def __init__(self, url: str, token: str) -> None:
        # Reading the system's certificates for each client would be most of the test's time.
        plain, polling = (HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2))
        self.bot = ptb.Bot(
            token,
            request=plain,
            get_updates_request=polling,
            base_url=f"{url}/telegram/bot",
            base_file_url=f"{url}/telegram/file/bot",
        )

    async def __call__(self, method: str, **params: Any) -> Any:
        return await getattr(self.bot, method)(**params)

    async def failure(self, call: Awaitable[Any]) -> Failure:
        kinds: dict[type[error.TelegramError], str] = {
            error.BadRequest: "bad request",
            error.Forbidden: "forbidden",
            error.Conflict: "conflict",
            error.ChatMigrated: "migrated",
            error.RetryAfter: "flood",
        }
        try:
            await call
        except tuple(kinds) as raised:
            more = getattr(raised, "new_chat_id", getattr(raised, "_retry_after", None))
            seconds = more if more is None or isinstance(more, int) else int(more.total_seconds())
            return Failure(kinds[type(raised)], raised.message.lower(), seconds)
        raise AssertionError("not refused")

    async def download(self, file_id: str) -> bytes:
        return bytes(await (await self.bot.get_file(file_id)).download_as_bytearray())

    def keyboard(self, *buttons: tuple[str, str]) -> Any:
        row = [ptb.InlineKeyboardButton(text, callback_data=data) for text, data in buttons]
        return ptb.InlineKeyboardMarkup([row])

    def reply(self, message_id: int, **more: Any) -> Any:
        return ptb.ReplyParameters(message_id, **more)

    def file(self, data: bytes, name: str) -> Any:
        return ptb.InputFile(data, name)

    def command(self, name: str, description: str) -> Any:
        return ptb.BotCommand(name, description)

    def scope(self, chat_id: int) -> Any:
        return ptb.BotCommandScopeChat(chat_id)

    def reaction(self, emoji: str) -> Any:
        return ptb.ReactionTypeEmoji(emoji)

    def photo(self, file_id: str, caption: str) -> Any:
        return ptb.InputMediaPhoto(file_id, caption=caption)

    async def close(self) -> None:
        await self.bot.shutdown()


class Telebot:
    KINDS = {400: "bad request", 403: "forbidden", 409: "conflict", 429: "flood"}  # noqa: RUF012 - a table

    def __init__(self, url: str, token: str) -> None:
        asyncio_helper.API_URL = f"{url}/telegram/bot{{0}}/{{1}}"
        asyncio_helper.FILE_URL = f"{url}/telegram/file/bot{{0}}/{{1}}"
        self.bot = AsyncTeleBot(token)

    async def __call__(self, method: str, **params: Any) -> Any:
        return await getattr(self.bot, method)(**params)

    async def failure(self, call: Awaitable[Any]) -> Failure:
        try:
            await call
        except asyncio_helper.ApiTelegramException as raised:
            parameters = raised.result_json.get("parameters", {})
            kind, moved = self.KINDS[raised.error_code], "migrate_to_chat_id" in parameters
            text = raised.description.partition(": ")[2].lower()
            more = parameters.get("migrate_to_chat_id", parameters.get("retry_after"))
            return Failure("migrated" if moved else kind, text, more)
        raise AssertionError("not refused")

    async def download(self, file_id: str) -> bytes:
        return await self.bot.download_file((await self.bot.get_file(file_id)).file_path)

    def keyboard(self, *buttons: tuple[str, str]) -> Any:
        row = [types.InlineKeyboardButton(text, callback_data=data) for text, data in buttons]
        return types.InlineKeyboardMarkup([row])

    def reply(self, message_id: int, **more: Any) -> Any:
        return types.ReplyParameters(message_id, **more)

    def file(self, data: bytes, name: str) -> Any:
        return types.InputFile(io.BytesIO(data), name)

    def command(self, name: str, description: str) -> Any:
        return types.BotCommand(name, description)

    def scope(self, chat_id: int) -> Any:
        return types.BotCommandScopeChat(chat_id)

    def reaction(self, emoji: str) -> Any:
        return types.ReactionTypeEmoji(emoji)

    def photo(self, file_id: str, caption: str) -> Any:
        return types.InputMediaPhoto(file_id, caption=caption)

    async def close(self) -> None:
        await self.bot.close_session()
