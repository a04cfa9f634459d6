"""What a failed call to Telegram proves: not done, perhaps done, or never to be done."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)


class Outcome(Enum):
    DONE = auto()  # it stands as wished
    NOT_DONE = auto()  # safe to try again
    AMBIGUOUS = auto()  # it may have been done: nobody can tell
    FLOODED = auto()  # not done, and this chat must wait
    MOVED = auto()  # not done: the group has a new id
    UNREADABLE = auto()  # not done: the text or its marks were refused
    GONE = auto()  # not done: the message to edit is not there any more
    BLOCKED = auto()  # not done until a person changes something
    UNAUTHORISED = auto()  # not done: our token is wrong


# Texts of tdlib/telegram-bot-api, matched in lower case because PTB changes their case.
TEXTS = (
    ("message is not modified", Outcome.DONE),
    ("message to edit not found", Outcome.GONE),
    ("message can't be edited", Outcome.GONE),
    ("can't parse", Outcome.UNREADABLE),
    ("too long", Outcome.UNREADABLE),
    ("text is empty", Outcome.UNREADABLE),
    ("button_data_invalid", Outcome.UNREADABLE),
    ("chat not found", Outcome.BLOCKED),
    ("not enough rights to send photos", Outcome.UNREADABLE),  # its words may be welcome
    ("not enough rights", Outcome.BLOCKED),
)
KINDS = (
    (RetryAfter, Outcome.FLOODED),
    (ChatMigrated, Outcome.MOVED),
    (Forbidden, Outcome.BLOCKED),
    (InvalidToken, Outcome.UNAUTHORISED),
)
# A 429 without its parameters and a 413: PTB gives no code for them, only the text.
TURNED_AWAY = ("too many requests", "request entity too large")
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def outcome(error: TelegramError) -> Outcome:
    """Classify what PTB raised. BadRequest is a NetworkError there: the order matters."""
    if isinstance(error, BadRequest):
        return refused(str(error).lower())
    for kind, proves in KINDS:
        if isinstance(error, kind):
            return proves
    if isinstance(error.__cause__, UNSENT):
        return Outcome.NOT_DONE
    if any(part in str(error).lower() for part in TURNED_AWAY):
        return Outcome.NOT_DONE
    return Outcome.AMBIGUOUS


def refused(text: str) -> Outcome:
    return next((found for part, found in TEXTS if part in text), Outcome.UNREADABLE)


def wait_of(error: RetryAfter) -> float:
    """Seconds to wait, with some slack; PTB gives a number or a timedelta."""
    wait = error.retry_after
    return (wait.total_seconds() if isinstance(wait, timedelta) else float(wait)) + 0.5
