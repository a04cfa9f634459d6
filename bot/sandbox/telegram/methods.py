"""The methods this emulator knows, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.telegram import asking, editing, sending
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json
from bot.sandbox.telegram.state import Account

Method = Callable[[Core, Account, Json], Any]
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)

METHODS: dict[str, Method] = {
    "getMe": asking.get_me,
    "getWebhookInfo": asking.get_webhook_info,
    "setWebhook": asking.set_webhook,
    "deleteWebhook": asking.delete_webhook,
    "sendMessage": sending.send_message,
    "sendDocument": sending.send_document,
    "sendPhoto": sending.send_photo,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": editing.answer_callback_query,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "setMyCommands": asking.set_my_commands,
    "getMyCommands": asking.get_my_commands,
    "deleteMyCommands": asking.delete_my_commands,
    "getChat": asking.get_chat,
    "getChatMember": asking.get_chat_member,
    "getFile": asking.get_file,
}


async def call(core: Core, bot: Account, method: str, given: Json) -> Any:  # noqa: ANN401 - any JSON
    """Carry out one call; getUpdates is the only one that may take time."""
    if method != "getUpdates":
        return METHODS[method](core, bot, given)
    queue = core.updates[bot.id]
    if bot.id in core.state.webhooks:
        await queue.refuse(WEBHOOK_ACTIVE)
    queue.allow(given.get("allowed_updates"))
    return await queue.fetch(
        given.get("offset", 0), given.get("limit", 100), given.get("timeout", 0)
    )
