"""Emoji that people and bots leave on messages, and the updates that tell of them.

The emoji are those of the Bot API's ReactionTypeEmoji. Bots learn of people's reactions when they
administer the group; unknown, and taken for yes: in private chats too.
"""

from __future__ import annotations

from bot.sandbox.telegram.chats import Chat, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json

_EMOJI = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 "
    "🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 "
    "☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
ALLOWED = frozenset(_EMOJI.split())


def react(core: Core, chat: Chat, stored: Stored, user_id: int, given: list[Json]) -> None:
    """Put the reactions in the place of those that this one has left before."""
    before = stored.reactions.get(user_id, [])
    after = [{"type": "emoji", "emoji": one["emoji"]} for one in given]
    if before == after:
        return
    stored.reactions.pop(user_id, None)
    if after:
        stored.reactions[user_id] = after
    where = {"chat_id": chat.id, "message_id": stored.id}
    core.stream.publish("reaction", where | {"reactions": stored.summed()})
    if user_id in core.state.people:
        _tell_bots(core, chat, stored, user_id, (before, after))


def _tell_bots(
    core: Core, chat: Chat, stored: Stored, user_id: int, change: tuple[list[Json], list[Json]]
) -> None:
    update = {
        "chat": core.state.brief(chat),
        "message_id": stored.id,
        "user": core.state.user(user_id),
        "date": core.seconds(),
        "old_reaction": change[0],
        "new_reaction": change[1],
    }
    for bot_id in chat.bot_ids:
        if bot_id not in chat.blocked_by and (chat.private or bot_id in chat.rights):
            core.updates[bot_id].push("message_reaction", update)
