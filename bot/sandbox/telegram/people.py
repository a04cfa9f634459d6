"""What people do in their app: write, edit, delete, react, tap."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.sandbox.telegram.audience import tell
from bot.sandbox.telegram.chats import GENERAL, Chat, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, NotPossible, Refusal
from bot.sandbox.telegram.membership import chat_known, unblock
from bot.sandbox.telegram.reactions import ALLOWED, react
from bot.sandbox.telegram.replies import quoted, reply_thread
from bot.sandbox.telegram.state import Tap, fingerprint
from bot.sandbox.telegram.text import TEXT_LIMIT, understand, utf16

EDITABLE = 48 * 3600  # world seconds


@dataclass(frozen=True)
class Words:
    """What a person writes: `quote` is a part of the answered message's text."""

    text: str
    reply_to: int | None = None
    topic_id: int | None = None
    quote: str | None = None


def say(core: Core, user_id: int, chat_id: int, words: Words) -> Json:
    chat = _chat_of(core, user_id, chat_id)
    content = _content(core, words.text)
    original = None if words.reply_to is None else _message(chat, words.reply_to)
    if original is not None:
        content |= _reply(core, chat, original, words.quote)
    followed = GENERAL if original is None else original.topic_id
    topic_id = followed if words.topic_id is None else words.topic_id
    _check_topic(core, chat, user_id, topic_id)
    if chat.private:
        for bot_id in list(chat.blocked_by):  # writing to a blocked bot takes the block away
            unblock(core, bot_id, chat.id)
    stored = core.post(chat, user_id, content, topic_id)
    tell(core, chat, stored, "message")
    return stored.seen()


def _content(core: Core, text: str) -> Json:
    said = understand(text, None, None, core.state.user)
    if not said.text or utf16(said.text) > TEXT_LIMIT:
        raise NotPossible(400, f"A message has 1 to {TEXT_LIMIT} characters.")
    return {"text": said.text} | ({"entities": list(said.entities)} if said.entities else {})


def _reply(core: Core, chat: Chat, original: Stored, quote: str | None) -> Json:
    try:
        quoting = quoted(core, original, {"quote": quote})
    except Refusal:
        raise NotPossible(400, "The quote is not in the message.") from None
    reply = {"reply_to_message": core.quoted(chat, original.id)}
    return reply | quoting | reply_thread(chat, original)


def _check_topic(core: Core, chat: Chat, user_id: int, topic_id: int) -> None:
    topic = chat.topic(topic_id)
    if topic is None and topic_id != GENERAL:
        raise NotPossible(404, "No such topic.")
    if topic is not None and topic.closed and core.state.people[user_id].role != "owner":
        raise NotPossible(403, "This topic is closed.")


def edit(core: Core, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
    chat = _chat_of(core, user_id, chat_id)
    stored = _message(chat, message_id)
    content = _content(core, text)
    if stored.author_id != user_id or "text" not in stored.body:
        raise NotPossible(403, "Only one's own text can be edited.")
    if core.now() - stored.body["date"] > core.pace.real(EDITABLE):
        raise NotPossible(403, "A message can be edited for two days.")
    if all(stored.body.get(name) == content.get(name) for name in ("text", "entities")):
        return stored.seen()
    rest = {name: value for name, value in stored.body.items() if name != "entities"}
    stored.body = rest | content | {"edit_date": core.seconds()}
    core.show(stored, edited=True)
    tell(core, chat, stored, "edited_message")
    return stored.seen()


def delete_own(core: Core, user_id: int, chat_id: int, message_id: int) -> None:
    """Delete a message: one's own, in a private chat any, the owner of a group any."""
    chat = _chat_of(core, user_id, chat_id)
    stored = _message(chat, message_id)
    leads = chat.private or core.state.people[user_id].role == "owner"
    if stored.author_id != user_id and not leads:
        raise NotPossible(403, "Only one's own messages can be deleted.")
    core.remove(chat, stored)


def delete_message(core: Core, chat_id: int, message_id: int) -> None:
    """Delete a message, whoever wrote it."""
    chat = chat_known(core, chat_id)
    core.remove(chat, _message(chat, message_id))


def put_reaction(
    core: Core, user_id: int, chat_id: int, message_id: int, emoji: str | None
) -> Json:
    """Leave one emoji on a message, or with None take it back."""
    chat = _chat_of(core, user_id, chat_id)
    stored = _message(chat, message_id)
    if emoji is not None and emoji not in ALLOWED:
        raise NotPossible(400, "This emoji is not a reaction.")
    react(core, chat, stored, user_id, [] if emoji is None else [{"emoji": emoji}])
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


def _chat_of(core: Core, user_id: int, chat_id: int) -> Chat:
    if user_id not in core.state.people:
        raise NotPossible(404, "No such person.")
    chat = chat_known(core, chat_id)
    if user_id not in chat.member_ids:
        raise NotPossible(403, "This person is not in this chat.")
    return chat


def _message(chat: Chat, message_id: int) -> Stored:
    found = chat.alive(message_id)
    if found is None:
        raise NotPossible(404, "No such message.")
    return found


def _message_or_stub(core: Core, chat: Chat, stored: Stored) -> Json:
    if not stored.deleted:
        return stored.body
    return {"chat": core.state.brief(chat), "message_id": stored.id, "date": 0}
