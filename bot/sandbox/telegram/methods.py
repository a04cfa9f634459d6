"""The methods this emulator knows, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.telegram import (
    acting,
    asking,
    copying,
    editing,
    media,
    pins,
    profile,
    sending,
    topics,
    webhooks,
)
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json
from bot.sandbox.telegram.state import Account

Method = Callable[[Core, Account, Json], Any]

METHODS: dict[str, Method] = {
    "getMe": asking.get_me,
    "getWebhookInfo": webhooks.get_webhook_info,
    "setWebhook": webhooks.set_webhook,
    "deleteWebhook": webhooks.delete_webhook,
    "sendMessage": sending.send_message,
    "sendDocument": media.send_document,
    "sendPhoto": media.send_photo,
    "sendMediaGroup": media.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "forwardMessage": copying.forward_message,
    "forwardMessages": copying.forward_messages,
    "copyMessage": copying.copy_message,
    "copyMessages": copying.copy_messages,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": acting.delete_message,
    "deleteMessages": acting.delete_messages,
    "setMessageReaction": acting.set_message_reaction,
    "answerCallbackQuery": acting.answer_callback_query,
    "leaveChat": acting.leave_chat,
    "pinChatMessage": pins.pin_chat_message,
    "unpinChatMessage": pins.unpin_chat_message,
    "unpinAllChatMessages": pins.unpin_all_chat_messages,
    "unpinAllForumTopicMessages": pins.unpin_all_forum_topic_messages,
    "unpinAllGeneralForumTopicMessages": pins.unpin_all_general_forum_topic_messages,
    "getForumTopicIconStickers": topics.get_forum_topic_icon_stickers,
    "createForumTopic": topics.create_forum_topic,
    "editForumTopic": topics.edit_forum_topic,
    "closeForumTopic": topics.close_forum_topic,
    "reopenForumTopic": topics.reopen_forum_topic,
    "deleteForumTopic": topics.delete_forum_topic,
    "editGeneralForumTopic": topics.edit_general_forum_topic,
    "closeGeneralForumTopic": topics.close_general,
    "reopenGeneralForumTopic": topics.reopen_general,
    "hideGeneralForumTopic": topics.hide_general,
    "unhideGeneralForumTopic": topics.unhide_general,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.set_my("name"),
    "getMyName": profile.get_my("name"),
    "setMyDescription": profile.set_my("description"),
    "getMyDescription": profile.get_my("description"),
    "setMyShortDescription": profile.set_my("short_description"),
    "getMyShortDescription": profile.get_my("short_description"),
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
    "getChat": asking.get_chat,
    "getChatMember": asking.get_chat_member,
    "getChatAdministrators": asking.get_chat_administrators,
    "getChatMemberCount": asking.get_chat_member_count,
    "getUserProfilePhotos": asking.get_user_profile_photos,
    "getFile": asking.get_file,
}


async def call(core: Core, bot: Account, method: str, given: Json) -> Any:  # noqa: ANN401 - any JSON
    """Carry out one call; getUpdates is the only one that may take time."""
    if method == "getUpdates":
        return await webhooks.get_updates(core, bot, given)
    return METHODS[method](core, bot, given)
