"""Bot API methods that change, remove, pin or answer what is already in a chat."""

from __future__ import annotations

from bot.sandbox.telegram import markup
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.sending import open_chat, spoken, with_entities
from bot.sandbox.telegram.state import Account, Chat, Stored
from bot.sandbox.telegram.text import message_text, utf16
from bot.sandbox.telegram.updates import TAP_LIFE

DELETABLE = 48 * 3600  # world seconds
ANSWER_LIMIT = 200
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
NO_MESSAGE = "message identifier is not specified"
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def edit_message_text(core: Core, bot: Account, given: Json) -> Json:
    said = message_text(spoken(core, given, "text", "entities"))
    found = _own(core, bot, given)
    if "text" not in found[1].body:
        raise bad_request("there is no text in the message to edit")
    content = with_entities({"text": said.text}, "entities", said)
    if preview := given.get("link_preview_options"):
        content["link_preview_options"] = preview
    return _edit(core, bot, given, found, content)


def edit_message_reply_markup(core: Core, bot: Account, given: Json) -> Json:
    found = _own(core, bot, given)
    kept = ("text", "entities", "link_preview_options")
    content = {name: found[1].body[name] for name in kept if name in found[1].body}
    return _edit(core, bot, given, found, content)


def _own(core: Core, bot: Account, given: Json) -> tuple[Chat, Stored]:
    """Return the bot's own message that is to be edited."""
    if "inline_message_id" in given:
        raise bad_request("message to edit not found")
    for name, missing in (("chat_id", "chat_id is empty"), ("message_id", NO_MESSAGE)):
        if name not in given:
            raise bad_request(missing)
    chat = open_chat(core, bot, given["chat_id"])
    stored = chat.alive(given["message_id"])
    if stored is None:
        raise bad_request("message to edit not found")
    if stored.author_id != bot.id or not stored.editable:
        raise bad_request("message can't be edited")
    return chat, stored


def _edit(core: Core, bot: Account, given: Json, found: tuple[Chat, Stored], content: Json) -> Json:
    chat, stored = found
    keyboard = markup.inline(given.get("reply_markup"), private=chat.private)
    if keyboard:
        content["reply_markup"] = keyboard
    compared = ("text", "entities", "reply_markup")
    if all(stored.body.get(name) == content.get(name) for name in compared):
        raise bad_request(SAME)
    core.flood.admit(bot.id, chat.id)
    dropped = (*compared, "link_preview_options", "edit_date")
    rest = {name: value for name, value in stored.body.items() if name not in dropped}
    stored.body = rest | {"edit_date": core.seconds()} | content
    core.show(stored, edited=True)
    return stored.body


def delete_message(core: Core, bot: Account, given: Json) -> bool:
    chat = open_chat(core, bot, given["chat_id"])
    stored = chat.alive(given["message_id"])
    if stored is None:
        raise bad_request("message to delete not found")
    if stored.author_id != bot.id and not chat.private and bot.id not in chat.admins:
        raise bad_request("message can't be deleted")
    if core.now() - stored.body["date"] > core.pace.real(DELETABLE):
        raise bad_request("message can't be deleted for everyone")
    core.remove(chat, stored)
    return True


def pin_chat_message(core: Core, bot: Account, given: Json) -> bool:
    chat = _pinnable(core, bot, given)
    if chat.alive(given["message_id"]) is None:
        raise bad_request("message to pin not found")
    if given["message_id"] not in chat.pinned:
        chat.pinned.append(given["message_id"])
        pinned = core.quoted(chat, given["message_id"])
        silent = bool(given.get("disable_notification"))
        core.post(chat, bot.id, {"pinned_message": pinned}, silent=silent, editable=False)
    return True


def unpin_chat_message(core: Core, bot: Account, given: Json) -> bool:
    chat = _pinnable(core, bot, given)
    message_id = given.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if message_id is not None and message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    if message_id is not None:
        chat.pinned.remove(message_id)
    return True


def _pinnable(core: Core, bot: Account, given: Json) -> Chat:
    chat = open_chat(core, bot, given["chat_id"])
    if not chat.private and bot.id not in chat.admins:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def answer_callback_query(core: Core, bot: Account, given: Json) -> bool:
    text = given.get("text")
    if text is not None and utf16(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    tap = core.state.taps.get(given["callback_query_id"])
    life = core.pace.real(TAP_LIFE)
    if tap is None or tap.bot_id != bot.id or tap.answered or core.now() - tap.at > life:
        raise bad_request(TOO_OLD)
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
