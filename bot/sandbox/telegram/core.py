"""The heart of the emulator: its state, clocks, queues and event stream, shared by both sides."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.pace import Pace
from bot.sandbox.telegram.chats import GENERAL, Chat, Stored, Topic
from bot.sandbox.telegram.delivery import Delivery
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.faults import Faults
from bot.sandbox.telegram.limits import Flood
from bot.sandbox.telegram.state import Account, State
from bot.sandbox.telegram.stream import Stream
from bot.sandbox.telegram.updates import Updates

JOURNAL = 10_000  # calls kept


@dataclass(frozen=True)
class Entry:
    """One call in the journal; status 0 means that the connection was closed unanswered."""

    n: int
    at: str
    bot_id: int | None
    method: str
    params: Json
    status: int
    error: str | None

    def public(self) -> Json:
        return dict(vars(self))


@dataclass
class Core:
    pace: Pace
    clock: Callable[[], float] = time.time
    state: State = field(default_factory=State)
    faults: Faults = field(default_factory=Faults)
    updates: dict[int, Updates] = field(default_factory=dict)
    deliveries: dict[int, Delivery] = field(default_factory=dict)  # of bots with a webhook
    journal: deque[Entry] = field(default_factory=lambda: deque(maxlen=JOURNAL))
    calls: int = 0

    def __post_init__(self) -> None:
        self.flood = Flood(self.pace, self.now)
        self.stream = Stream(self.state.snapshot)
        self.closing = asyncio.Event()
        # Carries out a call that came as the answer to a webhook; set by who knows all methods.
        self.perform: Callable[[Account, str, Json], Awaitable[Any]] | None = None

    def now(self) -> float:
        # Looked up at every call, so that a test may set the clock at any time.
        return self.clock()

    def seconds(self) -> int:
        return int(self.now())

    def note(
        self, bot_id: int | None, method: str, params: Json, status: int, error: str | None
    ) -> None:
        self.calls += 1
        at = datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds")
        self.journal.append(Entry(self.calls, at, bot_id, method, params, status, error))

    # What happens in chats.

    def post(
        self,
        chat: Chat,
        author_id: int,
        content: Json,
        topic_id: int = GENERAL,
        *,
        silent: bool = False,
        editable: bool = True,
    ) -> Stored:
        """Put a new message into a chat and show it to the people in it."""
        chat.last_id += 1
        head = {
            "message_id": chat.last_id,
            "from": self.state.user(author_id),
            "chat": self.state.brief(chat),
            "date": self.seconds(),
        }
        thread = self._thread(chat, topic_id, content)
        stored = Stored(head | thread | content, author_id, silent, editable)
        chat.messages[stored.id] = stored
        self.show(stored, edited=False)
        return stored

    def _thread(self, chat: Chat, topic_id: int, content: Json) -> Json:
        """Return what ties a message to its topic.

        In a group's topic what answers nothing answers the message that created the topic: in
        every client library a topic's messages have a `reply_to_message`.
        """
        if topic_id == GENERAL:
            return {}
        thread: Json = {"message_thread_id": topic_id, "is_topic_message": True}
        if chat.private or "external_reply" in content:
            return thread
        return thread | {"reply_to_message": self.quoted(chat, topic_id)}

    def announce(
        self,
        chat: Chat,
        author_id: int,
        content: Json,
        topic_id: int = GENERAL,
        *,
        silent: bool = False,
    ) -> Stored:
        """Post a service message, which every bot gets: also the one that caused it."""
        stored = self.post(chat, author_id, content, topic_id, silent=silent, editable=False)
        for bot_id in chat.bot_ids:
            if bot_id not in chat.blocked_by:
                self.updates[bot_id].push("message", stored.body)
        return stored

    def show(self, stored: Stored, *, edited: bool) -> None:
        payload = {"message": stored.seen(), "edited": edited, "silent": stored.silent}
        self.stream.publish("message", payload)

    def show_topic(self, chat: Chat, topic: Topic) -> None:
        self.stream.publish("topic", {"chat_id": chat.id, "topic": topic.shown()})

    def show_pins(self, chat: Chat) -> None:
        self.stream.publish("pinned", {"chat_id": chat.id, "pinned": chat.pinned})

    def remove(self, chat: Chat, stored: Stored) -> None:
        stored.deleted = True
        self.stream.publish("deleted", {"chat_id": chat.id, "message_id": stored.id})
        if stored.id in chat.pinned:
            chat.pinned.remove(stored.id)
            self.show_pins(chat)

    def quoted(self, chat: Chat, message_id: int) -> Json | None:
        """A message as it appears inside its reply: without its own reply."""
        found = chat.alive(message_id)
        if found is None:
            return None
        return {k: v for k, v in found.body.items() if k != "reply_to_message"}

    def chat_for(self, bot: Account, chat_id: str) -> Chat:
        """Return the chat a bot names, whether or not it may write there."""
        try:
            chat = self.state.chats.get(int(chat_id))
        except ValueError:
            chat = None
        if chat is None or bot.id not in chat.bot_ids:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            moved = {"migrate_to_chat_id": chat.migrated_to}
            raise bad_request("group chat was upgraded to a supergroup chat", moved)
        return chat

    def close(self) -> None:
        """End all long polls, deliveries, hanging calls and streams, for the server's shutdown."""
        self.closing.set()
        self.faults.clear()
        self.stream.close()
        for delivery in self.deliveries.values():
            delivery.stop()
        for queue in self.updates.values():
            queue.close()
