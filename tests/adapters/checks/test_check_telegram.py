"""Does the watched bot hear its users? Asked without taking anything away from it."""

import logging
from datetime import timedelta

import httpx
import pytest

from bot.adapters.checks.telegram_bot import TelegramBot
from bot.adapters.logbook import Redacted
from bot.domain.check import Seen
from bot.domain.severity import TABLE
from tests.adapters.render_kit import NOW

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


class Telegram:
    def __init__(self):
        self.at, self.paths, self.me = NOW, [], {"id": 1, "username": "lifeos_bot"}
        self.hook = {"url": "", "pending_update_count": 0}
        self.answer = None

    def __call__(self):
        return self.at

    def handle(self, request):
        self.paths.append(request.url.path)
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        result = self.me if request.url.path.endswith("/getMe") else self.hook
        return httpx.Response(200, json={"ok": True, "result": result})

    def check(self, **more):
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.handle))
        return TelegramBot("life-os", "https://telegram.test/", TOKEN, client, self, **more)

    async def looks(self, check, *waiting, minutes=1):
        found = []
        for count in waiting:
            self.hook["pending_update_count"] = count
            found.append(await check.look())
            self.at += timedelta(minutes=minutes)
        return found


@pytest.fixture
def telegram():
    return Telegram()


@pytest.fixture
def check(telegram):
    return telegram.check()


def refusal(status, **more):
    return httpx.Response(status, json={"ok": False, "error_code": status, **more})


async def test_it_hears(check):
    result = await check.look()
    assert (result.service, result.check, result.at) == ("life-os", "telegram", NOW)
    assert (result.seen, result.code, result.value) == (Seen.PASS, "", 0.0)
    assert result.detail == "known as @lifeos_bot; 0 messages wait at Telegram"


async def test_only_two_methods_are_ever_asked(telegram):
    asked = telegram.check(webhook="https://life-os.test/hook")
    for hook in ("", "https://other.test/"):
        telegram.hook["url"] = hook
        await telegram.looks(telegram.check(), 0, 3, 3, 3, 3, 3, 3, 3, 3)
        await telegram.looks(asked, 1, 1, 1)
    for answer in (refusal(401), refusal(409), refusal(429), refusal(500), httpx.ReadTimeout("x")):
        telegram.answer = answer
        await telegram.check().look()
    assert set(telegram.paths) == {f"/bot{TOKEN}/getMe", f"/bot{TOKEN}/getWebhookInfo"}


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_is_refused(telegram, check, status):
    telegram.answer = refusal(status, description="Unauthorized")
    result = await check.look()
    assert (result.seen, result.code) == (Seen.FAIL, "token")
    assert result.detail == f"Telegram: it rejects the token (HTTP {status})"


@pytest.mark.parametrize(
    "answer",
    [
        refusal(500),
        refusal(502),
        refusal(429, parameters={"retry_after": 3}),
        refusal(400),
        refusal(409),
        httpx.Response(502, text="<html>"),
        httpx.Response(404, text="<html>a proxy's"),
        httpx.Response(401, json={"error": "a proxy's"}),
        httpx.Response(200, json={"ok": False, "error_code": 401}),
        httpx.Response(200, json={"ok": True}),
        httpx.Response(200, json=[]),
        httpx.Response(200, text="yes"),
        httpx.Response(302, headers={"Location": "https://evil.test/"}),
        httpx.ReadTimeout("x"),
        httpx.ConnectError(f"https://telegram.test/bot{TOKEN}/getMe"),
        httpx.InvalidURL(f"https://telegram.test/bot{TOKEN}/getMe"),
    ],
)
async def test_telegram_itself_failing_says_nothing_of_the_bot(telegram, check, answer):
    telegram.answer = answer
    result = await check.look()
    assert (result.seen, result.code, result.value) == (Seen.BLIND, "", None)
    assert result.detail.startswith("Telegram: ")
    assert TOKEN not in result.detail


@pytest.mark.parametrize(
    ("wanted", "url", "said"),
    [
        ("", "https://evil.test/secret", "a webhook to evil.test is set"),
        ("", "http://[", "a webhook to an unknown host is set"),
        ("https://a.test/s3", "", "its webhook is gone"),
        ("https://a.test/s3", "https://b.test/s3", "its webhook leads to b.test"),
        ("https://a.test/s3", "https://a.test/s4", "leads to another path of a.test"),
        ("https://a.test/s3", "https://a.test/s3", ""),
    ],
)
async def test_its_messages_go_to_another_place(telegram, wanted, url, said):
    telegram.hook["url"] = url
    result = await telegram.check(webhook=wanted).look()
    assert result.code == ("webhook" if said else "")
    assert said in result.detail
    assert not {"secret", "s3", "s4"} & set(result.detail.replace("/", " ").split())


async def test_deaf_once_messages_wait_and_get_no_fewer(telegram, check):
    found = await telegram.looks(check, 0, 1, 1, 2, 2, 2, 2)
    assert [one.code for one in found] == ["", "", "", "", "", "", "deaf"]
    assert found[-1].detail == "2 messages wait at Telegram, not fewer for 5 min"
    assert found[-1].value == 2
    assert [one.code for one in await telegram.looks(check, 1, 0)] == ["", ""]


async def test_a_bot_that_works_at_its_queue_is_not_deaf(telegram, check):
    found = await telegram.looks(check, *([9, 9, 9, 9, 8] * 6))
    assert {one.seen for one in found} == {Seen.PASS}


async def test_a_single_message_that_comes_and_goes_is_normal(telegram, check):
    found = await telegram.looks(check, *([1, 0, 1, 1, 0] * 6))
    assert {one.seen for one in found} == {Seen.PASS}


async def test_time_in_which_nothing_was_seen_does_not_count(telegram, check):
    await telegram.looks(check, 1, 1)
    telegram.answer = refusal(502)
    await telegram.looks(check, *[1] * 30)
    telegram.answer = None
    found = await telegram.looks(check, 1, 1, 1, 1, 1)
    assert [one.code for one in found] == ["", "", "", "", "deaf"]


async def test_two_looks_far_apart_are_no_proof(telegram, check):
    found = await telegram.looks(check, 1, 1, 1, minutes=60)
    assert [one.code for one in found] == ["", "", "deaf"]


async def test_a_webhook_that_fails(telegram):
    check = telegram.check(webhook="https://a.test/x")
    telegram.hook |= {
        "url": "https://a.test/x",
        "last_error_date": int(NOW.timestamp()) - 30,
        "last_error_message": f"Wrong response: 500 from https://a.test/bot{TOKEN}",
    }
    (first,) = await telegram.looks(check, 3)
    assert first.code == "delivery"
    assert "3 messages wait at Telegram; its webhook failed 30 s ago: Wrong resp" in first.detail
    assert TOKEN not in first.detail
    delivered, *_ = await telegram.looks(check, 0)
    assert delivered.seen is Seen.PASS
    telegram.hook["last_error_date"] -= 3600
    *_, last = await telegram.looks(check, 3, 3)
    assert last.seen is Seen.PASS


async def test_every_code_has_a_row():
    assert {("telegram", c) for c in ("token", "webhook", "deaf", "delivery")} <= TABLE.keys()


async def test_the_token_is_nowhere(telegram, check, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(Redacted())
    telegram.me = {"username": TOKEN}
    results = await telegram.looks(check, 0, 1)
    telegram.answer = httpx.ConnectError(f"/bot{TOKEN}/")
    results += await telegram.looks(check, 0)
    assert TOKEN not in f"{results} {check!r} {caplog.text}"
    assert not [one for one in caplog.records if one.name.startswith("bot")]
