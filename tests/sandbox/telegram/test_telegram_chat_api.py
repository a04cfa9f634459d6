"""The person's side over HTTP: writing, tapping, files, faults, the journal and the stream."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket

import httpx
import pytest
import pytest_asyncio
from telegram_kit import GROUP, OWNER, USER, Bot, app_of, furnished, serving, until

from bot.sandbox.telegram import stream


async def test_a_person_writes_and_reads(bot):
    answer = await bot.http.post(
        f"/api/people/{OWNER}/say", json={"chat_id": OWNER, "text": " /status "}
    )
    said = answer.json()
    assert (said["text"], said["from"]["id"], said["silent"]) == ("/status", OWNER, False)
    assert said["entities"] == [{"type": "bot_command", "offset": 0, "length": 7}]
    reply = {"chat_id": OWNER, "text": "x", "reply_to_message_id": said["message_id"]}
    answer = await bot.http.post(f"/api/people/{OWNER}/say", json=reply)
    assert answer.json()["reply_to_message"]["message_id"] == said["message_id"]
    listed = (await bot.http.get("/api/messages", params={"chat_id": OWNER})).json()
    assert listed == bot.telegram.messages(OWNER)
    assert len(await bot.call("getUpdates")) == 2


async def test_a_person_taps_and_sees_the_answer(bot):
    sent = await bot.send()
    tap = {"chat_id": OWNER, "message_id": sent["message_id"], "data": "forged"}
    answer = await bot.http.post(f"/api/people/{OWNER}/tap", json=tap)
    tap_id = answer.json()["callback_query_id"]
    seen = {"answered": False, "text": None, "show_alert": False}
    assert (await bot.http.get(f"/api/taps/{tap_id}")).json() == seen
    await bot.call("answerCallbackQuery", callback_query_id=tap_id, text="ok")
    seen = {"answered": True, "text": "ok", "show_alert": False}
    assert (await bot.http.get(f"/api/taps/{tap_id}")).json() == seen


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/people/999/say", {"chat_id": OWNER, "text": "x"}, 404),
        (f"/api/people/{USER}/say", {"chat_id": OWNER, "text": "x"}, 403),
        (f"/api/people/{OWNER}/say", {"chat_id": 999, "text": "x"}, 404),
        (f"/api/people/{OWNER}/say", {"chat_id": OWNER, "text": " "}, 400),
        (f"/api/people/{OWNER}/say", {"chat_id": OWNER, "text": "x" * 4097}, 400),
        (f"/api/people/{OWNER}/say", {"chat_id": OWNER, "text": 5}, 400),
        (f"/api/people/{OWNER}/say", {"chat_id": str(OWNER), "text": "x"}, 400),
        (f"/api/people/{OWNER}/say", ["x"], 400),
        (
            f"/api/people/{OWNER}/say",
            {"chat_id": OWNER, "text": "x", "reply_to_message_id": 9999},
            404,
        ),
        (
            f"/api/people/{OWNER}/say",
            {"chat_id": OWNER, "text": "x", "reply_to_message_id": "9"},
            400,
        ),
        (f"/api/people/{OWNER}/tap", {"chat_id": OWNER, "message_id": 9999, "data": "x"}, 404),
        (f"/api/people/{OWNER}/tap", {"chat_id": OWNER, "message_id": 1}, 400),
        ("/api/faults", {"kind": "flood"}, 400),
        ("/api/faults", {"kind": "error", "status": 999}, 400),
        ("/api/faults", {"kind": "error", "times": "2"}, 400),
        ("/api/faults", {"kind": "error", "time": 2}, 400),
    ],
)
async def test_what_cannot_be_done_is_said(bot, path, body, status):
    answer = await bot.http.post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


async def test_what_does_not_exist_is_said(bot):
    for path in ("/api/taps/1", "/api/files/1", "/api/messages?chat_id=9"):
        assert (await bot.http.get(path)).status_code == 404
    for path in ("/api/messages", "/api/journal?after=x"):
        assert (await bot.http.get(path)).status_code == 400
    assert (await bot.http.post("/api/people/11/say", content=b"{")).status_code == 400


async def test_a_file_comes_with_its_name_and_cannot_run(bot):
    url = f"/telegram/bot{bot.token}/sendDocument"
    files = {"document": ("r ä.html", b"<script>", "text/html")}
    sent = (await bot.http.post(url, data={"chat_id": OWNER}, files=files)).json()["result"]
    answer = await bot.http.get(f"/api/files/{sent['document']['file_id']}")
    assert answer.content == b"<script>"
    assert "r%20%C3%A4.html" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox"


async def test_the_journal_holds_every_call(bot):
    await bot.call("getUpdates")
    await bot.refused("sendMessage", chat_id=OWNER, text="")
    await bot.send("x", reply_markup=json.dumps({"inline_keyboard": []}))
    bot.telegram.say(OWNER, OWNER, "hi")
    await bot.call("getUpdates", offset=1)
    entries = (await bot.http.get("/api/journal")).json()
    short = [(e["n"], e["bot_id"], e["method"], e["status"]) for e in entries]
    assert short == [
        (1, 1001, "sendMessage", 400),
        (2, 1001, "sendMessage", 200),
        (3, 1001, "getUpdates", 200),
    ]
    assert entries[0]["error"] == "Bad Request: message text is empty"
    assert entries[1]["params"]["reply_markup"] == {"inline_keyboard": []}
    assert entries[1]["at"].startswith("2023-11-14T22:13:20")
    assert [e["n"] for e in (await bot.http.get("/api/journal?after=2")).json()] == [3]
    assert "token" not in json.dumps(entries)


async def test_faults_are_armed_and_cleared(bot):
    fault = {"method": "sendmessage", "kind": "error", "status": 503, "body": "down", "times": 5}
    assert (await bot.http.post("/api/faults", json=fault)).status_code == 204
    await bot.call("getMe")
    answer = await bot.raw("sendMessage", chat_id=OWNER, text="x")
    assert (answer.status_code, answer.text) == (503, "down")
    assert bot.telegram.journal[-1].error == "fault: error"
    assert (await bot.http.delete("/api/faults")).status_code == 204
    await bot.send()


class Page:
    """A chat page's end of the stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.lines = answer.aiter_lines()

    async def next(self) -> tuple[str, dict]:
        async with asyncio.timeout(20):
            name = (await anext(self.lines)).removeprefix("event: ")
            data = (await anext(self.lines)).removeprefix("data: ")
            assert await anext(self.lines) == ""
        return name, json.loads(data)


