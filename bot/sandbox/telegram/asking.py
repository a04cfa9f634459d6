"""Bot API methods that only ask: who the bot is, who is in a chat, where a file lies."""

from __future__ import annotations

from bot.sandbox.telegram.chats import RIGHTS, Chat
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.replies import open_chat
from bot.sandbox.telegram.state import Account

DOWNLOAD_LIMIT = 20 * 1024 * 1024
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
ALONE = 2  # members of a private chat: the person and the bot


def get_me(core: Core, bot: Account, given: Json) -> Json:  # noqa: ARG001 - every method's shape
    flags = ("can_read_all_group_messages", "supports_inline_queries", "has_main_web_app")
    more = ("can_connect_to_business", "allows_users_to_create_topics")
    me = bot.user() | {"can_join_groups": True, "has_topics_enabled": bot.topics}
    return me | dict.fromkeys(flags + more, False)


def get_chat(core: Core, bot: Account, given: Json) -> Json:
    chat = core.chat_for(bot, given["chat_id"])
    full = core.state.brief(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*GIFTS, "gifts_from_channels"), True),
    }
    if not chat.private:
        rights = ("can_send_messages", "can_send_documents", "can_send_photos")
        full["permissions"] = dict.fromkeys(rights, True)
    if chat.pinned and (pinned := core.quoted(chat, chat.pinned[-1])) is not None:
        full["pinned_message"] = pinned
    return full


def get_chat_member(core: Core, bot: Account, given: Json) -> Json:
    chat = core.chat_for(bot, given["chat_id"])
    if core.state.user(given["user_id"]) is None:
        raise bad_request("invalid user_id specified")
    return member(core, chat, given["user_id"])


def get_chat_administrators(core: Core, bot: Account, given: Json) -> list[Json]:
    """Return who leads a group; other bots only when asked for, itself always."""
    chat = open_chat(core, bot, given["chat_id"])
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    bots = [id for id in chat.bot_ids if given.get("return_bots") or id == bot.id]
    found = [member(core, chat, id) for id in [*chat.member_ids, *bots]]
    return [one for one in found if one["status"] in ("creator", "administrator")]


def get_chat_member_count(core: Core, bot: Account, given: Json) -> int:
    chat = open_chat(core, bot, given["chat_id"])
    return ALONE if chat.private else len({*chat.member_ids, *chat.bot_ids} - chat.blocked_by)


def member(core: Core, chat: Chat, user_id: int) -> Json:
    """Return the ChatMember of a person or bot that is known to exist."""
    who: Json = {"user": core.state.user(user_id)}
    if user_id in chat.blocked_by:
        return who | {"status": "kicked", "until_date": 0}
    if user_id not in chat.member_ids + chat.bot_ids:
        return who | {"status": "left"}
    if user_id in chat.rights:
        return who | _administrator(chat, chat.rights[user_id])
    person = core.state.people.get(user_id)
    if person is not None and person.role == "owner" and not chat.private:
        return who | {"status": "creator", "is_anonymous": False}
    return who | {"status": "member"}


def _administrator(chat: Chat, rights: frozenset[str]) -> Json:
    # The right to manage topics is only told of supergroups.
    told = RIGHTS if chat.type == "supergroup" else RIGHTS - {"can_manage_topics"}
    flags = {"status": "administrator", "can_be_edited": False, "is_anonymous": False}
    return flags | {right: right in rights for right in sorted(told)}


def get_user_profile_photos(core: Core, bot: Account, given: Json) -> Json:  # noqa: ARG001 - every method's shape
    if core.state.user(given["user_id"]) is None:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}  # nobody here has a picture


def get_file(core: Core, bot: Account, given: Json) -> Json:
    file = core.state.files.get(given["file_id"])
    if file is None or file.bot_id != bot.id:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return file.sizes() | {"file_path": file.path}
