"""Whatever Telegram sends: nothing is lost beside it, stopped by it, or approved by it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.chat.client import Client
from bot.chat.commands import spoken
from bot.chat.delivery import edit, send
from bot.chat.handlers import Handlers
from bot.chat.inbox import LAST_ID, Inbox
from bot.chat.outcome import Outcome, outcome, wait_of
from bot.domain.people import People
from bot.domain.rules import Rules
from bot.flows.engine import Bell
from bot.ports import Delivery, IssuedButton, Lane, Post, Posted, Unavailable, Update
from bot.views.message import Button, Message
from tests.adapters.render_kit import NOW
from tests.cast import ANN, CHAT
from tests.fuzz import BODIES, JSON, STATUS, fuzz, spoilt, word

TOKEN = "700:watchdog-token-of-the-tests-0000000000"
FROM = {"id": ANN.id, "is_bot": False, "first_name": "Ann", "language_code": "en"}
HOME = {"id": CHAT, "type": "supergroup", "title": "On call"}
TEXT = "/approve 1-4"
TYPED = {
    "message_id": 50,
    "date": 1767237120,
    "chat": HOME,
    "from": FROM,
    "text": TEXT,
    "entities": [{"type": "bot_command", "offset": 0, "length": 8}],
}
CARD = {"message_id": 42, "date": 1767237120, "chat": HOME, "text": "🔴", "from": FROM}
TAPPED = {"id": "9", "from": FROM, "message": CARD, "chat_instance": "1", "data": "v1:token"}
SAID = {"update_id": 7, "message": TYPED}
TAP = {"update_id": 8, "callback_query": TAPPED}
MEMBER = {"update_id": 9, "my_chat_member": {"chat": HOME, "from": FROM, "date": 1}}
VALUES = JSON | st.sampled_from(
    [1.0, True, CHAT * 1.0, "1", str(CHAT), "private", "channel", "hologram", "v1:", "/ack", TEXT]
)


def now():
    return NOW


def api_of(status, body, asked=None):
    """A client to whom every call is answered so."""

    def answer(request):
        if asked is not None:
            asked.append(request.url.path.rpartition("/")[2])
        return httpx.Response(status, content=body)

    def request():
        return HTTPXRequest(httpx_kwargs={"transport": httpx.MockTransport(answer)})

    base = "http://telegram.test/bot"
    return Client(TOKEN, base_url=base, request=request(), get_updates_request=request())


class Kept:
    """A store in memory, as far as inbox and handlers need one."""

    def __init__(self):
        self.updates, self.outcomes, self.posts = {}, {}, []

    async def take_in(self, updates, at):
        for update in updates:
            assert isinstance(update.body, str)
            self.updates.setdefault(update.id, update)
        return len(updates)

    async def unhandled(self):
        return [u for id, u in self.updates.items() if id not in self.outcomes]

    async def handled(self, id, outcome):
        self.outcomes[id] = outcome

    async def issued(self, token):
        approve = Button("Yes, restart", "approve", 1, "1-4")
        return IssuedButton(token, approve, "card:1:0", CHAT, 42) if token == "token" else None

    async def chat_now(self, chat):
        return chat

    async def post(self, *posts):
        self.posts += posts


class Listening(Handlers):
    """Notes what would be carried out, and for whom."""

    def __init__(self, world, api):
        super().__init__(world, api, Bell())
        self.wishes = []

    async def carry_out(self, issued, by, key):
        self.wishes.append(("tap", by.id))
        return "Approved."

    async def in_one_line(self, command, by, key):
        self.wishes.append((f"/{command.name} {command.text}".strip(), by.id))
        return spoken("Approved.")


def handled(*updates, answer=(200, b'{"ok": true, "result": true}')):
    """What comes of these updates: the handlers, and the store."""
    store = Kept()
    for update in updates:
        store.updates[update["update_id"]] = Update(update["update_id"], json.dumps(update))
    rules = Rules(people=People(frozenset({ANN.id}), frozenset(), frozenset()))
    world = SimpleNamespace(store=store, chat=CHAT, rules=rules, now=now)

    async def turn():
        api = api_of(*answer)
        handlers = Listening(world, api)
        try:
            await handlers.turn()
        finally:
            await api.shutdown()
        return handlers

    return asyncio.run(turn()), store


# Updates that come in


class Once:
    def __init__(self, batch):
        self.batch = batch

    async def updates(self, offset):
        return self.batch


def good_number(update):
    id = update.get("update_id") if isinstance(update, dict) else None
    return type(id) is int and 0 < id <= LAST_ID


@fuzz
@given(st.one_of(spoilt([SAID, TAP, MEMBER], VALUES), st.lists(JSON, max_size=3)))
def test_what_stands_beside_a_broken_update_is_kept(batch):
    store = Kept()
    inbox = Inbox(Once(batch), store, Bell(), now)
    numbers = {u["update_id"] for u in batch if good_number(u)}
    try:
        asyncio.run(inbox.turn())
    except Unavailable:
        assert batch
        assert not numbers
    assert set(store.updates) == numbers
    assert inbox.offset == (max(numbers) + 1 if numbers else None)


@fuzz
@given(STATUS, BODIES | spoilt({"ok": True, "result": [SAID, TAP]}).map(json.dumps).map(str.encode))
def test_a_poll_that_is_answered_by_anything(status, body):
    store = Kept()

    async def turn():
        api = api_of(status, body)
        try:
            return await Inbox(api, store, Bell(), now).turn()
        except Unavailable as gone:
            return str(gone).encode()
        finally:
            await api.shutdown()

    assert asyncio.run(turn())


def plain(value, kind):
    return type(value) is kind


def is_ann(user):
    id, robot = word(user, "id"), word(user, "is_bot")
    return plain(id, int) and id == ANN.id and robot is False


def is_here(message, number=None):
    chat, id = word(message, "chat", "id"), word(message, "message_id")
    return plain(chat, int) and chat == CHAT and plain(id, int) and number in {None, id}


def wishes_of(update):
    """What a person truly asks for with an update, read by simpler rules."""
    found, tap, message = set(), update.get("callback_query"), update.get("message")
    if tap is not None:
        right = word(tap, "data") == "v1:token" and is_here(word(tap, "message"), 42)
        return {("tap", ANN.id)} if right and is_ann(word(tap, "from")) else set()
    text = word(message, "text")
    if is_ann(word(message, "from")) and is_here(message) and isinstance(text, str):
        said = word(message, "sender_chat") is None and text.startswith("/")
        found = {"any command"} if said else set()
    return found


@fuzz
@given(st.one_of(spoilt(SAID, VALUES), spoilt(TAP, VALUES)))
def test_a_spoilt_update_is_no_wish_of_a_person(update):
    update["update_id"] = 7
    after = {"update_id": 99, "callback_query": TAPPED | {"message": CARD}}
    handlers, store = handled(update, after)
    assert set(store.outcomes) == {7, 99}
    assert handlers.wishes[-1] == ("tap", ANN.id)  # what comes after it is heard
    for wish in handlers.wishes[:-1]:
        assert wish in wishes_of(update) or "any command" in wishes_of(update)
        if wish[0].startswith("/approve"):
            assert word(update, "message", "text").split()[0] == "/approve"


@fuzz
@given(st.sampled_from([SAID, TAP]), STATUS, BODIES)
def test_a_wish_is_heard_once_whatever_is_answered_to_it(update, status, body):
    handlers, store = handled(update, answer=(status, body))
    assert len(handlers.wishes) == len(store.outcomes) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"from": FROM | {"id": 1.0}},
        {"from": FROM | {"id": True}},
        {"from": FROM | {"id": "1"}},
        {"from": FROM | {"is_bot": 0}},
        {"message": CARD | {"message_id": 42.0}},
        {"message": CARD | {"chat": HOME | {"id": float(CHAT)}}},
        {"message": None},
        {"message": "card"},
        {"data": None},
        {"data": ["v1:token"]},
    ],
)
def test_a_malformed_tap_is_no_approval(broken):
    handlers, store = handled({"update_id": 8, "callback_query": TAPPED | broken})
    assert handlers.wishes == []
    assert list(store.outcomes) == [8]


@pytest.mark.parametrize(
    "broken",
    [
        {"text": "xapprove 1-4"},  # an entity where no command is
        {"text": "/a🔴pprove", "entities": [{"type": "bot_command", "offset": 0, "length": 3}]},
        {"text": "/approve \ud800", "from": None},
        {"text": 5},
        {"text": None},
        {"date": 10**15},
        {"sender_chat": 5},
        {"entities": {"0": 1}},
        {"chat": HOME | {"id": 10**30}},
    ],
)
def test_a_malformed_command_is_none(broken):
    handlers, store = handled({"update_id": 8, "message": TYPED | broken})
    assert handlers.wishes == []
    assert list(store.outcomes) == [8]


@pytest.mark.parametrize("odd", [{"photo": 5}, {"reply_to_message": []}, {"forum_topic_x": {}}])
def test_fields_that_nobody_reads_may_have_any_form(odd):
    handlers, _ = handled({"update_id": 8, "message": TYPED | odd})
    assert handlers.wishes == [(TEXT, ANN.id)]


async def test_a_command_with_our_name_waits_until_telegram_says_our_name():
    entity = {"type": "bot_command", "offset": 0, "length": 17}
    named = TYPED | {"text": "/ack@watchdog_bot", "entities": [entity]}
    store = Kept()
    await store.take_in([Update(8, json.dumps({"update_id": 8, "message": named}))], NOW)
    world = SimpleNamespace(store=store, chat=CHAT, now=now)
    handlers = Listening(world, api_of(200, b'{"ok": true, "result": []}'))
    with pytest.raises(Unavailable, match="our own name"):
        await handlers.turn()
    assert store.outcomes == {}
    me = {"ok": True, "result": {"id": 700, "is_bot": True, "username": "Watchdog_bot"}}
    handlers.api = api_of(200, json.dumps(me).encode())
    await handlers.turn()
    assert handlers.wishes == [("/ack", ANN.id)]


# Answers to what we send


POST = Post("card:1:0", CHAT, Lane.PAGE, Message("<b>🔴</b> down", "down"))
WAITING = Posted(POST, Delivery.SENDING, 1, 0, None, None, 1, False, NOW)
SENT = {"ok": True, "result": CARD}
REFUSALS = [
    {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 7}},
    {"ok": False, "error_code": 400, "description": "x", "parameters": {"migrate_to_chat_id": -5}},
    {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"},
]


def delivered(call, status, body):
    async def turn():
        api = api_of(status, body)
        try:
            return await call(api)
        except TelegramError as error:
            return error
        finally:
            await api.shutdown()

    return asyncio.run(turn())


@fuzz
@given(STATUS, BODIES | spoilt(SENT, VALUES).map(json.dumps).map(str.encode))
def test_a_message_is_sent_only_where_telegram_gives_its_number(status, body):
    found = delivered(lambda api: send(api, WAITING, CHAT, None), status, body)
    if isinstance(found, TelegramError):
        assert status != 200 or outcome(found) is Outcome.AMBIGUOUS
        return
    assert 200 <= status < 300
    assert type(found) is int
    assert word(json.loads(body), "result", "message_id") == found


@fuzz
@given(STATUS, BODIES | spoilt(SENT, VALUES).map(json.dumps).map(str.encode))
def test_an_edit_that_is_answered_by_anything(status, body):
    shown = replace(WAITING, message_id=42)
    found = delivered(lambda api: edit(api, shown, CHAT, 42, None), status, body)
    assert found is None or isinstance(found, TelegramError)


@fuzz
@given(
    st.sampled_from([400, 403, 409, 413, 429, 500]),
    st.one_of(*(spoilt(refusal, VALUES) for refusal in REFUSALS)),
)
def test_a_spoilt_refusal(status, refusal):
    body = json.dumps(refusal).encode()
    error = delivered(lambda api: send(api, WAITING, CHAT, None), status, body)
    found = outcome(error)
    if found is Outcome.FLOODED:
        assert timedelta() < timedelta(seconds=wait_of(error)) <= timedelta(hours=1, seconds=1)
    if found is Outcome.MOVED:
        assert type(error.new_chat_id) is int
        assert error.new_chat_id == word(refusal, "parameters", "migrate_to_chat_id")


@pytest.mark.parametrize(
    ("asked", "waits"), [(7, 7), (10**12, 3600), (-5, 1), (0.2, 1), (True, 1), (3601, 3600)]
)
def test_an_odd_flood_limit_silences_nobody_for_ever(asked, waits):
    refusal = json.dumps(REFUSALS[0] | {"parameters": {"retry_after": asked}}).encode()
    error = delivered(lambda api: send(api, WAITING, CHAT, None), 429, refusal)
    assert isinstance(error, RetryAfter)
    assert wait_of(error) == waits + 0.5


@pytest.mark.parametrize(
    "result", [None, [], {}, "x", 5, CARD | {"message_id": "42"}, CARD | {"message_id": True}]
)
def test_an_answer_without_a_number_may_have_arrived(result):
    body = json.dumps({"ok": True, "result": result}).encode()
    error = delivered(lambda api: send(api, WAITING, CHAT, None), 200, body)
    assert outcome(error) is Outcome.AMBIGUOUS
