"""What every method takes: names, types and need, as the Bot API documents them."""

from __future__ import annotations

# "!" marks what is required. A test compares both tables with the schema and with two clients.
_MARKUP = "InlineKeyboardMarkup or ReplyKeyboardMarkup or ReplyKeyboardRemove or ForceReply"
_CHAT = {"chat_id": "Integer or String!"}
_MESSAGE = _CHAT | {"message_id": "Integer!"}
_TOPIC = _CHAT | {"message_thread_id": "Integer!"}
_BUSINESS = {"business_connection_id": "String"}
_TO = _CHAT | {
    "message_thread_id": "Integer",
    "direct_messages_topic_id": "Integer",
    "disable_notification": "Boolean",
    "protect_content": "Boolean",
}
_REPLY = {
    "allow_paid_broadcast": "Boolean",
    "message_effect_id": "String",
    "reply_parameters": "ReplyParameters",
}
_SEND = (
    _BUSINESS
    | _TO
    | _REPLY
    | {
        "parse_mode": "String",
        "suggested_post_parameters": "SuggestedPostParameters",
        "reply_markup": _MARKUP,
    }
)
_CAPTION = {"caption": "String", "caption_entities": "Array of MessageEntity"}
_ABOVE = {"show_caption_above_media": "Boolean"}
_EDIT = _BUSINESS | {
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
_FROM = {"from_chat_id": "Integer or String!"}
_ALBUM = (
    "Array of InputMediaAudio or Array of InputMediaDocument or Array of InputMediaLivePhoto"
    " or Array of InputMediaPhoto or Array of InputMediaVideo!"
)
_LANGUAGE = {"language_code": "String"}
_SCOPE = {"scope": "BotCommandScope"} | _LANGUAGE

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
    | _ABOVE
    | {"photo": "InputFile or String!", "has_spoiler": "Boolean"},
    "sendMediaGroup": _BUSINESS | _TO | _REPLY | {"media": _ALBUM},
    "sendChatAction": _BUSINESS | _CHAT | {"message_thread_id": "Integer", "action": "String!"},
    "forwardMessage": _TO
    | _FROM
    | {
        "message_id": "Integer!",
        "video_start_timestamp": "Integer",
        "message_effect_id": "String",
        "suggested_post_parameters": "SuggestedPostParameters",
    },
    "forwardMessages": _TO | _FROM | {"message_ids": "Array of Integer!"},
    "copyMessage": _TO
    | _FROM
    | _REPLY
    | _CAPTION
    | _ABOVE
    | {
        "message_id": "Integer!",
        "video_start_timestamp": "Integer",
        "parse_mode": "String",
        "suggested_post_parameters": "SuggestedPostParameters",
        "reply_markup": _MARKUP,
    },
    "copyMessages": _TO | _FROM | {"message_ids": "Array of Integer!", "remove_caption": "Boolean"},
    "editMessageText": _EDIT | _TEXT | {"parse_mode": "String"},
    "editMessageCaption": _EDIT | _CAPTION | _ABOVE | {"parse_mode": "String"},
    "editMessageMedia": _EDIT | {"media": "InputMedia!"},
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": _MESSAGE,
    "deleteMessages": _CHAT | {"message_ids": "Array of Integer!"},
    "setMessageReaction": _MESSAGE | {"reaction": "Array of ReactionType", "is_big": "Boolean"},
    "answerCallbackQuery": {
        "callback_query_id": "String!",
        "text": "String",
        "show_alert": "Boolean",
        "url": "String",
        "cache_time": "Integer",
    },
    "pinChatMessage": _BUSINESS | _MESSAGE | {"disable_notification": "Boolean"},
    "unpinChatMessage": _BUSINESS | _CHAT | {"message_id": "Integer"},
    "unpinAllChatMessages": _CHAT,
    "getForumTopicIconStickers": {},
    "createForumTopic": _CHAT
    | {"name": "String!", "icon_color": "Integer", "icon_custom_emoji_id": "String"},
    "editForumTopic": _TOPIC | {"name": "String", "icon_custom_emoji_id": "String"},
    "closeForumTopic": _TOPIC,
    "reopenForumTopic": _TOPIC,
    "deleteForumTopic": _TOPIC,
    "unpinAllForumTopicMessages": _TOPIC,
    "editGeneralForumTopic": _CHAT | {"name": "String!"},
    "closeGeneralForumTopic": _CHAT,
    "reopenGeneralForumTopic": _CHAT,
    "hideGeneralForumTopic": _CHAT,
    "unhideGeneralForumTopic": _CHAT,
    "unpinAllGeneralForumTopicMessages": _CHAT,
    "getChat": _CHAT,
    "getChatMember": _CHAT | {"user_id": "Integer!"},
    "getChatAdministrators": _CHAT | {"return_bots": "Boolean"},
    "getChatMemberCount": _CHAT,
    "leaveChat": _CHAT,
    "getUserProfilePhotos": {"user_id": "Integer!", "offset": "Integer", "limit": "Integer"},
    "getFile": {"file_id": "String!"},
    "setMyCommands": {"commands": "Array of BotCommand!"} | _SCOPE,
    "getMyCommands": _SCOPE,
    "deleteMyCommands": _SCOPE,
    "setMyName": {"name": "String"} | _LANGUAGE,
    "getMyName": _LANGUAGE,
    "setMyDescription": {"description": "String"} | _LANGUAGE,
    "getMyDescription": _LANGUAGE,
    "setMyShortDescription": {"short_description": "String"} | _LANGUAGE,
    "getMyShortDescription": _LANGUAGE,
    "setChatMenuButton": {"chat_id": "Integer", "menu_button": "MenuButton"},
    "getChatMenuButton": {"chat_id": "Integer"},
}

_INPUT_MEDIA = ("type", "media", "caption", "parse_mode", "caption_entities")
# The fields of what comes as JSON, by the type that the tables name.
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
    "MessageEntity": frozenset(
        (
            "type",
            "offset",
            "length",
            "url",
            "user",
            "language",
            "custom_emoji_id",
            "unix_time",
            "date_time_format",
        )
    ),
    "InputMediaPhoto": frozenset((*_INPUT_MEDIA, "show_caption_above_media", "has_spoiler")),
    "InputMediaDocument": frozenset((*_INPUT_MEDIA, "thumbnail", "disable_content_type_detection")),
    "BotCommand": frozenset(("command", "description")),
    "ReactionTypeEmoji": frozenset(("type", "emoji")),
}
# Types that are one of several objects, by what their field `type` says.
VARIANTS = {
    "InputMedia": {"photo": "InputMediaPhoto", "document": "InputMediaDocument"},
    "ReactionType": {"emoji": "ReactionTypeEmoji"},
}
METHODS = {name.lower(): name for name in PARAMETERS}
