"""Who is at the door: a person we can name by number, in the chat that is ours."""

from __future__ import annotations

from telegram import CallbackQuery, Message, User

from bot.domain.people import Person
from bot.views.words import clean

NAME = 40  # characters of a name that people choose for themselves


def person(user: User) -> Person:
    name = clean(user.first_name or "").strip()  # a name of invisible marks is none
    return Person(user.id, (name or str(user.id))[:NAME])


def sender(message: Message) -> Person | None:
    """Return the person behind a message: none for channels, anonymous admins and bots."""
    user = message.from_user
    if user is None or user.is_bot or message.sender_chat is not None:
        return None
    return person(user)


def tapper(query: CallbackQuery) -> Person | None:
    return None if query.from_user.is_bot else person(query.from_user)
