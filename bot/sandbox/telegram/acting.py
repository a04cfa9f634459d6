"""Bot API methods that act on what others see: delete, react, answer a tap, leave."""

from __future__ import annotations

from bot.sandbox.telegram.chats import Chat, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.reactions import ALLOWED, react
from bot.sandbox.telegram.replies import open_chat
from bot.sandbox.telegram.state import Account
from bot.sandbox.telegram.text import utf16
from bot.sandbox.telegram.updates import TAP_LIFE

DELETABLE = 48 * 3600  # world seconds
ANSWER_LIMIT, MOST_AT_ONCE = 200, 100
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def delete_message(core: Core, bot: Account, given: Json) -> bool:
    chat = open_chat(core, bot, given["chat_id"])
    stored = chat.alive(given["message_id"])
    if stored is None:
        raise bad_request("message to delete not found")
    if (why := _undeletable(core, bot, chat, stored)) is not None:
        raise bad_request(why)
    core.remove(chat, stored)
    return True


def delete_messages(core: Core, bot: Account, given: Json) -> bool:
    """Delete those that can be found; the answer is the same when there is none."""
    chat = open_chat(core, bot, given["chat_id"])
    if len(given["message_ids"]) > MOST_AT_ONCE:
        raise bad_request("too many message identifiers specified")
    found = [one for id in given["message_ids"] if (one := chat.alive(id)) is not None]
    for stored in found:
        if (why := _undeletable(core, bot, chat, stored)) is not None:
            raise bad_request(why)
    for stored in found:
        core.remove(chat, stored)
    return True


def _undeletable(core: Core, bot: Account, chat: Chat, stored: Stored) -> str | None:
    if stored.author_id != bot.id and not chat.may(bot.id, "can_delete_messages"):
        return "message can't be deleted"
    if "forum_topic_created" in stored.body:
        return "message can't be deleted"  # goes with its topic only: Bot API 6.3
    if core.now() - stored.body["date"] > core.pace.real(DELETABLE):
        return "message can't be deleted for everyone"
    return None


def set_message_reaction(core: Core, bot: Account, given: Json) -> bool:
    chat = open_chat(core, bot, given["chat_id"])
    stored = chat.alive(given["message_id"])
    if stored is None:
        raise bad_request("message to react not found")
    reactions = given.get("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.get("type") != "emoji" or one.get("emoji") not in ALLOWED for one in reactions):
        raise bad_request("REACTION_INVALID")
    react(core, chat, stored, bot.id, reactions)
    return True


def answer_callback_query(core: Core, bot: Account, given: Json) -> bool:
    text = given.get("text")
    if text is not None and utf16(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    tap = core.state.taps.get(given["callback_query_id"])
    life = core.pace.real(TAP_LIFE)
    if tap is None or tap.bot_id != bot.id or tap.answered or core.now() - tap.at > life:
        raise bad_request(TOO_OLD)
    if not str(given.get("url") or "https://t.me/").startswith(("https://t.me/", "tg://")):
        raise bad_request("URL_INVALID")  # only a link to a bot may be opened without a game
    tap.answered = True
    tap.text = text or None
    tap.show_alert = bool(given.get("show_alert"))
    told = {
        "callback_query_id": tap.id,
        "user_id": tap.user_id,
        "chat_id": tap.chat_id,
        "message_id": tap.message_id,
        "text": tap.text,
        "show_alert": tap.show_alert,
    }
    core.stream.publish("answer", told)
    return True


def leave_chat(core: Core, bot: Account, given: Json) -> bool:
    chat = open_chat(core, bot, given["chat_id"])
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_ids.remove(bot.id)
    chat.rights.pop(bot.id, None)
    core.stream.publish("chat", {"chat": core.state.public(chat)})
    return True
