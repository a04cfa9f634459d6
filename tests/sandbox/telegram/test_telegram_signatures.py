"""The methods and parameters this world takes are those that two independent clients offer."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping

import pytest
import telebot
import telegram as ptb
from telebot import types

from bot.sandbox.telegram.parameters import OBJECTS, PARAMETERS

# What a client adds of its own and does not send, or sends as something else.
PTB_OWN = {
    "read_timeout",
    "write_timeout",
    "connect_timeout",
    "pool_timeout",
    "api_kwargs",
    "allow_sending_without_reply",
    "reply_to_message_id",
    "disable_web_page_preview",
    "filename",
}
PTB_ALBUM = {"caption", "caption_entities", "parse_mode"}  # of an album: put into its first medium
TELEBOT_OWN = {
    "timeout",
    "long_polling_timeout",
    "allow_sending_without_reply",
    "reply_to_message_id",
    "disable_web_page_preview",
    "data",
    "thumb",
    "visible_file_name",
}
# pyTelegramBotAPI 4.37 is ahead of Bot API 10.0.
NEWER = {"callback_query_id", "receiver_user_id", "ephemeral_message_parameters", "rich_message"}
Table = Mapping[str, Mapping[str, str]]


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def names(function: Callable[..., object]) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


def own_of_ptb(method: str) -> set[str]:
    return PTB_OWN | (PTB_ALBUM if method == "sendMediaGroup" else set())


def own_of_telebot(method: str) -> set[str]:
    return TELEBOT_OWN | (NEWER if method != "answerCallbackQuery" else set())


CLIENTS = {
    "python-telegram-bot": (ptb.Bot, own_of_ptb),
    "pyTelegramBotAPI": (telebot.TeleBot, own_of_telebot),
}


def differences(table: Table, client: str) -> list[str]:
    """Return one line for every method and parameter that the client does not know, or that the
    table lacks.
    """
    kind, own = CLIENTS[client]
    found = []
    for method, parameters in table.items():
        if not hasattr(kind, snake(method)):
            found.append(f"{client} has no {method}")
            continue
        known = names(getattr(kind, snake(method)))
        found += [f"{method}: unknown {one}" for one in sorted(set(parameters) - known)]
        missing = known - set(parameters) - own(method)
        found += [f"{method}: missing {one}" for one in sorted(missing)]
    return found


@pytest.mark.parametrize("client", CLIENTS)
def test_every_parameter_is_one_that_the_client_sends(client):
    assert len(PARAMETERS) > 50
    assert differences(PARAMETERS, client) == []


def without(method: str, name: str) -> Table:
    kept = {one: kind for one, kind in PARAMETERS[method].items() if one != name}
    return PARAMETERS | {method: kept}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            PARAMETERS | {"getFile": {"file": "String!"}},
            ["getFile: unknown file", "getFile: missing file_id"],
        ),
        (without("sendMessage", "parse_mode"), ["sendMessage: missing parse_mode"]),
        (without("answerCallbackQuery", "text"), ["answerCallbackQuery: missing text"]),
        (
            PARAMETERS | {"getMe": {"chat_id": "Integer"}},
            ["getMe: unknown chat_id"],
        ),
        (PARAMETERS | {"getMee": {}}, ["{client} has no getMee"]),
    ],
)
def test_a_wrong_or_missing_name_is_noticed(client, table, told):
    assert differences(table, client) == [line.format(client=client) for line in told]


def test_what_is_required_is_what_python_telegram_bot_requires():
    needed = {
        (method, name)
        for method in PARAMETERS
        for name, one in inspect.signature(getattr(ptb.Bot, snake(method))).parameters.items()
        if name != "self" and one.default is inspect.Parameter.empty
    }
    ours = {(m, n) for m, given in PARAMETERS.items() for n, k in given.items() if k.endswith("!")}
    assert ours == needed


PTB_OBJECT_OWN = {"api_kwargs", "filename", "filename_depr", "_media_type"}


def object_differences(objects: Mapping[str, frozenset[str]]) -> list[str]:
    found = []
    for name, fields in objects.items():
        known = names(getattr(ptb, name).__init__) - PTB_OBJECT_OWN
        found += [f"{name}: {field}" for field in sorted(known ^ fields)]
    return found


def test_the_fields_of_objects_are_those_of_python_telegram_bot():
    # An input medium sets its type itself.
    implied = ["InputMediaPhoto: type", "InputMediaDocument: type", "ReactionTypeEmoji: type"]
    assert sorted(object_differences(OBJECTS)) == sorted(implied)
    wrong = OBJECTS | {"BotCommand": frozenset(("command", "text"))}
    assert "BotCommand: text" in object_differences(wrong)
    assert "BotCommand: description" in object_differences(wrong)


@pytest.mark.parametrize("name", OBJECTS)
def test_the_fields_of_objects_are_known_to_pytelegrambotapi(name):
    known = names(getattr(types, name).__init__)
    unnamed = {"type"} if name.startswith(("InputMedia", "ReactionType")) else set()
    assert OBJECTS[name] - known <= unnamed
