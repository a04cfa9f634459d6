"""Bot API methods that put new messages into a chat."""

from __future__ import annotations

import mimetypes

from bot.sandbox.telegram import markup
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, Refusal, bad_request, forbidden
from bot.sandbox.telegram.params import Upload
from bot.sandbox.telegram.pictures import size_of
from bot.sandbox.telegram.state import Account, Chat, File
from bot.sandbox.telegram.text import Said, caption_text, message_text, understand

FILE_LIMIT, PHOTO_LIMIT = 50 * 1024 * 1024, 10 * 1024 * 1024
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
    return _send(core, bot, given, content | ({"link_preview_options": preview} if preview else {}))


def send_document(core: Core, bot: Account, given: Json) -> Json:
    caption = _caption(core, given)
    file = _file(core, bot, given["document"], "documents", FILE_LIMIT)
    document = file.sizes() | {"file_name": file.name, "mime_type": file.mime_type}
    return _send(core, bot, given, {"document": document} | caption)


def send_photo(core: Core, bot: Account, given: Json) -> Json:
    caption = _caption(core, given)
    file = _file(core, bot, given["photo"], "photos", PHOTO_LIMIT)
    size = size_of(file.data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    photo = [file.sizes() | {"width": size[0], "height": size[1]}]
    return _send(core, bot, given, {"photo": photo} | caption)


def send_chat_action(core: Core, bot: Account, given: Json) -> bool:
    chat = open_chat(core, bot, given["chat_id"])
    if given["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    core.stream.publish("typing", {"chat_id": chat.id, "bot_id": bot.id})
    return True


def open_chat(core: Core, bot: Account, chat_id: str) -> Chat:
    """Return the chat when the bot may write there."""
    chat = core.chat_for(bot, chat_id)
    if bot.id in chat.blocked_by:
        if chat.private:
            raise forbidden("bot was blocked by the user")
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    return chat


def spoken(core: Core, given: Json, text: str, entities: str) -> Said:
    return understand(
        given.get(text) or "", given.get("parse_mode"), given.get(entities), core.state.user
    )


def with_entities(content: Json, name: str, said: Said) -> Json:
    return content | ({name: list(said.entities)} if said.entities else {})


def _caption(core: Core, given: Json) -> Json:
    said = caption_text(spoken(core, given, "caption", "caption_entities"))
    return with_entities({"caption": said.text}, "caption_entities", said) if said.text else {}


def _send(core: Core, bot: Account, given: Json, content: Json) -> Json:
    chat = open_chat(core, bot, given["chat_id"])
    if "message_thread_id" in given:
        raise bad_request("message thread not found")
    keyboard = markup.inline(given.get("reply_markup"), private=chat.private)
    content |= _reply(core, chat, given.get("reply_parameters"))
    if given.get("protect_content"):
        content["has_protected_content"] = True
    if keyboard:
        content["reply_markup"] = keyboard
    core.flood.admit(bot.id, chat.id)
    silent = bool(given.get("disable_notification"))
    editable = not markup.locks(given.get("reply_markup"))
    return core.post(chat, bot.id, content, silent=silent, editable=editable).body


def _reply(core: Core, chat: Chat, reply: Json | None) -> Json:
    if not reply:
        return {}
    elsewhere = str(reply.get("chat_id", chat.id)) != str(chat.id)
    try:
        original = None if elsewhere else core.quoted(chat, int(reply["message_id"]))
    except (KeyError, TypeError, ValueError):
        raise bad_request("message identifier is not specified") from None
    if original is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    content = {"reply_to_message": original}
    if quote := str(reply.get("quote") or ""):
        if quote not in str(original.get("text", original.get("caption", ""))):
            raise bad_request("QUOTE_TEXT_INVALID")
        content["quote"] = {"text": quote, "position": 0, "is_manual": True}
    return content


def _file(core: Core, bot: Account, given: Upload | str, folder: str, limit: int) -> File:
    if isinstance(given, str):
        return _known_file(core, bot, given)
    if not given.data:
        raise bad_request("file must be non-empty")
    if len(given.data) > limit:
        raise Refusal(413, "Request Entity Too Large")
    name = given.name or "file"
    kind = given.mime_type
    if kind == "application/octet-stream":
        kind = mimetypes.guess_type(name)[0] or kind
    return core.state.add_file(bot.id, folder, name, kind, given.data)


def _known_file(core: Core, bot: Account, file_id: str) -> File:
    if file_id.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = core.state.files.get(file_id)
    if file is None or file.bot_id != bot.id:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return file
