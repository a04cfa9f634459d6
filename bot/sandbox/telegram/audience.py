"""Which bots get what a person writes: always in private, else by the rules of privacy mode."""

from __future__ import annotations

from bot.sandbox.telegram.chats import Chat, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json
from bot.sandbox.telegram.state import Account


def tell(core: Core, chat: Chat, stored: Stored, kind: str) -> None:
    for bot_id in chat.bot_ids:
        if _sees(core.state.bots[bot_id], chat, stored):
            core.updates[bot_id].push(kind, stored.body)


def _sees(bot: Account, chat: Chat, stored: Stored) -> bool:
    if bot.id in chat.blocked_by:
        return False
    if chat.private or bot.id in chat.rights:
        return True
    answered = stored.body.get("reply_to_message", {})
    # In a topic everything answers the topic's first message; that is not meant for its creator.
    if answered.get("from", {}).get("id") == bot.id and "forum_topic_created" not in answered:
        return True
    text, entities = stored.body.get("text", ""), stored.body.get("entities", [])
    return any(_addresses(bot, text, entity) for entity in entities)


def _addresses(bot: Account, text: str, entity: Json) -> bool:
    units = text.encode("utf-16-le")
    begin = entity["offset"] * 2
    word = units[begin : begin + entity["length"] * 2].decode("utf-16-le").lower()
    own = f"@{bot.username.lower()}"
    if entity["type"] == "bot_command":
        return "@" not in word or word.endswith(own)
    return bool(entity["type"] == "mention" and word == own)
