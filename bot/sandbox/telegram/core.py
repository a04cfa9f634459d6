"""The heart of the emulator: its state, clocks, queues and event stream, shared by both sides."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox.pace import Pace
from bot.sandbox.telegram.errors import Json, bad_request
from bot.sandbox.telegram.faults import Faults
from bot.sandbox.telegram.limits import Flood
from bot.sandbox.telegram.state import Account, Chat, State, Stored
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
    journal: deque[Entry] = field(default_factory=lambda: deque(maxlen=JOURNAL))
    calls: int = 0

    def __post_init__(self) -> None:
        self.flood = Flood(self.pace, self.now)
        self.stream = Stream(self.state.snapshot)
        self.closing = asyncio.Event()

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

    def post(self, chat: Chat, author_id: int, content: Json, **kept: bool) -> Stored:
        """Put a new message into a chat and show it to the people in it."""
        chat.last_id += 1
        head = {
            "message_id": chat.last_id,
            "from": self.state.user(author_id),
            "chat": self.state.brief(chat),
            "date": self.seconds(),
        }
        stored = Stored(head | content, author_id, **kept)
        chat.messages[stored.id] = stored
        self.show(stored, edited=False)
        return stored

    def show(self, stored: Stored, *, edited: bool) -> None:
        payload = {"message": stored.seen(), "edited": edited, "silent": stored.silent}
        self.stream.publish("message", payload)

    def remove(self, chat: Chat, stored: Stored) -> None:
        stored.deleted = True
        if stored.id in chat.pinned:
            chat.pinned.remove(stored.id)
        self.stream.publish("deleted", {"chat_id": chat.id, "message_id": stored.id})

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
        """End all long polls, hanging calls and streams, for the server's shutdown."""
        self.closing.set()
        self.faults.clear()
        self.stream.close()
        for queue in self.updates.values():
            queue.close()
