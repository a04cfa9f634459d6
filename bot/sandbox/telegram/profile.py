"""Bot API methods about how a bot presents itself: commands, names, descriptions, menu button."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.replies import open_chat
from bot.sandbox.telegram.state import Account, Chat

MOST_COMMANDS, DESCRIPTION = 100, 256
COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")
SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
# The parameter, and how long it may be: Bot API, setMyName and its siblings.
WORDS = {"name": 64, "description": 512, "short_description": 120}
MENUS = {"commands": (), "default": (), "web_app": ("text", "web_app")}


def set_my_commands(core: Core, bot: Account, given: Json) -> bool:
    key = _scope(core, bot, given)
    if len(given["commands"]) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    core.state.commands[key] = [_command(one) for one in given["commands"]]
    core.stream.publish("commands", {"bot_id": bot.id})
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
    core.stream.publish("commands", {"bot_id": bot.id})
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


def menu_of(core: Core, bot: Account, chat: Chat, user_id: int) -> list[Json]:
    """Return the commands a person is offered there: the narrowest scope that has any.

    The order is the Bot API's ("Determining list of commands"); the app's language comes first.
    """
    language = str((core.state.user(user_id) or {}).get("language_code", ""))
    for scope in _scopes(core, chat, user_id):
        for code in (language, ""):
            key = (bot.id, json.dumps(scope, sort_keys=True), code)
            if commands := core.state.commands.get(key):
                return commands
    return []


def _scopes(core: Core, chat: Chat, user_id: int) -> list[Json]:
    if chat.private:
        return [{"type": "chat", "chat_id": chat.id}, {"type": "all_private_chats"}, _DEFAULT]
    person = core.state.people.get(user_id)
    leads = person is not None and person.role == "owner"
    return [
        {"type": "chat_member", "chat_id": chat.id, "user_id": user_id},
        *([{"type": "chat_administrators", "chat_id": chat.id}] if leads else []),
        {"type": "chat", "chat_id": chat.id},
        *([{"type": "all_chat_administrators"}] if leads else []),
        {"type": "all_group_chats"},
        _DEFAULT,
    ]


_DEFAULT = {"type": "default"}


def set_my(word: str) -> Callable[[Core, Account, Json], bool]:
    def setter(core: Core, bot: Account, given: Json) -> bool:
        text = str(given.get(word, ""))
        if len(text) > WORDS[word]:
            # Unknown: the server's words for each of the three.
            raise bad_request(f"{word.replace('_', ' ')} is too long")
        core.state.words[bot.id, word, given.get("language_code", "")] = text
        return True

    return setter


def get_my(word: str) -> Callable[[Core, Account, Json], Json]:
    def getter(core: Core, bot: Account, given: Json) -> Json:
        own = core.state.words.get((bot.id, word, given.get("language_code", "")))
        text = own or core.state.words.get((bot.id, word, ""))
        return {word: text or (bot.name if word == "name" else "")}

    return getter


def set_chat_menu_button(core: Core, bot: Account, given: Json) -> bool:
    menu = given.get("menu_button") or {"type": "default"}
    if menu.get("type") not in MENUS or set(menu) != {"type", *MENUS[menu["type"]]}:
        raise bad_request("can't parse menu button: unsupported type specified")
    core.state.menus[bot.id, _private_of(core, bot, given)] = menu
    return True


def get_chat_menu_button(core: Core, bot: Account, given: Json) -> Json:
    own = core.state.menus.get((bot.id, _private_of(core, bot, given)))
    return own or core.state.menus.get((bot.id, None)) or {"type": "commands"}


def _private_of(core: Core, bot: Account, given: Json) -> int | None:
    if "chat_id" not in given:
        return None
    chat = core.chat_for(bot, str(given["chat_id"]))
    if not chat.private:
        raise bad_request("chat not found")
    return chat.id
