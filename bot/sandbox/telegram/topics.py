"""Bot API methods about the topics of a forum.

A forum is a supergroup with topics, or a private chat with a bot that has them (Bot API, February
2026): there they cannot be closed, and there is no General. Sources of the refusals: tdlib/td
`ForumTopicManager.cpp` (rights, title), TelegramBots/Telegram.Bot#1252 (TOPIC_NOT_MODIFIED).
Unknown: the words for a wrong colour and for closing in a private chat.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.sandbox.telegram.chats import GENERAL, Chat, Topic
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.replies import open_chat
from bot.sandbox.telegram.state import Account

COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)  # Bot API, createForumTopic
NAME_LIMIT = 128
Method = Callable[[Core, Account, Json], bool]


def get_forum_topic_icon_stickers(core: Core, bot: Account, given: Json) -> list[Json]:  # noqa: ARG001 - every method's shape
    return []  # there are no stickers in this world


def create_forum_topic(core: Core, bot: Account, given: Json) -> Json:
    chat = _forum(core, bot, given)
    if not chat.may(bot.id, "can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    colour = given.get("icon_color", COLOURS[0])
    if colour not in COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    icon = given.get("icon_custom_emoji_id", "")
    topic = Topic(chat.last_id + 1, _name(given["name"]), colour, bot.id, icon)
    chat.topics[topic.id] = topic
    core.show_topic(chat, topic)
    thread = {"message_thread_id": topic.id, "is_topic_message": True}
    core.announce(chat, bot.id, thread | {"forum_topic_created": topic.looks()})
    return {"message_thread_id": topic.id} | topic.looks()


def edit_forum_topic(core: Core, bot: Account, given: Json) -> bool:
    found = _own_topic(core, bot, given, "edit the topic")
    change: Json = {"name": _name(given["name"])} if "name" in given else {}
    if "icon_custom_emoji_id" in given:
        change["icon_custom_emoji_id"] = given["icon_custom_emoji_id"]
    return _change(core, bot, found, change, {"forum_topic_edited": change})


def edit_general_forum_topic(core: Core, bot: Account, given: Json) -> bool:
    found = _general(core, bot, given, "edit the topic")
    change = {"name": _name(given["name"])}
    return _change(core, bot, found, change, {"forum_topic_edited": change})


def closes(find: Callable[[Core, Account, Json, str], tuple[Chat, Topic]], closed: bool) -> Method:  # noqa: FBT001 - the state to reach
    """Return the method that closes or opens the topic which `find` finds."""
    notice = "forum_topic_closed" if closed else "forum_topic_reopened"

    def method(core: Core, bot: Account, given: Json) -> bool:
        found = find(core, bot, given, "close or open the topic")
        if found[0].private:
            raise bad_request("the chat is not a forum")
        # Opening General shows it again: Bot API, reopenGeneralForumTopic.
        change = {"closed": closed} | ({} if closed else {"hidden": False})
        return _change(core, bot, found, change, {notice: {}})

    return method


def hides(hidden: bool) -> Method:  # noqa: FBT001 - the state to reach
    """Return the method that hides or shows General, which is closed while it is hidden."""
    notice = f"general_forum_topic_{'' if hidden else 'un'}hidden"

    def method(core: Core, bot: Account, given: Json) -> bool:
        found = _general(core, bot, given, "close or open the topic")
        change = {"hidden": hidden} | ({"closed": True} if hidden else {})
        return _change(core, bot, found, change, {notice: {}})

    return method


def delete_forum_topic(core: Core, bot: Account, given: Json) -> bool:
    """Delete a topic with all its messages."""
    chat, topic = _topic(core, bot, given)
    if not chat.may(bot.id, "can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    for stored in list(chat.messages.values()):
        if stored.topic_id == topic.id and not stored.deleted:
            core.remove(chat, stored)
    topic.deleted = True
    core.show_topic(chat, topic)
    return True


def _change(core: Core, bot: Account, found: tuple[Chat, Topic], change: Json, why: Json) -> bool:
    """Change the topic and say so in it."""
    chat, topic = found
    if not change:
        return True
    if all(getattr(topic, name) == value for name, value in change.items()):
        raise bad_request("TOPIC_NOT_MODIFIED")
    for name, value in change.items():
        setattr(topic, name, value)
    core.show_topic(chat, topic)
    core.announce(chat, bot.id, why, topic.id)
    return True


def _forum(core: Core, bot: Account, given: Json) -> Chat:
    chat = open_chat(core, bot, given["chat_id"])
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic(core: Core, bot: Account, given: Json) -> tuple[Chat, Topic]:
    chat = _forum(core, bot, given)
    topic = chat.topic(given["message_thread_id"])
    if topic is None or topic.id == GENERAL:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


def _own_topic(core: Core, bot: Account, given: Json, verb: str) -> tuple[Chat, Topic]:
    chat, topic = _topic(core, bot, given)
    if topic.creator_id != bot.id and not chat.may(bot.id, "can_manage_topics"):
        raise bad_request(f"not enough rights to {verb}")
    return chat, topic


def _general(core: Core, bot: Account, given: Json, verb: str) -> tuple[Chat, Topic]:
    chat = _forum(core, bot, given)
    if chat.private:
        raise bad_request("the chat is not a forum")
    if not chat.may(bot.id, "can_manage_topics"):
        raise bad_request(f"not enough rights to {verb}")
    return chat, chat.topics[GENERAL]


def _name(given: str) -> str:
    name = " ".join(given.split())[:NAME_LIMIT]
    if not name:
        raise bad_request("title must be non-empty")
    return name


close_forum_topic, reopen_forum_topic = closes(_own_topic, True), closes(_own_topic, False)  # noqa: FBT003 - the state
close_general, reopen_general = closes(_general, True), closes(_general, False)  # noqa: FBT003 - the state
hide_general, unhide_general = hides(True), hides(False)  # noqa: FBT003 - the state
