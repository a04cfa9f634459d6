"""Webhooks: updates really arrive at an address, in order, with the secret, again until taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import telegram as ptb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from telegram_kit import GROUP, OWNER, TOKEN, USER, Bot, app_of, furnished, serving, until

SECRET = "X-Telegram-Bot-Api-Secret-Token"


class Receiver:
    """A bot's web server: answers as it is told, then with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[dict] = []
        self.headers: list[dict] = []
        self.at: list[float] = []
        self.answers: list[Response] = []
        self.hold: asyncio.Event | None = None

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        self.got.append(await request.json())
        self.headers.append(dict(request.headers))
        self.at.append(time.monotonic())
        if self.hold is not None:
            await self.hold.wait()
        answer = self.answers.pop(0) if self.answers else Response()
        await answer(scope, receive, send)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.got if "message" in update]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with serving(receiver) as (_, receiver.url):
        yield receiver


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    telegram = furnished(speed=50)
    transport = httpx.ASGITransport(app_of(telegram))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
        yield Bot(http, telegram)
    telegram.close()


async def info(bot: Bot) -> dict:
    return await bot.call("getWebhookInfo")


async def settled(bot: Bot) -> None:
    queue = bot.telegram._core.updates[1001]
    await until(lambda: queue.pending == 0)


async def test_an_update_arrives_with_the_secret(bot, receiver):
    bot.telegram.say(OWNER, OWNER, "from before")
    wanted = {"url": receiver.url + "/hook", "secret_token": "s-1", "max_connections": 5}
    assert await bot.call("setWebhook", **wanted, allowed_updates=["message"]) is True
    bot.telegram.say(OWNER, OWNER, "hello")
    await settled(bot)
    assert receiver.texts == ["from before", "hello"]
    assert receiver.headers[0][SECRET.lower()] == "s-1"
    assert receiver.headers[0]["content-type"] == "application/json"
    assert receiver.got[1]["update_id"] == receiver.got[0]["update_id"] + 1
    update = ptb.Update.de_json(receiver.got[1], ptb.Bot(TOKEN))
    assert update.message.from_user.id == OWNER
    assert await info(bot) == {
        "url": receiver.url + "/hook",
        "has_custom_certificate": False,
        "max_connections": 5,
        "pending_update_count": 0,
        "allowed_updates": ["message"],
    }


async def test_what_fails_comes_again_later_and_later(bot, receiver):
    receiver.answers = [Response(status_code=500) for _ in range(4)]
    await bot.call("setWebhook", url=receiver.url)
    bot.telegram.say(OWNER, OWNER, "again")
    await until(lambda: len(receiver.got) == 2)
    told = await info(bot)
    assert told["last_error_message"] == (
        "Wrong response from the webhook: 500 Internal Server Error"
    )
    assert abs(told["last_error_date"] - time.time()) < 10
    assert told["pending_update_count"] == 1
    await settled(bot)
    assert receiver.texts == ["again"] * 5
    assert len({update["update_id"] for update in receiver.got}) == 1
    gaps = [after - before for before, after in zip(receiver.at, receiver.at[1:], strict=False)]
    # World seconds 0, 2, 4, 8 at fifty times the speed.
    assert [gap >= least for gap, least in zip(gaps, (0, 0.04, 0.08, 0.16), strict=True)] == [
        True
    ] * 4
    assert "last_error_message" not in await info(bot)


async def test_retry_after_is_kept(bot, receiver):
    receiver.answers = [Response(status_code=503, headers={"Retry-After": "10"})]
    await bot.call("setWebhook", url=receiver.url)
    bot.telegram.say(OWNER, OWNER, "later")
    await settled(bot)
    assert receiver.at[1] - receiver.at[0] >= 0.2


async def test_a_chat_waits_for_its_own_updates_only(bot, receiver):
    receiver.hold = asyncio.Event()
    await bot.call("setWebhook", url=receiver.url, max_connections=10)
    bot.telegram.say(OWNER, OWNER, "one")
    bot.telegram.say(OWNER, GROUP, "/three")
    await until(lambda: len(receiver.got) == 2)
    bot.telegram.say(OWNER, OWNER, "two")
    bot.telegram.say(USER, GROUP, "/four")
    await until(lambda: not bot.telegram._core.updates[1001].arrived.is_set())
    assert sorted(receiver.texts) == ["/three", "one"]
    receiver.hold.set()
    await settled(bot)
    assert sorted(receiver.texts[2:]) == ["/four", "two"]


