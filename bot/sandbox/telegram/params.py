"""The parameters every method takes, and how their values are read from what was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.errors import Json, bad_request

# Types are those of the Bot API's own documentation; "!" marks what is required.
_MARKUP = "InlineKeyboardMarkup or ReplyKeyboardMarkup or ReplyKeyboardRemove or ForceReply"
_CHAT = "Integer or String!"
_SEND = {
    "business_connection_id": "String",
    "chat_id": _CHAT,
    "message_thread_id": "Integer",
    "direct_messages_topic_id": "Integer",
    "parse_mode": "String",
    "disable_notification": "Boolean",
    "protect_content": "Boolean",
    "allow_paid_broadcast": "Boolean",
    "message_effect_id": "String",
    "suggested_post_parameters": "SuggestedPostParameters",
    "reply_parameters": "ReplyParameters",
    "reply_markup": _MARKUP,
}
_CAPTION = {"caption": "String", "caption_entities": "Array of MessageEntity"}
_EDIT = {
    "business_connection_id": "String",
    "chat_id": "Integer or String",
    "message_id": "Integer",
    "inline_message_id": "String",
    "reply_markup": "InlineKeyboardMarkup",
}
_TEXT = {
    "text": "String!",
    "entities": "Array of MessageEntity",
    "link_preview_options": "LinkPreviewOptions",
}
_SCOPE = {"scope": "BotCommandScope", "language_code": "String"}

PARAMETERS: dict[str, dict[str, str]] = {
    "getMe": {},
    "getUpdates": {
        "offset": "Integer",
        "limit": "Integer",
        "timeout": "Integer",
        "allowed_updates": "Array of String",
    },
    "getWebhookInfo": {},
    "setWebhook": {
        "url": "String!",
        "certificate": "InputFile",
        "ip_address": "String",
        "max_connections": "Integer",
        "allowed_updates": "Array of String",
        "drop_pending_updates": "Boolean",
        "secret_token": "String",
    },
    "deleteWebhook": {"drop_pending_updates": "Boolean"},
    "sendMessage": _SEND | _TEXT,
    "sendDocument": _SEND
    | _CAPTION
    | {
        "document": "InputFile or String!",
        "thumbnail": "InputFile or String",
        "disable_content_type_detection": "Boolean",
    },
    "sendPhoto": _SEND
    | _CAPTION
    | {
        "photo": "InputFile or String!",
        "show_caption_above_media": "Boolean",
        "has_spoiler": "Boolean",
    },
    "editMessageText": _EDIT | _TEXT | {"parse_mode": "String"},
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": {"chat_id": _CHAT, "message_id": "Integer!"},
    "answerCallbackQuery": {
        "callback_query_id": "String!",
        "text": "String",
        "show_alert": "Boolean",
        "url": "String",
        "cache_time": "Integer",
    },
    "sendChatAction": {
        "business_connection_id": "String",
        "chat_id": _CHAT,
        "message_thread_id": "Integer",
        "action": "String!",
    },
    "setMyCommands": {"commands": "Array of BotCommand!"} | _SCOPE,
    "getMyCommands": _SCOPE,
    "deleteMyCommands": _SCOPE,
    "getChat": {"chat_id": _CHAT},
    "getChatMember": {"chat_id": _CHAT, "user_id": "Integer!"},
    "pinChatMessage": {
        "business_connection_id": "String",
        "chat_id": _CHAT,
        "message_id": "Integer!",
        "disable_notification": "Boolean",
    },
    "unpinChatMessage": {
        "business_connection_id": "String",
        "chat_id": _CHAT,
        "message_id": "Integer",
    },
    "getFile": {"file_id": "String!"},
}

OBJECTS: dict[str, frozenset[str]] = {
    "ReplyParameters": frozenset(
        (
            "message_id",
            "chat_id",
            "allow_sending_without_reply",
            "quote",
            "quote_parse_mode",
            "quote_entities",
            "quote_position",
            "checklist_task_id",
            "poll_option_id",
        )
    ),
    "LinkPreviewOptions": frozenset(
        ("is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text")
    ),
}

MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "user_id": "invalid user_id specified",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
    "file_id": "file_id not specified",
    "action": "wrong parameter action in request",
}
METHODS = {name.lower(): name for name in PARAMETERS}


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    data: bytes = field(repr=False)


def understood(method: str, raw: dict[str, Any]) -> Json:
    """Return the values in their types; refuse the unknown, the missing and the mistyped."""
    allowed = PARAMETERS[method]
    values: Json = {}
    for name, given in _attached(raw).items():
        if name not in allowed:
            raise bad_request(f'unknown parameter "{name}"')
        if given is not None:
            values[name] = _value(name, allowed[name].rstrip("!"), given)
    for name, kind in allowed.items():
        # An empty address is a meaning of its own: it removes the webhook.
        empty = (None,) if name == "url" else (None, "")
        if kind.endswith("!") and values.get(name) in empty:
            raise bad_request(MISSING.get(name, f'parameter "{name}" is required'))
    return values


def _attached(raw: dict[str, Any]) -> dict[str, Any]:
    """Put the files that are named as `attach://field` in the place of their names."""
    files = {f"attach://{name}": one for name, one in raw.items() if isinstance(one, Upload)}
    used = {one for one in raw.values() if isinstance(one, str) and one in files}
    return {
        name: files[one] if isinstance(one, str) and one in used else one
        for name, one in raw.items()
        if f"attach://{name}" not in used
    }


def _value(name: str, kind: str, given: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if kind == "Integer":
        return _integer(name, given)
    if kind == "Boolean":
        return _boolean(name, given)
    if kind in ("String", "Integer or String"):
        return _string(name, given)
    if kind.startswith("InputFile"):
        return _file(name, kind, given)
    return _nested(name, kind, given)


def _integer(name: str, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise bad_request(f'parameter "{name}" must be an integer')
    try:
        return int(given)
    except ValueError:
        raise bad_request(f'parameter "{name}" must be an integer') from None


def _boolean(name: str, given: object) -> bool:
    word = str(given).lower()
    if word not in ("true", "false", "1", "0"):
        raise bad_request(f'parameter "{name}" must be true or false')
    return word in ("true", "1")


def _string(name: str, given: object) -> str:
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise bad_request(f'parameter "{name}" must be a string')
    return str(given)


def _file(name: str, kind: str, given: object) -> Upload | str:
    if isinstance(given, Upload) or (isinstance(given, str) and "String" in kind):
        return given
    raise bad_request(f'parameter "{name}" must be a file')


def _nested(name: str, kind: str, given: object) -> Any:  # noqa: ANN401 - an object or a list
    words = name.replace("_", " ")
    if isinstance(given, str):
        if not given:
            return None
        try:
            given = json.loads(given)
        except ValueError:
            raise bad_request(f"can't parse {words} JSON object") from None
    wanted = list if kind.startswith("Array of") else dict
    if not isinstance(given, wanted):
        shape = "an array" if wanted is list else "an object"
        raise bad_request(f"{shape} expected as {words}")
    if isinstance(given, dict) and kind in OBJECTS and (extra := set(given) - OBJECTS[kind]):
        raise bad_request(f'unknown field "{min(extra)}" in {words}')
    if isinstance(given, list):
        _check_items(words, kind, given)
    return given


def _check_items(words: str, kind: str, given: list[Any]) -> None:
    item = str if kind == "Array of String" else dict
    if not all(isinstance(one, item) for one in given):
        raise bad_request(f"can't parse {words}: an item is of a wrong type")