module_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def real(house):
    telegram = house.renew()
    async with httpx.AsyncClient(trust_env=False, base_url=house.url) as http:
        yield Bot(http, telegram)
    telegram.close()


@contextlib.asynccontextmanager
async def page(real):
    async with real.http.stream("GET", "/api/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Page(answer)


@module_loop
async def test_the_stream_begins_with_everything(real):
    real.telegram.stream.world = lambda: {"speed": 20}
    sent = await real.send("before")
    async with page(real) as one:
        name, hello = await one.next()
    assert name == "hello"
    assert [p["role"] for p in hello["people"]] == ["owner", "user"]
    assert [b["username"] for b in hello["bots"]] == ["watchdog_bot", "life_os_bot"]
    assert hello["chats"][0]["first_name"] == "Olga"
    assert hello["chats"][2] == {
        "id": GROUP,
        "type": "group",
        "title": "On call",
        "member_ids": [OWNER, USER],
        "bot_ids": [1001, 2002],
        "admin_ids": [],
        "is_forum": False,
        "topics": [],
        "pinned": [],
    }
    assert hello["messages"][str(OWNER)] == [sent | {"silent": False}]
    assert hello["world"] == {"speed": 20}
    await until(lambda: real.telegram.stream.readers == 0)


@module_loop
async def test_every_change_reaches_every_page(real):
    async with page(real) as one, page(real) as two:
        sent = await real.send("card", disable_notification=True)
        here = {"chat_id": OWNER, "message_id": sent["message_id"]}
        await real.call("editMessageText", **here, text="card 2")
        tap = real.telegram.tap(OWNER, OWNER, sent["message_id"], "d")
        await real.call("answerCallbackQuery", callback_query_id=tap, text="ok")
        await real.call("sendChatAction", chat_id=OWNER, action="typing")
        await real.call("deleteMessage", **here)
        real.telegram.stream.publish("world", {"speed": 1})
        seen = [[await one.next() for _ in range(7)] for one in (one, two)]
    assert seen[0] == seen[1]
    names = [name for name, _ in seen[0]]
    assert names == ["hello", "message", "message", "answer", "typing", "deleted", "world"]
    _, new, edited, answer, typing, deleted, _ = [payload for _, payload in seen[0]]
    assert (new["message"]["text"], new["edited"], new["silent"]) == ("card", False, True)
    assert (edited["message"]["text"], edited["edited"]) == ("card 2", True)
    assert answer == here | {
        "callback_query_id": tap,
        "user_id": OWNER,
        "text": "ok",
        "show_alert": False,
    }
    assert typing == {"chat_id": OWNER, "bot_id": 1001, "action": "typing"}
    assert deleted == here


@module_loop
async def test_closing_ends_streams_and_polls_at_once(real):
    async with page(real) as one:
        await one.next()
        url = f"/telegram/bot{real.token}/getUpdates"
        poll = asyncio.create_task(real.http.post(url, data={"timeout": 30}))
        await until(lambda: real.telegram._core.updates[1001]._waiting is not None)
        real.telegram.close()
        with pytest.raises(StopAsyncIteration):
            await one.next()
    assert (await asyncio.wait_for(poll, 20)).json() == {"ok": True, "result": []}


async def deaf_page(url: str) -> socket.socket:
    """Open the stream and never read it."""
    host, port = url.removeprefix("http://").split(":")
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    await asyncio.get_running_loop().sock_connect(deaf, (host, int(port)))
    deaf.send(b"GET /api/stream HTTP/1.1\r\nhost: x\r\n\r\n")
    return deaf


@module_loop
async def test_a_page_that_does_not_read_is_dropped_and_delays_nobody(real, house, monkeypatch):
    monkeypatch.setattr(stream, "QUEUE", 8)
    with await deaf_page(house.url):
        await until(lambda: real.telegram.stream.readers == 1)
        async with page(real) as good:
            await good.next()
            for number in range(200):
                real.telegram.stream.publish("world", {"n": number, "filling": "x" * 200_000})
                assert (await good.next())[1]["n"] == number
                if real.telegram.stream.readers == 1:
                    break
            assert real.telegram.stream.readers == 1
            await real.send("still quick")


async def test_a_server_stops_at_once_after_closing():
    telegram = furnished(10)
    async with serving(app_of(telegram)) as (_, url):
        with await deaf_page(url):
            await until(lambda: telegram.stream.readers == 1)
            telegram.stream.publish("world", {"filling": "x" * 10_000_000})
            async with httpx.AsyncClient(trust_env=False, base_url=url) as http:
                real = Bot(http, telegram)
                poll = asyncio.create_task(real.call("getUpdates", timeout=30))
                await until(lambda: telegram._core.updates[1001]._waiting is not None)
                telegram.close()
                assert await poll == []
                assert await real.http.get("/api/journal")
            started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 4


def test_publishing_to_nobody_costs_nothing():
    stream.Stream(dict).publish("world", {"not": {"serialised"}})
