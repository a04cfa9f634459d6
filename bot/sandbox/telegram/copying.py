"""Bot API methods that bring a message into another chat, with or without its author."""

from __future__ import annotations

from bot.sandbox.telegram.chats import Chat, Stored
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.replies import open_chat, origin_of, place_of
from bot.sandbox.telegram.sending import send, send_all, spoken, with_entities
from bot.sandbox.telegram.state import Account
from bot.sandbox.telegram.text import caption_text

CONTENT = (
    "text",
    "entities",
    "link_preview_options",
    "photo",
    "document",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
)
MOST_AT_ONCE = 100


def forward_message(core: Core, bot: Account, given: Json) -> Json:
    content = _forwarded(_only(core, bot, given, "forward"))
    return send(core, bot, given, place_of(core, bot, given), content).body


def forward_messages(core: Core, bot: Account, given: Json) -> list[Json]:
    contents = [_forwarded(one) for one in _many(core, bot, given, "forward")]
    return _ids(send_all(core, bot, given, place_of(core, bot, given), contents))


def copy_message(core: Core, bot: Account, given: Json) -> Json:
    content = _content(_only(core, bot, given, "copy"))
    if "caption" in given and "text" not in content:
        said = caption_text(spoken(core, given, "caption", "caption_entities"))
        content.pop("caption_entities", None)
        content |= with_entities({"caption": said.text}, "caption_entities", said)
    return {"message_id": send(core, bot, given, place_of(core, bot, given), content).id}


def copy_messages(core: Core, bot: Account, given: Json) -> list[Json]:
    dropped = ("caption", "caption_entities") if given.get("remove_caption") else ()
    contents = [
        {name: value for name, value in _content(one).items() if name not in dropped}
        for one in _many(core, bot, given, "copy")
    ]
    return _ids(send_all(core, bot, given, place_of(core, bot, given), contents))


def _ids(sent: list[Stored]) -> list[Json]:
    return [{"message_id": one.id} for one in sent]


def _forwarded(original: Stored) -> Json:
    return _content(original) | {"forward_origin": origin_of(original)}


def _content(original: Stored) -> Json:
    return {name: original.body[name] for name in CONTENT if name in original.body}


def _only(core: Core, bot: Account, given: Json, verb: str) -> Stored:
    found = _source(core, bot, given).alive(given["message_id"])
    if found is None:
        raise bad_request(f"message to {verb} not found")
    if not _movable(found):
        # Unknown: the server's words; a service or protected message can be neither.
        raise bad_request(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return found


def _many(core: Core, bot: Account, given: Json, verb: str) -> list[Stored]:
    ids = given["message_ids"]
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        raise bad_request(f"too many messages to {verb}" if ids else "message_ids is empty")
    source = _source(core, bot, given)
    found = [one for one in map(source.alive, ids) if one is not None and _movable(one)]
    if not found:
        raise bad_request(f"there are no messages to {verb}")
    return found


def _movable(found: Stored) -> bool:
    return bool(_content(found)) and "has_protected_content" not in found.body


def _source(core: Core, bot: Account, given: Json) -> Chat:
    return open_chat(core, bot, given["from_chat_id"])
