"""The wire form of a button: an opaque token. Nothing else reads or writes `callback_data`."""

from __future__ import annotations

from collections.abc import Mapping

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.views.message import Button, Message

VERSION = "v1:"
LIMIT = 64  # bytes: Bot API InlineKeyboardButton.callback_data


def wire(token: str) -> str:
    """Raises ValueError when the token would not fit."""
    data = VERSION + token
    if len(data.encode()) > LIMIT:
        raise ValueError(f"button data over {LIMIT} bytes")
    return data


def token_of(data: str | None) -> str | None:
    """Return the token, or None for what no version of this bot has written."""
    if data is None or not data.startswith(VERSION):
        return None
    return data.removeprefix(VERSION)


def every_button(message: Message) -> list[Button]:
    return [button for row in message.rows for button in row]


def keyboard(message: Message, tokens: Mapping[Button, str]) -> InlineKeyboardMarkup | None:
    if not message.rows:
        return None
    rows = [[drawn(button, tokens[button]) for button in row] for row in message.rows]
    return InlineKeyboardMarkup(rows)


def drawn(button: Button, token: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.label, callback_data=wire(token), style=button.style or None)
