"""Bot API methods that change a bot's own message: text, caption, medium or keyboard."""

from __future__ import annotations

from bot.sandbox.telegram import markup
from bot.sandbox.telegram.chats import Chat, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.media import input_media
from bot.sandbox.telegram.replies import open_chat
from bot.sandbox.telegram.sending import spoken, with_entities
from bot.sandbox.telegram.state import Account
from bot.sandbox.telegram.text import caption_text, message_text

SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
NO_MESSAGE = "message identifier is not specified"
TEXT = ("text", "entities", "link_preview_options")
CAPTION = ("caption", "caption_entities", "show_caption_above_media")
MEDIUM = ("photo", "document", "has_media_spoiler")
MEDIA = ("photo", "document")
# What makes a new content the same as the one before.
COMPARED = (*TEXT[:2], *CAPTION, *MEDIUM, "reply_markup")


def edit_message_text(core: Core, bot: Account, given: Json) -> Json:
    said = message_text(spoken(core, given, "text", "entities"))
    chat, stored = _own(core, bot, given)
    if "text" not in stored.body:
        raise bad_request("there is no text in the message to edit")
    content = with_entities({"text": said.text}, "entities", said)
    if preview := given.get("link_preview_options"):
        content["link_preview_options"] = preview
    return _edit(core, given, chat, stored, content)


def edit_message_caption(core: Core, bot: Account, given: Json) -> Json:
    said = caption_text(spoken(core, given, "caption", "caption_entities"))
    chat, stored = _own(core, bot, given)
    if not any(name in stored.body for name in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    content = _kept(stored, MEDIUM)
    if said.text:
        content |= with_entities({"caption": said.text}, "caption_entities", said)
        if given.get("show_caption_above_media"):
            content["show_caption_above_media"] = True
    return _edit(core, given, chat, stored, content)


def edit_message_media(core: Core, bot: Account, given: Json) -> Json:
    """Replace a photo by a document or the other way round, or give a text a medium."""
    chat, stored = _own(core, bot, given)
    content = input_media(core, bot, given["media"])
    if "media_group_id" in stored.body and not any(
        name in stored.body and name in content for name in MEDIA
    ):
        raise bad_request("can't use the media of the specified type in the album")
    return _edit(core, given, chat, stored, content)


def edit_message_reply_markup(core: Core, bot: Account, given: Json) -> Json:
    chat, stored = _own(core, bot, given)
    return _edit(core, given, chat, stored, _kept(stored, TEXT + CAPTION + MEDIUM))


def _kept(stored: Stored, names: tuple[str, ...]) -> Json:
    return {name: stored.body[name] for name in names if name in stored.body}


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
    if stored.author_id != bot.id or not stored.editable or "forward_origin" in stored.body:
        raise bad_request("message can't be edited")
    return chat, stored


def _edit(core: Core, given: Json, chat: Chat, stored: Stored, content: Json) -> Json:
    if keyboard := markup.inline(given.get("reply_markup"), private=chat.private):
        content["reply_markup"] = keyboard
    if all(stored.body.get(name) == content.get(name) for name in COMPARED):
        raise bad_request(SAME)
    core.flood.admit(stored.author_id, chat.id)
    only_buttons = all(stored.body.get(name) == content.get(name) for name in COMPARED[:-1])
    dropped = {*COMPARED, "link_preview_options"}
    rest = {name: value for name, value in stored.body.items() if name not in dropped}
    # Apps show "edited" for a new text, not for new buttons.
    when = {} if only_buttons else {"edit_date": core.seconds()}
    stored.body = rest | when | content
    core.show(stored, edited=True)
    return stored.body
