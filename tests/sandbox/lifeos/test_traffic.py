"""Who uses Life OS, and that nothing keeps them from it."""

import asyncio

from bot.sandbox import cast
from bot.sandbox.pace import Pace
from bot.sandbox.telegram.errors import NotPossible
from bot.sandbox.traffic import SAYINGS, use_life_os


class Chats:
    """Refuses the first two messages; `all_said` once everything has been said twice."""

    def __init__(self):
        self.said, self.refusals, self.all_said = [], 2, asyncio.Event()

    def say(self, user_id, chat_id, text):
        assert chat_id == user_id
        self.said.append((user_id, text))
        if len(self.said) >= 2 * len(SAYINGS):
            self.all_said.set()
        if self.refusals:
            self.refusals -= 1
            raise NotPossible(404, "No such chat.")


async def test_every_user_goes_on_talking_whatever_comes_back(monkeypatch):
    monkeypatch.setattr("bot.sandbox.traffic.LEAST", 0)
    chats = Chats()
    using = asyncio.create_task(use_life_os(chats, Pace(1e9)))
    await asyncio.wait_for(chats.all_said.wait(), 10)
    using.cancel()
    users = {one.id for one in cast.PEOPLE if one.role == "user"}
    assert {user for user, _ in chats.said} == users
    texts = [text for _, text in chats.said[: 2 * len(SAYINGS)]]
    assert texts == [*SAYINGS, *SAYINGS]
    kinds = {text.split()[0] if text.startswith("/") else "" for text in texts}
    assert kinds >= {"/goals", "/addgoal", "/note", "/ask", "/remember", ""}
