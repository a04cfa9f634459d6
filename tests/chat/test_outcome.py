"""What a failed call to Telegram proves, as python-telegram-bot raises it."""

import json
from datetime import timedelta

import httpx
import pytest
from telegram import Bot
from telegram.error import RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.chat.outcome import Outcome, outcome, refused, wait_of
from tests.cast import CHAT

TOKEN = "700:watchdog-token-of-the-tests-0000000000"
SENT = {"message_id": 1, "date": 1, "chat": {"id": CHAT, "type": "group"}, "text": "x"}


def raised(handler):
    """Raise in the transport or answer from it; return what PTB makes of it."""

    async def call():
        transport = httpx.MockTransport(handler)
        request = HTTPXRequest(httpx_kwargs={"transport": transport})
        bot = Bot(TOKEN, base_url="http://127.0.0.1:1/bot", request=request)
        try:
            await bot.send_message(CHAT, "x")
        except TelegramError as error:
            return error
        finally:
            await request.shutdown()
        return None

    return call()


def answering(code, description="", parameters=None):
    body = {"ok": False, "error_code": code, "description": description}
    body |= {"parameters": parameters} if parameters else {}
    return lambda _: httpx.Response(code, json=body)


def breaking(error):
    def handler(request):
        raise error

    return handler


NETWORK = {
    "PoolTimeout": (httpx.PoolTimeout("none free"), Outcome.NOT_DONE),
    "ConnectTimeout": (httpx.ConnectTimeout("slow"), Outcome.NOT_DONE),
    "ConnectError": (httpx.ConnectError("refused"), Outcome.NOT_DONE),
    "ReadTimeout": (httpx.ReadTimeout("slow"), Outcome.AMBIGUOUS),
    "WriteTimeout": (httpx.WriteTimeout("slow"), Outcome.AMBIGUOUS),
    "RemoteProtocolError": (httpx.RemoteProtocolError("cut"), Outcome.AMBIGUOUS),
    "ReadError": (httpx.ReadError("cut"), Outcome.AMBIGUOUS),
    "WriteError": (httpx.WriteError("cut"), Outcome.AMBIGUOUS),
    "anything else": (RuntimeError("a bug of the library"), Outcome.AMBIGUOUS),
}


@pytest.mark.parametrize("name", NETWORK)
async def test_what_the_network_proves(name):
    error, proves = NETWORK[name]
    assert outcome(await raised(breaking(error))) is proves


ANSWERS = [
    (429, "Too Many Requests: retry after 7", {"retry_after": 7}, Outcome.FLOODED),
    (
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": -1009},
        Outcome.MOVED,
    ),
    (401, "Unauthorized", None, Outcome.UNAUTHORISED),
    (404, "Not Found", None, Outcome.UNAUTHORISED),
    (500, "Internal Server Error", None, Outcome.AMBIGUOUS),
    (502, "Bad Gateway", None, Outcome.AMBIGUOUS),
    (504, "Gateway Timeout", None, Outcome.AMBIGUOUS),
    *(
        (403, f"Forbidden: {why}", None, Outcome.BLOCKED)
        for why in (
            "bot was blocked by the user",
            "user is deactivated",
            "bot was kicked from the group chat",
            "bot was kicked from the supergroup chat",
            "bot was kicked from the channel chat",
            "bot is not a member of the group chat",
            "the group chat was deleted",
        )
    ),
    *(
        (400, f"Bad Request: {why}", None, proves)
        for why, proves in (
            ("message is not modified: specified new message content…", Outcome.DONE),
            ("message to edit not found", Outcome.GONE),
            ("message can't be edited", Outcome.GONE),
            ("can't parse entities: Unsupported start tag", Outcome.UNREADABLE),
            ("message is too long", Outcome.UNREADABLE),
            ("message caption is too long", Outcome.UNREADABLE),
            ("text is too long", Outcome.UNREADABLE),
            ("message text is empty", Outcome.UNREADABLE),
            ("BUTTON_DATA_INVALID", Outcome.UNREADABLE),
            ("chat not found", Outcome.BLOCKED),
            ("private chat not found", Outcome.BLOCKED),
            ("not enough rights to send text messages to the chat", Outcome.BLOCKED),
            ("not enough rights to send photos to the chat", Outcome.UNREADABLE),
            ("nobody has written of this one", Outcome.UNREADABLE),
        )
    ),
]


@pytest.mark.parametrize(("code", "said", "parameters", "proves"), ANSWERS)
async def test_what_an_answer_proves(code, said, parameters, proves):
    assert outcome(await raised(answering(code, said, parameters))) is proves


async def test_a_server_error_in_html_is_ambiguous():
    page = httpx.Response(502, text="<html><body>Bad Gateway</body></html>")
    assert outcome(await raised(lambda _: page)) is Outcome.AMBIGUOUS


async def test_a_success_that_cannot_be_read_is_ambiguous():
    """It was most likely done, but under an id that nobody knows."""
    assert outcome(await raised(lambda _: httpx.Response(200, text="<html>"))) is Outcome.AMBIGUOUS


async def test_a_success_raises_nothing():
    fine = httpx.Response(200, text=json.dumps({"ok": True, "result": SENT}))
    assert await raised(lambda _: fine) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [(429, "Too Many Requests: retry later"), (413, "Request Entity Too Large")],
)
async def test_refused_before_it_was_looked_at_is_not_done(code, said):
    found = outcome(await raised(answering(code, said)))
    assert found is Outcome.NOT_DONE


def test_texts_are_matched_in_small_letters():
    assert refused("Button_Data_Invalid".lower()) is Outcome.UNREADABLE


@pytest.mark.parametrize("wait", [7, timedelta(seconds=7)])
def test_how_long_to_wait_has_some_slack(wait):
    assert wait_of(RetryAfter(wait)) == 7.5
