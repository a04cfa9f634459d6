"""Bot API methods that pin messages to the top of a chat or topic, and take them off again."""

from __future__ import annotations

from bot.sandbox.telegram.chats import GENERAL, Chat
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.replies import open_chat
from bot.sandbox.telegram.state import Account


def pin_chat_message(core: Core, bot: Account, given: Json) -> bool:
    chat = pinnable(core, bot, given)
    stored = chat.alive(given["message_id"])
    if stored is None:
        raise bad_request("message to pin not found")
    if stored.id not in chat.pinned:
        chat.pinned.append(stored.id)
        core.show_pins(chat)
        silent = bool(given.get("disable_notification"))
        told = {"pinned_message": core.quoted(chat, stored.id)}
        core.announce(chat, bot.id, told, stored.topic_id, silent=silent)
    return True


def unpin_chat_message(core: Core, bot: Account, given: Json) -> bool:
    chat = pinnable(core, bot, given)
    message_id = given.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if message_id is not None and message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    return _unpin(core, chat, [] if message_id is None else [message_id])


def unpin_all_chat_messages(core: Core, bot: Account, given: Json) -> bool:
    chat = pinnable(core, bot, given)
    return _unpin(core, chat, list(chat.pinned))


def unpin_all_forum_topic_messages(core: Core, bot: Account, given: Json) -> bool:
    return _unpin_topic(core, pinnable(core, bot, given), given["message_thread_id"])


def unpin_all_general_forum_topic_messages(core: Core, bot: Account, given: Json) -> bool:
    return _unpin_topic(core, pinnable(core, bot, given), GENERAL)


def _unpin_topic(core: Core, chat: Chat, topic_id: int) -> bool:
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    if chat.topic(topic_id) is None:
        raise bad_request("message thread not found")
    return _unpin(core, chat, [id for id in chat.pinned if chat.messages[id].topic_id == topic_id])


def _unpin(core: Core, chat: Chat, message_ids: list[int]) -> bool:
    if message_ids:
        chat.pinned = [id for id in chat.pinned if id not in message_ids]
        core.show_pins(chat)
    return True


def pinnable(core: Core, bot: Account, given: Json) -> Chat:
    chat = open_chat(core, bot, given["chat_id"])
    if not chat.may(bot.id, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat
