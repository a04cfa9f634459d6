"""Who belongs to a chat: blocking, kicking, promoting and the upgrade of a group."""

from __future__ import annotations

import random
from collections.abc import Callable

from bot.sandbox.telegram.asking import member
from bot.sandbox.telegram.chats import RIGHTS, Chat
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, NotPossible


def block(core: Core, bot_id: int, chat_id: int) -> None:
    """Block the bot in a private chat, or kick it out of a group."""
    _change(core, bot_id, chat_id, lambda chat: chat.blocked_by.add(bot_id))


def unblock(core: Core, bot_id: int, chat_id: int) -> None:
    _change(core, bot_id, chat_id, lambda chat: chat.blocked_by.discard(bot_id))


def promote(core: Core, bot_id: int, chat_id: int, rights: frozenset[str] = RIGHTS) -> None:
    """Make a bot an administrator of a group, with these rights: it reads everything there."""
    if unknown := rights - RIGHTS:
        raise NotPossible(400, f"There is no right {min(unknown)}.")
    _change(core, bot_id, chat_id, lambda chat: chat.rights.update({bot_id: rights}))


def demote(core: Core, bot_id: int, chat_id: int) -> None:
    _change(core, bot_id, chat_id, lambda chat: chat.rights.pop(bot_id, None))


def block_as(core: Core, user_id: int, chat_id: int, bot_id: int, *, on: bool) -> None:
    """Block or unblock as a person: in one's private chat, or as the owner in a group."""
    chat = chat_known(core, chat_id)
    person = core.state.people.get(user_id)
    if person is None or user_id not in chat.member_ids:
        raise NotPossible(403, "This person is not in this chat.")
    if not chat.private and person.role != "owner":
        raise NotPossible(403, "Only the owner removes bots.")
    (block if on else unblock)(core, bot_id, chat_id)


def migrate(core: Core, chat_id: int) -> int:
    """Upgrade a group to a supergroup, which has a new id."""
    old = chat_known(core, chat_id)
    if old.type != "group":
        raise NotPossible(400, "Only a group can be upgraded.")
    new_id = -(10**12) - random.randrange(10**9, 2 * 10**9)
    new = Chat(new_id, "supergroup", old.title, list(old.member_ids), list(old.bot_ids))
    new.rights, new.blocked_by = dict(old.rights), set(old.blocked_by)
    core.state.chats[new_id] = new
    author = next((id for id in old.member_ids), old.bot_ids[0])
    core.announce(old, author, {"migrate_to_chat_id": new_id})
    old.migrated_to = new_id
    core.stream.publish("chat", {"chat": core.state.public(new)})
    core.announce(new, author, {"migrate_from_chat_id": chat_id})
    core.stream.publish("chat_gone", {"chat_id": chat_id})
    return new_id


def chat_known(core: Core, chat_id: int) -> Chat:
    chat = core.state.chats.get(chat_id)
    if chat is None or chat.migrated_to is not None:
        raise NotPossible(404, "No such chat.")
    return chat


def _change(core: Core, bot_id: int, chat_id: int, change: Callable[[Chat], object]) -> None:
    """Change what the bot is in the chat, and tell the bot and the people."""
    chat = chat_known(core, chat_id)
    if bot_id not in chat.bot_ids:
        raise NotPossible(404, "This bot is not in this chat.")
    before = member(core, chat, bot_id)
    change(chat)
    after = member(core, chat, bot_id)
    if before == after:
        return
    actor = chat.id if chat.private else next((id for id in chat.member_ids), bot_id)
    update: Json = {
        "chat": core.state.brief(chat),
        "from": core.state.user(actor),
        "date": core.seconds(),
        "old_chat_member": before,
        "new_chat_member": after,
    }
    core.updates[bot_id].push("my_chat_member", update)
    core.stream.publish("chat", {"chat": core.state.public(chat)})
