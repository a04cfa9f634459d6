"""Bot API methods that put new messages into a chat."""

from __future__ import annotations

from bot.sandbox.telegram import markup
from bot.sandbox.telegram.chats import GENERAL, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.replies import Place, open_chat, place_of
from bot.sandbox.telegram.state import Account
from bot.sandbox.telegram.text import Said, message_text, understand

ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


def send_message(core: Core, bot: Account, given: Json) -> Json:
    said = message_text(spoken(core, given, "text", "entities"))
    content = with_entities({"text": said.text}, "entities", said)
    preview = given.get("link_preview_options")
    content |= {"link_preview_options": preview} if preview else {}
    return send(core, bot, given, place_of(core, bot, given), content).body


def send_chat_action(core: Core, bot: Account, given: Json) -> bool:
    chat = open_chat(core, bot, given["chat_id"])
    if given["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    told = {"chat_id": chat.id, "bot_id": bot.id, "action": given["action"]}
    # Other than everywhere else General's own number is taken here.
    if (topic_id := given.get("message_thread_id", GENERAL)) != GENERAL:
        if chat.topic(topic_id) is None:
            raise bad_request("message thread not found")
        told["message_thread_id"] = topic_id
    core.stream.publish("typing", told)
    return True


def spoken(core: Core, given: Json, text: str, entities: str) -> Said:
    return understand(
        given.get(text) or "", given.get("parse_mode"), given.get(entities), core.state.user
    )


def with_entities(content: Json, name: str, said: Said) -> Json:
    return content | ({name: list(said.entities)} if said.entities else {})


def send(core: Core, bot: Account, given: Json, place: Place, content: Json) -> Stored:
    return send_all(core, bot, given, place, [content])[0]


def send_all(
    core: Core, bot: Account, given: Json, place: Place, contents: list[Json]
) -> list[Stored]:
    """Check keyboard and flood limits, then put the messages where they go: all or none."""
    chat = place.chat
    more: Json = dict(place.answers)
    if given.get("protect_content"):
        more["has_protected_content"] = True
    if keyboard := markup.inline(given.get("reply_markup"), private=chat.private):
        more["reply_markup"] = keyboard
    core.flood.admit(bot.id, chat.id, len(contents))
    silent = bool(given.get("disable_notification"))
    editable = not markup.locks(given.get("reply_markup"))
    kept = {"silent": silent, "editable": editable}
    return [core.post(chat, bot.id, one | more, place.topic_id, **kept) for one in contents]
