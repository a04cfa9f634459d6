"""The Telegram of the practice world, as its conductor, scripted persons and tests hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from starlette.routing import BaseRoute

from bot.sandbox.pace import Pace
from bot.sandbox.telegram import bot_api, chat_api, membership, people
from bot.sandbox.telegram.chats import RIGHTS, Chat
from bot.sandbox.telegram.core import Core, Entry
from bot.sandbox.telegram.errors import Json
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.state import Account, Person, Tap
from bot.sandbox.telegram.stream import Stream
from bot.sandbox.telegram.updates import Updates


class Telegram:
    def __init__(self, pace: Pace) -> None:
        self._core = Core(pace)
        self.bot_routes: list[BaseRoute] = bot_api.routes(self._core)
        self.chat_routes: list[BaseRoute] = chat_api.routes(self._core)

    @property
    def stream(self) -> Stream:
        return self._core.stream

    @property
    def clock(self) -> Callable[[], float]:
        """Seconds since 1970; a test may set another."""
        return self._core.clock

    @clock.setter
    def clock(self, clock: Callable[[], float]) -> None:
        self._core.clock = clock

    @property
    def journal(self) -> list[Entry]:
        return list(self._core.journal)

    # Who is there.

    def add_bot(self, token: str, username: str, name: str, *, topics: bool = False) -> int:
        """Add a bot; with `topics` its private chats have topics (BotFather's Threaded Mode)."""
        bot = Account(int(token.partition(":")[0]), token, username, name, topics)
        self._core.state.bots[bot.id] = bot
        self._core.updates[bot.id] = Updates(self._core.pace, self._core.now)
        return bot.id

    def add_person(self, id: int, first_name: str, username: str, role: str) -> Person:
        person = Person(id, first_name, username, role)
        self._core.state.people[id] = person
        return person

    def add_chat(
        self,
        id: int,
        type: str,  # noqa: A002 - the Bot API's word
        title: str | None,
        member_ids: Sequence[int],
        bot_ids: Sequence[int],
        *,
        forum: bool = False,
    ) -> None:
        """Add a chat; only a supergroup can be a forum, a private chat is when its bot says so."""
        if (type == "private") != (id > 0) or (type == "private" and list(member_ids) != [id]):
            raise ValueError("A private chat has its person's id; a group's id is negative.")
        if forum and type != "supergroup":
            raise ValueError("Only a supergroup can have topics.")
        threaded = type == "private" and any(self._core.state.bots[one].topics for one in bot_ids)
        chat = Chat(id, type, title, list(member_ids), list(bot_ids), forum or threaded)
        self._core.state.chats[id] = chat
        self._core.stream.publish("chat", {"chat": self._core.state.public(chat)})

    # What people do.

    def say(
        self,
        user_id: int,
        chat_id: int,
        text: str,
        reply_to: int | None = None,
        topic_id: int | None = None,
    ) -> Json:
        words = people.Words(text, reply_to, topic_id)
        return people.say(self._core, user_id, chat_id, words)

    def edit(self, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
        return people.edit(self._core, user_id, chat_id, message_id, text)

    def react(self, user_id: int, chat_id: int, message_id: int, emoji: str | None) -> Json:
        return people.put_reaction(self._core, user_id, chat_id, message_id, emoji)

    def tap(self, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        return people.tap(self._core, user_id, chat_id, message_id, data)

    def tapped(self, callback_query_id: str) -> Tap:
        return self._core.state.taps[callback_query_id]

    def messages(self, chat_id: int) -> list[Json]:
        return self._core.state.chats[chat_id].listed()

    def block(self, bot_id: int, chat_id: int) -> None:
        membership.block(self._core, bot_id, chat_id)

    def unblock(self, bot_id: int, chat_id: int) -> None:
        membership.unblock(self._core, bot_id, chat_id)

    def promote(self, bot_id: int, chat_id: int, rights: Iterable[str] = RIGHTS) -> None:
        membership.promote(self._core, bot_id, chat_id, frozenset(rights))

    def demote(self, bot_id: int, chat_id: int) -> None:
        membership.demote(self._core, bot_id, chat_id)

    def delete_message(self, chat_id: int, message_id: int) -> None:
        people.delete_message(self._core, chat_id, message_id)

    def migrate(self, chat_id: int) -> int:
        return membership.migrate(self._core, chat_id)

    # What goes wrong.

    def arm(self, fault: Fault) -> None:
        self._core.faults.arm(fault)

    def clear_faults(self) -> None:
        self._core.faults.clear()

    def close(self) -> None:
        self._core.close()
