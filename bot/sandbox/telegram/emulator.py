"""The Telegram of the practice world, as its conductor, scripted persons and tests hold it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from bot.sandbox.pace import Pace
from bot.sandbox.telegram import bot_api, chat_api, people
from bot.sandbox.telegram.core import Core, Entry
from bot.sandbox.telegram.errors import Json
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.state import Account, Chat, Person, Tap
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

    def add_bot(self, token: str, username: str, name: str) -> int:
        bot = Account(int(token.partition(":")[0]), token, username, name)
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
    ) -> None:
        if (type == "private") != (id > 0) or (type == "private" and list(member_ids) != [id]):
            raise ValueError("A private chat has its person's id; a group's id is negative.")
        self._core.state.chats[id] = Chat(id, type, title, list(member_ids), list(bot_ids))

    # What people do.

    def say(self, user_id: int, chat_id: int, text: str, reply_to: int | None = None) -> Json:
        return people.say(self._core, user_id, chat_id, text, reply_to)

    def tap(self, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        return people.tap(self._core, user_id, chat_id, message_id, data)

    def tapped(self, callback_query_id: str) -> Tap:
        return self._core.state.taps[callback_query_id]

    def messages(self, chat_id: int) -> list[Json]:
        return self._core.state.chats[chat_id].listed()

    def block(self, bot_id: int, chat_id: int) -> None:
        people.block(self._core, bot_id, chat_id)

    def unblock(self, bot_id: int, chat_id: int) -> None:
        people.unblock(self._core, bot_id, chat_id)

    def promote(self, bot_id: int, chat_id: int) -> None:
        people.promote(self._core, bot_id, chat_id)

    def delete_message(self, chat_id: int, message_id: int) -> None:
        people.delete_message(self._core, chat_id, message_id)

    def migrate(self, chat_id: int) -> int:
        return people.migrate(self._core, chat_id)

    # What goes wrong.

    def arm(self, fault: Fault) -> None:
        self._core.faults.arm(fault)

    def clear_faults(self) -> None:
        self._core.faults.clear()

    def close(self) -> None:
        self._core.close()
