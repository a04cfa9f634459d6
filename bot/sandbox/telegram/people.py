"""What people do in their app: write, tap, block a bot, delete a message, upgrade a group."""

from __future__ import annotations

import random

from bot.sandbox.telegram.asking import member
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, NotPossible
from bot.sandbox.telegram.state import Account, Chat, Stored, Tap, fingerprint
from bot.sandbox.telegram.text import TEXT_LIMIT, understand, utf16


def say(core: Core, user_id: int, chat_id: int, text: str, reply_to: int | None = None) -> Json:
    chat = _chat_of(core, user_id, chat_id)
    said = understand(text, None, None, core.state.user)
    if not said.text or utf16(said.text) > TEXT_LIMIT:
        raise NotPossible(400, f"A message has 1 to {TEXT_LIMIT} characters.")
    content: Json = {"text": said.text}
    if said.entities:
        content["entities"] = list(said.entities)
    if reply_to is not None:
        original = core.quoted(chat, reply_to)
        if original is None:
            raise NotPossible(404, "The message to reply to does not exist.")
        content["reply_to_message"] = original
    if chat.private:
        for bot_id in list(chat.blocked_by):  # writing to a blocked bot takes the block away
            unblock(core, bot_id, chat.id)
    stored = core.post(chat, user_id, content)
    for bot_id in chat.bot_ids:
        if _sees(core.state.bots[bot_id], chat, stored):
            core.updates[bot_id].push("message", stored.body)
    return stored.seen()


def tap(core: Core, user_id: int, chat_id: int, message_id: int, data: str) -> str:
    """Press a button, or claim to: nothing ties `data` to what the message shows."""
    chat = _chat_of(core, user_id, chat_id)
    stored = chat.messages.get(message_id)
    if stored is None or stored.author_id not in core.state.bots:
        raise NotPossible(404, "No bot has sent such a message.")
    tap_id = str(random.randrange(10**17, 10**18))
    bot_id = stored.author_id
    core.state.taps[tap_id] = Tap(tap_id, bot_id, user_id, chat_id, message_id, core.now())
    query = {
        "id": tap_id,
        "from": core.state.user(user_id),
        "message": _message_or_stub(core, chat, stored),
        "chat_instance": str(int(fingerprint("instance", chat.id, bot_id), 16) % 10**18),
        "data": data,
    }
    core.updates[bot_id].push("callback_query", query)
    return tap_id


def block(core: Core, bot_id: int, chat_id: int) -> None:
    """Block the bot in a private chat, or kick it out of a group."""
    _change_block(core, bot_id, chat_id, blocked=True)


def unblock(core: Core, bot_id: int, chat_id: int) -> None:
    _change_block(core, bot_id, chat_id, blocked=False)


def promote(core: Core, bot_id: int, chat_id: int) -> None:
    """Make a bot an administrator of a group: it may pin and delete, and reads everything."""
    _chat(core, chat_id).admins.add(bot_id)


def delete_message(core: Core, chat_id: int, message_id: int) -> None:
    chat = _chat(core, chat_id)
    stored = chat.alive(message_id)
    if stored is None:
        raise NotPossible(404, "No such message.")
    core.remove(chat, stored)


def migrate(core: Core, chat_id: int) -> int:
    """Upgrade a group to a supergroup, which has a new id."""
    old = _chat(core, chat_id)
    if old.type != "group":
        raise NotPossible(400, "Only a group can be upgraded.")
    new_id = -(10**12) - random.randrange(10**9, 2 * 10**9)
    new = Chat(new_id, "supergroup", old.title, list(old.member_ids), list(old.bot_ids))
    new.admins, new.blocked_by = set(old.admins), set(old.blocked_by)
    core.state.chats[new_id] = new
    author = next((id for id in old.member_ids), old.bot_ids[0])
    _announce(core, old, author, {"migrate_to_chat_id": new_id})
    old.migrated_to = new_id
    _announce(core, new, author, {"migrate_from_chat_id": chat_id})
    return new_id


def _announce(core: Core, chat: Chat, author_id: int, content: Json) -> None:
    stored = core.post(chat, author_id, content)
    for bot_id in chat.bot_ids:
        if bot_id not in chat.blocked_by:
            core.updates[bot_id].push("message", stored.body)


def _chat(core: Core, chat_id: int) -> Chat:
    chat = core.state.chats.get(chat_id)
    if chat is None or chat.migrated_to is not None:
        raise NotPossible(404, "No such chat.")
    return chat


def _chat_of(core: Core, user_id: int, chat_id: int) -> Chat:
    if user_id not in core.state.people:
        raise NotPossible(404, "No such person.")
    chat = _chat(core, chat_id)
    if user_id not in chat.member_ids:
        raise NotPossible(403, "This person is not in this chat.")
    return chat


def _message_or_stub(core: Core, chat: Chat, stored: Stored) -> Json:
    if not stored.deleted:
        return stored.body
    return {"chat": core.state.brief(chat), "message_id": stored.id, "date": 0}


def _sees(bot: Account, chat: Chat, stored: Stored) -> bool:
    """Whether a bot gets a message: always in private, else by the rules of privacy mode."""
    if bot.id in chat.blocked_by:
        return False
    if chat.private or bot.id in chat.admins:
        return True
    replied = stored.body.get("reply_to_message", {}).get("from", {}).get("id")
    if replied == bot.id:
        return True
    return any(_addresses(bot, stored.body["text"], e) for e in stored.body.get("entities", []))


def _addresses(bot: Account, text: str, entity: Json) -> bool:
    units = text.encode("utf-16-le")
    begin = entity["offset"] * 2
    word = units[begin : begin + entity["length"] * 2].decode("utf-16-le").lower()
    own = f"@{bot.username.lower()}"
    if entity["type"] == "bot_command":
        return "@" not in word or word.endswith(own)
    return bool(entity["type"] == "mention" and word == own)


def _change_block(core: Core, bot_id: int, chat_id: int, *, blocked: bool) -> None:
    chat = _chat(core, chat_id)
    if bot_id not in chat.bot_ids:
        raise NotPossible(404, "This bot is not in this chat.")
    before = member(core, chat, bot_id)
    if blocked:
        chat.blocked_by.add(bot_id)
    else:
        chat.blocked_by.discard(bot_id)
    actor = chat.id if chat.private else next((id for id in chat.member_ids), bot_id)
    change = {
        "chat": core.state.brief(chat),
        "from": core.state.user(actor),
        "date": core.seconds(),
        "old_chat_member": before,
        "new_chat_member": member(core, chat, bot_id),
    }
    core.updates[bot_id].push("my_chat_member", change)
