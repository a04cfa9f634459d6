"""Who and what exists: people, bots, chats, messages and files, all in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import Json


def fingerprint(*parts: object) -> str:
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()[:18]


@dataclass(frozen=True)
class Person:
    id: int
    first_name: str
    username: str
    role: str

    def user(self) -> Json:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "username": self.username,
            "language_code": "en",
        }

    def public(self) -> Json:
        return {
            "id": self.id,
            "first_name": self.first_name,
            "username": self.username,
            "role": self.role,
        }


@dataclass(frozen=True)
class Account:
    """A bot."""

    id: int
    token: str = field(repr=False)
    username: str
    name: str
    topics: bool = False  # whether its private chats have topics (BotFather's Threaded Mode)

    def user(self) -> Json:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }

    def public(self) -> Json:
        return {"id": self.id, "username": self.username, "name": self.name}


@dataclass
class Tap:
    """A press on a button, from the press to its one answer."""

    id: str
    bot_id: int
    user_id: int
    chat_id: int
    message_id: int
    at: float
    answered: bool = False
    text: str | None = None
    show_alert: bool = False


@dataclass(frozen=True)
class File:
    id: str
    unique_id: str
    bot_id: int
    path: str
    name: str
    mime_type: str
    data: bytes = field(repr=False)

    def sizes(self) -> Json:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


@dataclass
class State:
    people: dict[int, Person] = field(default_factory=dict)
    bots: dict[int, Account] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    commands: dict[tuple[int, str, str], list[Json]] = field(default_factory=dict)
    words: dict[tuple[int, str, str], str] = field(default_factory=dict)  # names, descriptions
    menus: dict[tuple[int, int | None], Json] = field(default_factory=dict)
    photos: dict[str, list[Json]] = field(default_factory=dict)  # all sizes, by the id of each
    webhook_again: dict[int, float] = field(default_factory=dict)  # when one may be set again

    def bot_of(self, token: str) -> Account | None:
        return next((bot for bot in self.bots.values() if bot.token == token), None)

    def user(self, user_id: int) -> Json | None:
        known = self.people.get(user_id) or self.bots.get(user_id)
        return None if known is None else known.user()

    def brief(self, chat: Chat) -> Json:
        """The Chat object that messages carry."""
        if not chat.private:
            forum = {"is_forum": True} if chat.forum else {}
            return {"id": chat.id, "type": chat.type, "title": chat.title or "Group"} | forum
        person = self.people[chat.id]
        return {
            "id": chat.id,
            "type": "private",
            "first_name": person.first_name,
            "username": person.username,
        }

    def public(self, chat: Chat) -> Json:
        return self.brief(chat) | {
            "member_ids": chat.member_ids,
            "bot_ids": chat.bot_ids,
            "admin_ids": list(chat.rights),
            "is_forum": chat.forum,
            "topics": [topic.shown() for topic in chat.topics.values() if not topic.deleted],
            "pinned": chat.pinned,
        }

    def add_file(self, bot_id: int, folder: str, name: str, mime_type: str, data: bytes) -> File:
        number = len(self.files) + 1
        unique = fingerprint("file", bot_id, number)
        ending = name.rpartition(".")[2] if "." in name else "bin"
        path = f"{folder}/file_{number}.{ending}"
        file = File(f"BQAC{unique}{number}", f"AgAD{unique}", bot_id, path, name, mime_type, data)
        self.files[file.id] = file
        return file

    def snapshot(self) -> dict[str, Any]:
        """Everything a chat page needs to draw itself from nothing."""
        open_chats = [chat for chat in self.chats.values() if chat.migrated_to is None]
        return {
            "people": [person.public() for person in self.people.values()],
            "bots": [bot.public() for bot in self.bots.values()],
            "chats": [self.public(chat) for chat in open_chats],
            "messages": {str(chat.id): chat.listed()[-200:] for chat in open_chats},
        }
