"""Documents, photos and albums.

A photo's sizes are Telegram's (90, 320, 800, 1280 and 2560 pixels at most), as far as it is as
large; the smaller ones have the original's bytes, since this world cannot scale. Limits: Bot API,
sendPhoto, sendMediaGroup. Unknown: the server's words for an album of one.
"""

from __future__ import annotations

import mimetypes
import random

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, Refusal, bad_request
from bot.sandbox.telegram.params import Upload
from bot.sandbox.telegram.pictures import fitting, size_of
from bot.sandbox.telegram.replies import place_of
from bot.sandbox.telegram.sending import send, send_all, spoken, with_entities
from bot.sandbox.telegram.state import Account, File
from bot.sandbox.telegram.text import caption_text

FILE_LIMIT, PHOTO_LIMIT = 50 * 1024 * 1024, 10 * 1024 * 1024
LONGEST_SIDES, NARROWEST = 10_000, 20  # pixels of both sides together; their ratio
ALBUM = range(2, 11)
KIND_OF = {"documents": "Document", "photos": "Photo"}


def send_document(core: Core, bot: Account, given: Json) -> Json:
    content = medium(core, bot, "document", given["document"], given)
    return send(core, bot, given, place_of(core, bot, given), content).body


def send_photo(core: Core, bot: Account, given: Json) -> Json:
    content = medium(core, bot, "photo", given["photo"], given)
    return send(core, bot, given, place_of(core, bot, given), content).body


def send_media_group(core: Core, bot: Account, given: Json) -> list[Json]:
    """Send an album; it counts as several messages for the flood limits, and has no buttons."""
    media = given["media"]
    if len(media) not in ALBUM:
        raise bad_request("the number of media in an album must be from 2 to 10")
    kinds = {str(one.get("type")) for one in media}
    if len(kinds) > 1 or not kinds <= {"photo", "document"}:
        raise bad_request("can't use the media of the specified type in the album")
    contents = [input_media(core, bot, one) for one in media]
    place = place_of(core, bot, given)
    album = {"media_group_id": str(random.randrange(10**16, 10**17))}
    sent = send_all(core, bot, given, place, [one | album for one in contents])
    return [one.body for one in sent]


def input_media(core: Core, bot: Account, media: Json) -> Json:
    """Return the content of an InputMediaPhoto or InputMediaDocument."""
    kind = media.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type must be photo or document here")
    if not media.get("media"):
        raise bad_request("can't parse InputMedia: media not found")
    return medium(core, bot, kind, media["media"], media)


def medium(core: Core, bot: Account, kind: str, source: Upload | str, given: Json) -> Json:
    said = caption_text(spoken(core, given, "caption", "caption_entities"))
    caption = with_entities({"caption": said.text}, "caption_entities", said) if said.text else {}
    if kind == "document":
        return {"document": _document(core, bot, source)} | caption
    photo: Json = {"photo": _photo(core, bot, source)} | caption
    if given.get("has_spoiler"):
        photo["has_media_spoiler"] = True
    if given.get("show_caption_above_media") and caption:
        photo["show_caption_above_media"] = True
    return photo


def _document(core: Core, bot: Account, source: Upload | str) -> Json:
    file = _file(core, bot, source, "documents", FILE_LIMIT)
    return file.sizes() | {"file_name": file.name, "mime_type": file.mime_type}


def _photo(core: Core, bot: Account, source: Upload | str) -> list[Json]:
    file = _file(core, bot, source, "photos", PHOTO_LIMIT)
    if file.id not in core.state.photos:
        sizes = [_scaled(core, file, size) for size in fitting(*_measured(file))]
        core.state.photos |= {size["file_id"]: sizes for size in sizes}
    return core.state.photos[file.id]


def _measured(file: File) -> tuple[int, int]:
    size = size_of(file.data)
    if size is None or not all(size):
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > LONGEST_SIDES or max(size) > NARROWEST * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def _scaled(core: Core, file: File, size: tuple[int, int]) -> Json:
    if size != size_of(file.data):
        file = core.state.add_file(file.bot_id, "photos", file.name, file.mime_type, file.data)
    return file.sizes() | {"width": size[0], "height": size[1]}


def _file(core: Core, bot: Account, given: Upload | str, folder: str, limit: int) -> File:
    if isinstance(given, str):
        return _known_file(core, bot, given, folder)
    if not given.data:
        raise bad_request("file must be non-empty")
    if len(given.data) > limit:
        raise Refusal(413, "Request Entity Too Large")
    name = given.name or "file"
    kind = given.mime_type
    if kind == "application/octet-stream":
        kind = mimetypes.guess_type(name)[0] or kind
    return core.state.add_file(bot.id, folder, name, kind, given.data)


def _known_file(core: Core, bot: Account, file_id: str, folder: str) -> File:
    if file_id.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = core.state.files.get(file_id)
    if file is None or file.bot_id != bot.id:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if not file.path.startswith(folder):
        real = KIND_OF[file.path.partition("/")[0]]
        raise bad_request(f"can't use file of type {real} as {KIND_OF[folder]}")
    return file
