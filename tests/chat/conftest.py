"""Telegram as the practice world emulates it, reached through python-telegram-bot itself."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from telegram.request import HTTPXRequest

from bot.chat.client import Client
from bot.chat.handlers import Handlers
from bot.chat.inbox import Inbox
from bot.chat.outbox import Outbox
from bot.chat.pacing import Pace as ChatPace
from bot.chat.pacing import Pacing
from bot.flows.announce import announce
from bot.flows.engine import Bell
from bot.sandbox.pace import Pace
from bot.sandbox.telegram import Telegram
from tests.cast import ANN, BEN, CHAT, SAM, VIC

TOKEN = "700:watchdog-token-of-the-tests-0000000000"


@pytest.fixture
def telegram():
    emulated = Telegram(Pace(20))  # fast enough for its flood limits, slow enough for taps to live
    bot = emulated.add_bot(TOKEN, "watchdog_bot", "Watchdog")
    for person in (ANN, BEN, VIC, SAM):
        emulated.add_person(person.id, person.name, person.name.lower(), "owner")
    members = [ANN.id, BEN.id, VIC.id, SAM.id]
    emulated.add_chat(CHAT, "group", "On call", members, [bot])
    emulated.add_chat(SAM.id, "private", None, [SAM.id], [bot])
    yield emulated
    emulated.close()


@pytest.fixture
async def api(telegram):
    app = Starlette(routes=[Mount("/telegram", routes=telegram.bot_routes)])

    def request():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return HTTPXRequest(httpx_kwargs={"transport": transport}, read_timeout=2)

    base = "http://emulated/telegram/bot"
    client = Client(TOKEN, base_url=base, request=request(), get_updates_request=request())
    yield client
    await client.shutdown()


class Seconds:
    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def pacing(seconds):
    return Pacing(ChatPace(group=100.0, edit_every=0.0, burst=1000), seconds)


@pytest.fixture
def outbox(api, store, pacing, clock):
    return Outbox(api, store, pacing, clock)


@pytest.fixture
def deliver(outbox):
    """Send all that may be sent now."""

    async def turn():
        while await outbox.turn():
            pass

    return turn


@pytest.fixture
def bell():
    return Bell()


@pytest.fixture
def inbox(api, store, bell, clock):
    return Inbox(api, store, bell, clock)


@pytest.fixture
def handlers(world, api, bell):
    return Handlers(world, api, bell)


@pytest.fixture
def receive(api, inbox, handlers):
    """Take in what people said and tapped, and handle it."""

    async def turn():
        raw = await api.updates(inbox.offset, wait=0)
        inbox.api = type("Once", (), {"updates": staticmethod(lambda _: given(raw))})()
        await inbox.turn()
        inbox.api = api
        await handlers.turn()

    async def given(raw):
        return raw

    return turn


@pytest.fixture
def chat(telegram):
    """The on-call chat as people see it: the messages of the bot, newest last."""

    def messages():
        return [m for m in telegram.messages(CHAT) if m["from"]["is_bot"]]

    return messages


@pytest.fixture
async def card(world, triaged, deliver, chat):
    """An incident whose card is in the chat, with a restart on offer."""
    await announce(world)
    await deliver()
    return chat()[0]


@pytest.fixture
def refreshed(world, deliver, chat):
    async def again():
        await announce(world)
        await deliver()
        return chat()[0]

    return again


@pytest.fixture
def tap(telegram, receive):
    """Tap as a person; return the toast that came of it."""

    async def go(person, message, label=None, data=None, chat=CHAT):
        if data is None:
            buttons = [b for row in message["reply_markup"]["inline_keyboard"] for b in row]
            data = next(b["callback_data"] for b in buttons if label in b["text"])
        query = telegram.tap(person.id, chat, message["message_id"], data)
        await receive()
        tapped = telegram.tapped(query)
        assert tapped.answered
        return tapped.text

    return go


@pytest.fixture
def say(telegram, receive, deliver, chat):
    """Type as a person; return the bot's answer, or None."""

    async def go(person, text, where=CHAT):
        before = len(telegram.messages(where))
        telegram.say(person.id, where, text)
        await receive()
        await deliver()
        new = [m for m in telegram.messages(where)[before:] if m["from"]["is_bot"]]
        return (new[-1].get("text") or new[-1].get("caption")) if new else None

    return go
