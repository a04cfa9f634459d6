"""Bot API methods about what is not a message: the bot, chats, commands, webhook, files."""

from __future__ import annotations

import json
import re

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.sending import open_chat
from bot.sandbox.telegram.state import Account, Chat

DOWNLOAD_LIMIT = 20 * 1024 * 1024
MOST_COMMANDS, DESCRIPTION = 100, 256
COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")
SECRET = re.compile(r"^[A-Za-z0-9_-]{1,256}$")
SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
)


def get_me(core: Core, bot: Account, given: Json) -> Json:  # noqa: ARG001 - every method's shape
    flags = ("can_read_all_group_messages", "supports_inline_queries", "has_main_web_app")
    more = ("can_connect_to_business", "has_topics_enabled", "allows_users_to_create_topics")
    return bot.user() | {"can_join_groups": True} | dict.fromkeys(flags + more, False)


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


def member(core: Core, chat: Chat, user_id: int) -> Json:
    """Return the ChatMember of a person or bot that is known to exist."""
    who: Json = {"user": core.state.user(user_id)}
    person = core.state.people.get(user_id)
    if user_id in chat.blocked_by:
        return who | {"status": "kicked", "until_date": 0}
    if user_id not in chat.member_ids + chat.bot_ids:
        return who | {"status": "left"}
    if user_id in chat.admins:
        rights = dict.fromkeys(RIGHTS, True)
        return (
            who
            | {"status": "administrator", "can_be_edited": False, "is_anonymous": False}
            | rights
        )
    if person is not None and person.role == "owner" and not chat.private:
        return who | {"status": "creator", "is_anonymous": False}
    return who | {"status": "member"}


def set_my_commands(core: Core, bot: Account, given: Json) -> bool:
    key = _scope(core, bot, given)
    if len(given["commands"]) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    core.state.commands[key] = [_command(one) for one in given["commands"]]
    return True


def _command(one: Json) -> Json:
    if set(one) != {"command", "description"}:
        raise bad_request("can't parse BotCommand: command and description are required")
    command = str(one["command"]).removeprefix("/")
    if not COMMAND.match(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(str(one["description"])) <= DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": str(one["description"])}


def get_my_commands(core: Core, bot: Account, given: Json) -> list[Json]:
    return core.state.commands.get(_scope(core, bot, given), [])


def delete_my_commands(core: Core, bot: Account, given: Json) -> bool:
    core.state.commands.pop(_scope(core, bot, given), None)
    return True


def _scope(core: Core, bot: Account, given: Json) -> tuple[int, str, str]:
    scope = dict(given.get("scope") or {"type": "default"})
    kind = scope.get("type")
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if set(scope) != {"type", *SCOPES[kind]}:
        raise bad_request("can't parse BotCommandScope: wrong fields specified")
    if "chat_id" in scope:
        scope["chat_id"] = open_chat(core, bot, str(scope["chat_id"])).id
    return bot.id, json.dumps(scope, sort_keys=True), given.get("language_code", "")


def get_webhook_info(core: Core, bot: Account, given: Json) -> Json:  # noqa: ARG001 - the same
    queue = core.updates[bot.id]
    info: Json = {"url": "", "has_custom_certificate": False}
    info |= core.state.webhooks.get(bot.id, {})
    info["pending_update_count"] = queue.pending
    return info | ({"allowed_updates": list(queue.allowed)} if queue.allowed else {})


def set_webhook(core: Core, bot: Account, given: Json) -> bool:
    if not given["url"]:
        return delete_webhook(core, bot, given)
    if not given["url"].startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if "secret_token" in given and not SECRET.match(given["secret_token"]):
        raise bad_request("secret token contains unallowed characters")
    queue = core.updates[bot.id]
    queue.allow(given.get("allowed_updates"))
    if given.get("drop_pending_updates"):
        queue.drop()
    queue.abort("terminated by setWebhook request")
    core.state.webhooks[bot.id] = {
        "url": given["url"],
        "has_custom_certificate": "certificate" in given,
        "max_connections": given.get("max_connections", 40),
    }
    return True


def delete_webhook(core: Core, bot: Account, given: Json) -> bool:
    core.state.webhooks.pop(bot.id, None)
    if given.get("drop_pending_updates"):
        core.updates[bot.id].drop()
    return True


def get_file(core: Core, bot: Account, given: Json) -> Json:
    file = core.state.files.get(given["file_id"])
    if file is None or file.bot_id != bot.id:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return file.sizes() | {"file_path": file.path}
