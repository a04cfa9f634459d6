"""Where in a chat a message goes: its topic, and what it answers or quotes.

The rules are those of Telegram's server (tdlib/telegram-bot-api, `Client.cpp`,
`check_reply_parameters`). Unknown: whether the creator of a closed topic may write in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.telegram.chats import GENERAL, Chat, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request, forbidden
from bot.sandbox.telegram.state import Account
from bot.sandbox.telegram.text import understand, utf16

MEDIA = ("photo", "document", "has_media_spoiler", "link_preview_options")


@dataclass(frozen=True)
class Place:
    chat: Chat
    topic_id: int = GENERAL
    answers: Json = field(default_factory=dict)  # the fields a reply has


def open_chat(core: Core, bot: Account, chat_id: str) -> Chat:
    """Return the chat when the bot may write there."""
    chat = core.chat_for(bot, chat_id)
    if bot.id in chat.blocked_by:
        if chat.private:
            raise forbidden("bot was blocked by the user")
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    return chat


def place_of(core: Core, bot: Account, given: Json) -> Place:
    """Return where the message goes; without a topic of its own it follows what it answers."""
    chat = open_chat(core, bot, given["chat_id"])
    reply = given.get("reply_parameters")
    found = _answered(core, bot, chat, reply) if reply else None
    topic_id = _topic_id(chat, given.get("message_thread_id"), found)
    topic = chat.topic(topic_id)
    if topic is not None and topic.closed and not chat.may(bot.id, "can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    if reply is None or found is None:
        return Place(chat, topic_id)
    return Place(chat, topic_id, _answers(core, chat, topic_id, reply, found))


def _answered(core: Core, bot: Account, chat: Chat, reply: Json) -> tuple[Chat, Stored] | None:
    """Return the message to be replied and its chat, None when it may be missing and is."""
    other = str(reply.get("chat_id", chat.id))
    there = chat if other == str(chat.id) else core.chat_for(bot, other)
    try:
        found = there.alive(int(reply["message_id"]))
    except (KeyError, TypeError, ValueError):
        raise bad_request("message identifier is not specified") from None
    if found is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return None if found is None else (there, found)


def _topic_id(chat: Chat, asked: int | None, found: tuple[Chat, Stored] | None) -> int:
    if asked is not None:
        if asked == GENERAL or chat.topic(asked) is None:
            raise bad_request("message thread not found")
        return asked
    return found[1].topic_id if found is not None and found[0] is chat else GENERAL


def _answers(
    core: Core, chat: Chat, topic_id: int, reply: Json, found: tuple[Chat, Stored]
) -> Json:
    there, original = found
    quote = quoted(core, original, reply)
    if there is not chat or original.topic_id != topic_id:
        return {"external_reply": _external(core, there, original)} | quote
    answers = {"reply_to_message": core.quoted(chat, original.id)} | quote
    return answers | reply_thread(chat, original)


def reply_thread(chat: Chat, original: Stored) -> Json:
    """In a supergroup without topics replies form a thread named after its first message."""
    if chat.type != "supergroup" or chat.forum:
        return {}
    return {"message_thread_id": original.body.get("message_thread_id", original.id)}


def _external(core: Core, there: Chat, original: Stored) -> Json:
    body = original.body
    reply: Json = {"origin": origin_of(original)}
    if there.type == "supergroup":
        reply |= {"chat": core.state.brief(there), "message_id": original.id}
    return reply | {name: body[name] for name in MEDIA if name in body}


def origin_of(original: Stored) -> Json:
    body = original.body
    default = {"type": "user", "sender_user": body["from"], "date": body["date"]}
    return dict(body.get("forward_origin", default))


def quoted(core: Core, original: Stored, reply: Json) -> Json:
    if not reply.get("quote"):
        return {}
    mode, entities = reply.get("quote_parse_mode"), reply.get("quote_entities")
    said = understand(str(reply["quote"]), mode, entities, core.state.user)
    text = str(original.body.get("text", original.body.get("caption", "")))
    position = text.find(said.text)
    if position < 0 or not said.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    quote: Json = {"text": said.text, "position": utf16(text[:position]), "is_manual": True}
    return {"quote": quote | ({"entities": list(said.entities)} if said.entities else {})}