async def test_connections_are_counted(bot, receiver):
    receiver.hold = asyncio.Event()
    await bot.call("setWebhook", url=receiver.url, max_connections=1)
    bot.telegram.say(OWNER, OWNER, "one")
    await until(lambda: len(receiver.got) == 1)
    bot.telegram.say(OWNER, GROUP, "/two")
    # Whatever is sent now comes after the second message would have come.
    async with httpx.AsyncClient(trust_env=False) as http:
        probe = asyncio.create_task(http.post(receiver.url, json={"probe": True}))
        await until(lambda: len(receiver.got) == 2)
        assert receiver.texts == ["one"]
        receiver.hold.set()
        await probe
    await settled(bot)
    assert receiver.texts == ["one", "/two"]


async def test_the_answer_may_be_a_call(bot, receiver):
    call = {"method": "sendMessage", "chat_id": OWNER, "text": "from the answer"}
    wrong = {"method": "sendMessage", "chat_id": OWNER, "text": ""}
    receiver.answers = [JSONResponse(call), JSONResponse(wrong), JSONResponse({"method": "getMe"})]
    await bot.call("setWebhook", url=receiver.url)
    for text in ("a", "b", "c"):
        bot.telegram.say(OWNER, OWNER, text)
    await settled(bot)
    await until(lambda: len(bot.telegram.journal) == 3)
    journal = [(one.method, one.status, one.error) for one in bot.telegram.journal]
    assert journal == [
        ("setWebhook", 200, None),
        ("sendMessage", 200, None),
        ("sendMessage", 400, "Bad Request: message text is empty"),
    ]
    assert "from the answer" in [m["text"] for m in bot.telegram.messages(OWNER)]


async def test_a_form_may_be_the_answer_too(bot, receiver):
    form = f"method=sendMessage&chat_id={OWNER}&text=form"
    receiver.answers = [Response(form, media_type="application/x-www-form-urlencoded")]
    await bot.call("setWebhook", url=receiver.url)
    bot.telegram.say(OWNER, OWNER, "a")
    await until(lambda: bot.telegram.messages(OWNER)[-1]["text"] == "form")


async def test_nobody_there_is_told(bot):
    await bot.call("setWebhook", url="http://127.0.0.1:9/hook")
    bot.telegram.say(OWNER, OWNER, "anybody?")
    await until(lambda: bot.telegram._core.deliveries[1001].hook.error is not None)
    told = await info(bot)
    assert (told["last_error_message"], told["pending_update_count"]) == ("Connection refused", 1)


async def test_nothing_leaves_this_machine(bot, monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a request")

    await bot.call("setWebhook", url="https://bot.example/hook")
    monkeypatch.setattr(httpx.AsyncClient, "post", never)
    bot.telegram.say(OWNER, OWNER, "anybody?")
    delivery = bot.telegram._core.deliveries[1001]
    await until(lambda: delivery.hook.error is not None)
    assert delivery.hook.error[1] == "Connection timed out"
    assert not delivery._task.done()


async def test_deleting_gives_the_queue_back(bot, receiver):
    receiver.answers = [Response(status_code=500)] * 99
    await bot.call("setWebhook", url=receiver.url)
    bot.telegram.say(OWNER, OWNER, "kept")
    await until(lambda: len(receiver.got) >= 2)
    assert (await bot.refused("getUpdates"))[0] == 409
    await bot.call("deleteWebhook")
    (update,) = await bot.call("getUpdates")
    assert update["message"]["text"] == "kept"
    assert (await info(bot))["url"] == ""


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"url": "http://bot.example"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://bot.example:8000"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://b.example:x"}, "bad webhook: Invalid URL port specified"),
        (
            {"url": "https://bot.example", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_bad_addresses_are_refused(bot, params, told):
    assert await bot.refused("setWebhook", **params) == (400, f"Bad Request: {told}")


async def test_it_can_be_set_once_a_second():
    telegram = furnished(speed=1)
    telegram.clock = lambda: 1000.0
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app_of(telegram)), base_url="http://sandbox"
    ) as http:
        bot = Bot(http, telegram)
        await bot.call("setWebhook", url="https://bot.example")
        code, told = await bot.refused("setWebhook", url="https://bot.example/2")
        assert (code, told) == (429, "Too Many Requests: retry after 1")
        telegram.clock = lambda: 1001.0
        await bot.call("setWebhook", url="https://bot.example/2")
    telegram.close()
